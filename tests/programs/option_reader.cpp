#include "tests/programs/option_reader.hpp"

#include <CLI/CLI.hpp>
#include <vector>

namespace tern::test {

class OptionReader::Reader : public CLI::App {
    using CLI::App::App;
};

OptionReader::OptionReader(const std::string& what) : reader_(std::make_unique<Reader>(what)) {}
OptionReader::~OptionReader() = default;

void OptionReader::option(const std::string& name, std::string& value, const std::string& help) {
    reader_->add_option(name, value, help);
}
void OptionReader::option(const std::string& name, std::uint32_t& value, const std::string& help) {
    reader_->add_option(name, value, help);
}
void OptionReader::option(const std::string& name, std::uint64_t& value, const std::string& help) {
    reader_->add_option(name, value, help);
}
void OptionReader::needed(const std::string& name, std::string& value, const std::string& help) {
    reader_->add_option(name, value, help)->required();
}
void OptionReader::positive(const std::string& name, std::uint64_t& value, const std::string& help) {
    reader_->add_option(name, value, help)->check(CLI::PositiveNumber);
}
void OptionReader::choice(const std::string& name, std::string& value, std::initializer_list<const char*> choices,
                          const std::string& help) {
    reader_->add_option(name, value, help)
        ->check(CLI::IsMember(std::vector<std::string>(choices.begin(), choices.end())));
}
void OptionReader::flag(const std::string& name, bool& value, const std::string& help) {
    reader_->add_flag(name, value, help);
}

std::optional<int> OptionReader::read(int argc, char** argv) {
    try {
        reader_->parse(argc, argv);
        return std::nullopt;
    } catch (const CLI::ParseError& mistake) {
        return reader_->exit(mistake);
    }
}

}  // namespace tern::test
