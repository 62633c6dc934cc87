#include "tests/programs/option_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <utility>

namespace tern::test {
namespace {

constexpr int exit_code_mistake = 2;

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : "|") + word;
    return text;
}

}  // namespace

void OptionReader::text(std::string_view name, std::string& to, std::string_view help) {
    options_.push_back({name, help, "TEXT", false, [&to](std::string_view value) { return to = value, true; }});
}

void OptionReader::required_text(std::string_view name, std::string& to, std::string_view help) {
    text(name, to, help);
    options_.back().required = true;
}

void OptionReader::choice(std::string_view name, std::string& to, std::vector<std::string> words,
                          std::string_view help) {
    const auto shown = joined(words);
    options_.push_back({name, help, shown, false, [&to, words = std::move(words)](std::string_view value) {
                            to = value;
                            return std::ranges::find(words, to) != words.end();
                        }});
}

template <class Number>
void OptionReader::add_number(std::string_view name, Number& to, Number least, std::string_view help) {
    options_.push_back({name, help, "NUMBER", false, [&to, least](std::string_view value) {
                            const auto* end = value.data() + value.size();
                            const auto [stopped, error] = std::from_chars(value.data(), end, to);
                            return error == std::errc() && stopped == end && to >= least;
                        }});
}

void OptionReader::number(std::string_view name, std::uint64_t& to, std::string_view help) {
    add_number<std::uint64_t>(name, to, 0, help);
}

void OptionReader::number(std::string_view name, std::uint32_t& to, std::string_view help) {
    add_number<std::uint32_t>(name, to, 0, help);
}

void OptionReader::positive_number(std::string_view name, std::uint64_t& to, std::string_view help) {
    add_number<std::uint64_t>(name, to, 1, help);
}

void OptionReader::flag(std::string_view name, bool& to, std::string_view help) {
    options_.push_back({name, help, "", false, [&to](std::string_view) { return to = true; }});
}

std::optional<int> OptionReader::read(int argc, const char* const* argv) {
    const std::vector<std::string_view> arguments(argv + 1, argv + argc);
    if (std::ranges::find(arguments, "--help") != arguments.end()) {
        print_help();
        return 0;
    }
    const auto mistake = take(arguments);
    if (mistake.empty()) return std::nullopt;
    std::fprintf(stderr, "%s (--help lists the options)\n", mistake.c_str());
    return exit_code_mistake;
}

std::string OptionReader::take(const std::vector<std::string_view>& arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto equals = arguments[i].find('=');
        auto* option = find(arguments[i].substr(0, equals));
        if (option == nullptr) return "no such option: " + std::string(arguments[i]);
        std::string_view value;
        if (equals != std::string_view::npos) {
            if (option->value.empty()) return std::string(option->name) + " takes no value";
            value = arguments[i].substr(equals + 1);
        } else if (!option->value.empty()) {
            if (i + 1 == arguments.size()) return std::string(option->name) + " needs a value: " + option->value;
            value = arguments[++i];
        }
        if (!option->set(value))
            return std::string(option->name) + ": '" + std::string(value) + "' is not a " + option->value;
        option->given = true;
    }
    for (const auto& option : options_)
        if (option.required && !option.given) return std::string(option.name) + " is required";
    return {};
}

OptionReader::Option* OptionReader::find(std::string_view name) {
    const auto found = std::ranges::find(options_, name, &Option::name);
    return found == options_.end() ? nullptr : &*found;
}

void OptionReader::print_help() const {
    std::printf("%.*s\n\n", static_cast<int>(purpose_.size()), purpose_.data());
    for (const auto& option : options_) {
        const auto shown = std::string(option.name) + (option.value.empty() ? "" : " " + option.value);
        std::printf("  %-30s %.*s%s\n", shown.c_str(), static_cast<int>(option.help.size()), option.help.data(),
                    option.required ? " (required)" : "");
    }
}

}  // namespace tern::test
