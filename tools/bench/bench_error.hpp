#pragma once

#include <stdexcept>

namespace tern::bench {

/// The measurement cannot go on; the text is a sentence for the person who started it.
struct BenchError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// An option's value makes no sense; the text names the option and what is allowed.
struct BadOption : std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace tern::bench
