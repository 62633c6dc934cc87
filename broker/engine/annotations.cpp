#include "broker/engine/annotations.hpp"

#include <cstdint>

#include "broker/engine/fields.hpp"

namespace tern::engine {

void annotate(Annotations& annotations, const Annotations& change) {
    for (const auto& [name, text] : change) {
        if (text.empty()) {
            annotations.erase(name);
        } else {
            annotations[name] = text;
        }
    }
}

bool valid_annotations(const Annotations& annotations) {
    std::size_t bytes = 0;
    for (const auto& [name, text] : annotations) bytes += name.size() + text.size();
    return annotations.size() <= annotations_max && bytes <= annotation_bytes_max;
}

std::string first_difference(const Annotations& annotations, const Annotations& wanted) {
    for (const auto& [name, text] : wanted) {
        const auto known = annotations.find(name);
        if ((known == annotations.end() ? std::string() : known->second) != text) return name;
    }
    return {};
}

void write(FieldWriter& to, const Annotations& annotations) {
    to(static_cast<std::uint32_t>(annotations.size()));
    for (const auto& [name, text] : annotations) to(name)(text);
}

void read(FieldReader& from, Annotations& annotations) {
    std::uint32_t count = 0;
    from(count);
    while (count-- > 0 && !from.at_end()) {
        std::string name;
        std::string text;
        from(name)(text);
        annotations[std::move(name)] = std::move(text);
    }
}

}  // namespace tern::engine
