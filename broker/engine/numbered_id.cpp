#include "broker/engine/numbered_id.hpp"

#include <charconv>

#include "broker/engine/publication_record.hpp"

namespace tern::engine {
namespace {

constexpr std::size_t id_characters = 36;
constexpr std::size_t number_digits = 8;

}  // namespace

std::string numbered_id(RandomSource& random, std::uint32_t number) {
    const auto high = random.next();
    return text_of(MessageId{high, random.next() << 32 | number});
}

std::optional<std::uint32_t> number_in(std::string_view id) {
    if (id.size() != id_characters) return std::nullopt;
    const auto digits = id.substr(id_characters - number_digits);
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return number;
}

}  // namespace tern::engine
