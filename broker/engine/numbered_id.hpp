#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/base/random_source.hpp"

namespace tern::engine {

/// A random id in the shape of a UUID whose last eight digits are a number, so that what it names is found by that.
std::string numbered_id(RandomSource& random, std::uint32_t number);
/// Nothing when the text has not that shape. Any UUID tells a number: look whether what stands there has this id.
std::optional<std::uint32_t> number_in(std::string_view id);

}  // namespace tern::engine
