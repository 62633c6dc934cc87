#pragma once

#include <boost/json/memory_resource.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <cstddef>
#include <new>

namespace tern::aws {

/// Memory for one request's JSON: given back as a whole, and no more than so many bytes of it.
/// Errors: throws std::bad_alloc beyond.
class BoundedResource final : public boost::json::memory_resource {
public:
    explicit BoundedResource(std::size_t bytes_max) : bytes_left_(bytes_max) {}

private:
    void* do_allocate(std::size_t bytes, std::size_t alignment) override {
        if (bytes > bytes_left_) throw std::bad_alloc();
        bytes_left_ -= bytes;
        return memory_.allocate(bytes, alignment);
    }
    void do_deallocate(void*, std::size_t, std::size_t) override {}
    bool do_is_equal(const boost::json::memory_resource& other) const noexcept override { return this == &other; }

    std::size_t bytes_left_;
    boost::json::monotonic_resource memory_;
};

}  // namespace tern::aws

namespace boost::json {

/// Nothing needs to be given back one by one.
template <>
struct is_deallocate_trivial<tern::aws::BoundedResource> {
    static constexpr bool value = true;
};

}  // namespace boost::json
