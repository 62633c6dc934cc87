#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tern::test {

/// The options of a test program, "--name VALUE", "--name=VALUE" or a flag's "--name". Small, since the library that
/// reads those of people costs each program seconds of compile time.
class OptionReader {
public:
    /// `purpose`: what --help says first.
    explicit OptionReader(std::string_view purpose) : purpose_(purpose) {}

    void text(std::string_view name, std::string& to, std::string_view help);
    void required_text(std::string_view name, std::string& to, std::string_view help);
    /// One of these words.
    void choice(std::string_view name, std::string& to, std::vector<std::string> words, std::string_view help);
    void number(std::string_view name, std::uint64_t& to, std::string_view help);
    void number(std::string_view name, std::uint32_t& to, std::string_view help);
    /// At least 1.
    void positive_number(std::string_view name, std::uint64_t& to, std::string_view help);
    void flag(std::string_view name, bool& to, std::string_view help);

    /// Nothing when the program should go on; else the exit code with which it leaves, after --help 0, after a mistake,
    /// which was printed, 2.
    std::optional<int> read(int argc, const char* const* argv);

private:
    struct Option {
        std::string_view name;
        std::string_view help;
        /// What a value may be; empty for a flag.
        std::string value;
        bool required = false;
        /// False when the value is not one. A flag's is given "".
        std::function<bool(std::string_view)> set;
        bool given = false;
    };

    template <class Number>
    void add_number(std::string_view name, Number& to, Number least, std::string_view help);
    /// What is wrong with these arguments; empty when nothing is.
    std::string take(const std::vector<std::string_view>& arguments);
    Option* find(std::string_view name);
    void print_help() const;

    std::string_view purpose_;
    std::vector<Option> options_;
};

}  // namespace tern::test
