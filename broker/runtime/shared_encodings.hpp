#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tern::runtime {

/// What many sessions are told, rendered once for all that are told it alike. Of one I/O thread.
class SharedEncodings {
public:
    using Bytes = std::shared_ptr<const std::string>;

    /// A wire form (whoever writes it), and the id that the message goes out under.
    struct Key {
        const void* form = nullptr;
        std::uint64_t id = 0;

        auto operator<=>(const Key&) const = default;
    };

    /// The message under this key. The first time it is made by `encode`, which gives Bytes, and nullptr for what
    /// cannot be said in that form.
    template <class Encode>
    const Bytes& get(const Key& key, Encode encode) {
        if (last_ < few_.size() && few_[last_].first == key) return few_[last_].second;
        for (last_ = 0; last_ < few_.size(); ++last_) {
            if (few_[last_].first == key) return few_[last_].second;
        }
        // Subscribers mostly have the same few ids: clients count from one.
        if (few_.size() < few_max) return few_.emplace_back(key, encode()).second;
        const auto found = many_.find(key);
        return found != many_.end() ? found->second : many_.emplace(key, encode()).first->second;
    }

private:
    static constexpr std::size_t few_max = 8;

    std::vector<std::pair<Key, Bytes>> few_;
    std::size_t last_ = 0;
    std::map<Key, Bytes> many_;
};

}  // namespace tern::runtime
