#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace tern::runtime {

enum class LogLevel : std::uint8_t { debug, info, warning, error, critical, off };
enum class LogFormat : std::uint8_t { text, json };

/// A named fact of a log line. Values may come from anybody: they are escaped when written.
struct LogField {
    using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

    LogField(std::string_view name, std::string_view value) : name(name), value(value) {}
    LogField(std::string_view name, const char* value) : name(name), value(std::string_view(value)) {}
    LogField(std::string_view name, const std::string& value) : name(name), value(std::string_view(value)) {}
    LogField(std::string_view name, bool value) : name(name), value(value) {}
    LogField(std::string_view name, double value) : name(name), value(value) {}
    LogField(std::string_view name, std::signed_integral auto value)
        : name(name),
          value(static_cast<std::int64_t>(value)) {}
    LogField(std::string_view name, std::unsigned_integral auto value)
        : name(name),
          value(static_cast<std::uint64_t>(value)) {}

    std::string_view name;
    Value value;
};

/// The broker's log: one line an event on stderr, as text or as JSON. From any thread.
class Log {
public:
    Log(LogLevel level, LogFormat format);
    /// A log that writes nothing, for tests.
    Log();
    ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    /// `event` is a fixed sentence of ours; what varies goes into the fields.
    void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

    void debug(std::string_view event, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::debug, event, fields);
    }
    void info(std::string_view event, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::info, event, fields);
    }
    void warning(std::string_view event, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::warning, event, fields);
    }
    void error(std::string_view event, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::error, event, fields);
    }
    /// Also makes sure that the line is out before it returns: the process may be about to end.
    void critical(std::string_view event, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::critical, event, fields);
    }

private:
    struct Sink;
    std::unique_ptr<Sink> sink_;
};

/// The line's text after time and level; for tests.
std::string render_log_line(LogFormat format, std::string_view event, std::initializer_list<LogField> fields);

}  // namespace tern::runtime
