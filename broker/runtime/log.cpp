#include "broker/runtime/log.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace tern::runtime {
namespace {

spdlog::level::level_enum spdlog_level(LogLevel level) {
    switch (level) {
        case LogLevel::debug: return spdlog::level::debug;
        case LogLevel::info: return spdlog::level::info;
        case LogLevel::warning: return spdlog::level::warn;
        case LogLevel::error: return spdlog::level::err;
        case LogLevel::critical: return spdlog::level::critical;
        case LogLevel::off: break;
    }
    return spdlog::level::off;
}

/// A line stays one line, and a terminal stays unharmed, whatever a value holds. The escapes are those of JSON, which
/// has no other way to write a control character; a byte above 0x7f that is not part of UTF-8 becomes U+FFFD.
void append_escaped(std::string& to, std::string_view text);

std::size_t utf8_length(std::string_view text) {
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t length = first < 0x80                    ? 1
                               : first >= 0xC2 && first < 0xE0 ? 2
                               : first >= 0xE0 && first < 0xF0 ? 3
                               : first >= 0xF0 && first < 0xF5 ? 4
                                                               : 0;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
    }
    // Overlong forms, surrogates and what lies beyond Unicode.
    const auto second = length > 1 ? static_cast<unsigned char>(text[1]) : 0;
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
    if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
    return length;
}

void append_escaped(std::string& to, std::string_view text) {
    while (!text.empty()) {
        const auto length = utf8_length(text);
        const auto byte = static_cast<unsigned char>(text[0]);
        if (length == 0) {
            to += "\\ufffd";
        } else if (byte == '"' || byte == '\\') {
            to += '\\';
            to += text[0];
        } else if (byte < 0x20 || byte == 0x7F) {
            fmt::format_to(std::back_inserter(to), "\\u{:04x}", byte);
        } else if (length == 2 && byte == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0) {
            // The C1 controls, which some terminals obey.
            fmt::format_to(std::back_inserter(to), "\\u{:04x}", static_cast<unsigned char>(text[1]));
        } else {
            to.append(text.substr(0, length));
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
}

struct ValueWriter {
    std::string& to;

    void operator()(std::string_view text) const {
        to += '"';
        append_escaped(to, text);
        to += '"';
    }
    void operator()(bool value) const { to += value ? "true" : "false"; }
    void operator()(double value) const { fmt::format_to(std::back_inserter(to), "{:g}", value); }
    template <std::integral T>
    void operator()(T value) const {
        fmt::format_to(std::back_inserter(to), "{}", value);
    }
};

}  // namespace

std::string render_log_line(LogFormat format, std::string_view event, std::initializer_list<LogField> fields) {
    std::string line;
    if (format == LogFormat::json) {
        line += "\"event\":\"";
        append_escaped(line, event);
        line += '"';
        for (const auto& field : fields) {
            fmt::format_to(std::back_inserter(line), ",\"{}\":", field.name);
            std::visit(ValueWriter{line}, field.value);
        }
    } else {
        append_escaped(line, event);
        for (const auto& field : fields) {
            fmt::format_to(std::back_inserter(line), " {}=", field.name);
            std::visit(ValueWriter{line}, field.value);
        }
    }
    return line;
}

struct Log::Sink {
    LogFormat format;
    spdlog::logger logger;
};

Log::Log() = default;
Log::~Log() = default;

Log::Log(LogLevel level, LogFormat format)
    : sink_(new Sink{format, spdlog::logger("tern", std::make_shared<spdlog::sinks::stderr_sink_mt>())}) {
    sink_->logger.set_level(spdlog_level(level));
    sink_->logger.flush_on(spdlog::level::trace);
    const auto* const pattern = format == LogFormat::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})"
                                                          : "%Y-%m-%dT%H:%M:%S.%eZ %-8l %v";
    sink_->logger.set_formatter(std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc));
}

void Log::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    if (!sink_ || !sink_->logger.should_log(spdlog_level(level))) return;
    const auto line = render_log_line(sink_->format, event, fields);
    sink_->logger.log(spdlog_level(level), spdlog::string_view_t(line));
}

}  // namespace tern::runtime
