#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

/// How a script is executed on an engine and its model, whatever its actions are. A script is a vector of steps; a pair
/// says of a step what went wrong, and nothing when nothing did.
namespace tern::script_run {

template <class Script>
struct Mismatch {
    /// Everything up to and including the step that went wrong.
    Script script;
    std::string what;
};

/// A first step and `steps` more: `make` makes each up when those before have been executed.
template <class Script, class Pair, class Make>
std::optional<Mismatch<Script>> run_made_up(Pair& pair, std::size_t steps, const Make& make) {
    Script script;
    for (std::size_t i = 0; i <= steps; ++i) {
        script.push_back(make(i == 0));
        if (auto what = pair.execute(script.back()); !what.empty())
            return Mismatch<Script>{std::move(script), std::move(what)};
    }
    return std::nullopt;
}

/// A script as it stands.
template <class Script, class Pair>
std::optional<Mismatch<Script>> run_script(Pair& pair, const Script& script) {
    for (std::size_t i = 0; i < script.size(); ++i)
        if (auto what = pair.execute(script[i]); !what.empty())
            return Mismatch<Script>{Script(script.begin(), script.begin() + static_cast<std::ptrdiff_t>(i) + 1),
                                    std::move(what)};
    return std::nullopt;
}

}  // namespace tern::script_run
