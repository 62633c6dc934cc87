#include "tools/tern/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tern::cli {

namespace json = boost::json;

namespace {

constexpr std::size_t buffer_bytes = 64u << 10;

void append_pretty(std::string& text, const json::value& value, std::size_t level) {
    const std::string indent(2 * (level + 1), ' ');
    const std::string end_indent(2 * level, ' ');
    const auto* object = value.if_object();
    const auto* array = value.if_array();
    if (object != nullptr && !object->empty()) {
        const char* separator = "{\n";
        for (const auto& [key, member] : *object) {
            text += std::exchange(separator, ",\n") + indent + json::serialize(json::string(key)) + ": ";
            append_pretty(text, member, level + 1);
        }
        text += "\n" + end_indent + "}";
    } else if (array != nullptr && !array->empty()) {
        const char* separator = "[\n";
        for (const auto& element : *array) {
            text += std::exchange(separator, ",\n") + indent;
            append_pretty(text, element, level + 1);
        }
        text += "\n" + end_indent + "]";
    } else if (value.is_double()) {
        // Boost.JSON writes 1.5 as 1.5E0, which is right and hard to read.
        text += fmt::format("{}", value.get_double());
    } else {
        text += json::serialize(value);
    }
}

}  // namespace

OutputFailure::OutputFailure(int error_number)
    : std::runtime_error(std::string("cannot write the output: ") + std::strerror(error_number)),
      reader_gone(error_number == EPIPE) {}

Output::~Output() {
    try {
        flush();
    } catch (const OutputFailure&) {
        // Whoever needs to know has flushed before.
    }
}

void Output::write(std::string_view text) {
    buffer_ += text;
    if (buffer_.size() >= buffer_bytes) flush();
}

void Output::write_json(const json::value& value) {
    write(pretty(value) + "\n");
}

void Output::flush() {
    std::string_view rest = buffer_;
    while (!rest.empty()) {
        const auto written = ::write(STDOUT_FILENO, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) {
            const int error = errno;
            buffer_.clear();
            throw OutputFailure(error);
        }
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    buffer_.clear();
}

std::string pretty(const json::value& value) {
    std::string text;
    append_pretty(text, value, 0);
    return text;
}

}  // namespace tern::cli
