#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>

/// The command lines of test programs. CLI11 stays out of this header: each file that includes it takes seconds.
namespace tern::test {

class OptionReader {
public:
    /// `what`: what the program does, a sentence for --help.
    explicit OptionReader(const std::string& what);
    ~OptionReader();

    /// An option that may be left out: `value` is then as it was.
    void option(const std::string& name, std::string& value, const std::string& help);
    void option(const std::string& name, std::uint32_t& value, const std::string& help);
    void option(const std::string& name, std::uint64_t& value, const std::string& help);
    void needed(const std::string& name, std::string& value, const std::string& help);
    void positive(const std::string& name, std::uint64_t& value, const std::string& help);
    void choice(const std::string& name, std::string& value, std::initializer_list<const char*> choices,
                const std::string& help);
    void flag(const std::string& name, bool& value, const std::string& help);

    /// Fills the values. If the program shall end (--help, or a mistake, which is told): its exit code.
    std::optional<int> read(int argc, char** argv);

private:
    class Reader;
    std::unique_ptr<Reader> reader_;
};

}  // namespace tern::test
