#include "broker/base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace tern {

void check_failed(const char* condition, const char* file, int line) noexcept {
    std::fprintf(stderr, "tern: check failed at %s:%d: %s\n", file, line, condition);
    std::abort();
}

}  // namespace tern
