#include "tools/tern/text/terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace tern::cli {

std::string Style::wrapped(std::string_view code, std::string_view text) const {
    if (!colours_ || text.empty()) return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

Terminal terminal_of(int descriptor) {
    if (isatty(descriptor) == 0) return {};

    winsize size{};
    const bool known = ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    const char* no_color = std::getenv("NO_COLOR");
    const char* term = std::getenv("TERM");
    const bool plain =
        (no_color != nullptr && *no_color != '\0') || (term != nullptr && std::string_view(term) == "dumb");
    return {true, known ? size.ws_col : std::size_t{80}, Style(!plain)};
}

}  // namespace tern::cli
