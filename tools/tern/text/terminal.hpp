#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tern::cli {

/// Colours, or none: every function gives back its text as it is when colours are off.
class Style {
public:
    explicit Style(bool colours) : colours_(colours) {}

    std::string bold(std::string_view text) const { return wrapped("1", text); }
    std::string dim(std::string_view text) const { return wrapped("2", text); }
    std::string red(std::string_view text) const { return wrapped("31", text); }
    std::string green(std::string_view text) const { return wrapped("32", text); }
    std::string yellow(std::string_view text) const { return wrapped("33", text); }

private:
    std::string wrapped(std::string_view code, std::string_view text) const;

    bool colours_;
};

/// What a file descriptor leads to.
struct Terminal {
    bool present = false;
    /// 0 when it is no terminal: then nothing is ever cut.
    std::size_t columns = 0;
    Style style{false};
};

/// Colours are on for a terminal, unless NO_COLOR is set (no-color.org) or TERM is "dumb".
Terminal terminal_of(int descriptor);

}  // namespace tern::cli
