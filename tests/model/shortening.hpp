#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string>
#include <utility>

#include "broker/base/time.hpp"

/// How a script that shows a mismatch is made short, whatever its actions are: parts are dropped as long as the same
/// mismatch remains. A script is a vector of steps with `wait` and `actions`.
namespace tern::shortening {

/// A mismatch without its numbers: the same kind of thing.
inline std::string without_digits(std::string text) {
    std::erase_if(text, [](unsigned char c) { return std::isdigit(c) != 0; });
    return text;
}

/// Tries to drop runs of elements, long ones first. `rebuild` makes the script without the elements from..to.
template <class Script, class Candidate, class Rebuild>
void drop_runs(std::size_t count, const Candidate& still_fails, Script& script, const Rebuild& rebuild) {
    for (std::size_t length = std::max<std::size_t>(count / 2, 1); length > 0; length /= 2)
        for (std::size_t from = 0; from + length <= count;) {
            auto shorter = rebuild(script, from, from + length);
            if (still_fails(shorter)) {
                script = std::move(shorter);
                count -= length;
            } else {
                from += length;
            }
        }
}

/// The step behind takes over the time that a dropped step waited, so that what follows happens when it did.
template <class Script>
Script without_steps(Script script, std::size_t from, std::size_t to) {
    Milliseconds waited{0};
    for (std::size_t i = from; i < to; ++i) waited += script[i].wait;
    if (to < script.size()) script[to].wait += waited;
    script.erase(script.begin() + static_cast<std::ptrdiff_t>(from), script.begin() + static_cast<std::ptrdiff_t>(to));
    return script;
}

template <class Script, class Candidate>
void drop_actions(const Candidate& still_fails, Script& script) {
    for (std::size_t step = 0; step < script.size(); ++step)
        for (std::size_t i = script[step].actions.size(); i-- > 0;) {
            auto shorter = script;
            shorter[step].actions.erase(shorter[step].actions.begin() + static_cast<std::ptrdiff_t>(i));
            if (still_fails(shorter)) script = std::move(shorter);
        }
}

/// Tries the script with a part of it made simpler.
template <class T, class Script, class Candidate>
void try_without(const Candidate& still_fails, const Script& script, T& part, const T& simpler) {
    auto kept = std::exchange(part, simpler);
    if (!still_fails(script)) part = std::move(kept);
}

/// Tries to drop each element, but the last one left.
template <class T, class Script, class Candidate>
void try_fewer(const Candidate& still_fails, const Script& script, T& elements) {
    for (std::size_t i = elements.size(); i-- > 0 && elements.size() > 1;) {
        auto fewer = elements;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
        try_without(still_fails, script, elements, fewer);
    }
}

/// Makes the mismatch's script short: `run` executes a script and says what differed, `make_smaller` tries what is
/// particular to its actions. A mismatch stays the same one whatever its numbers are.
template <class Mismatch, class Run, class MakeSmaller>
Mismatch shrink(Mismatch mismatch, const Run& run, const MakeSmaller& make_smaller) {
    using Script = decltype(mismatch.script);
    const auto kind = without_digits(mismatch.what);
    const auto still_fails = [&](const Script& script) {
        const auto found = run(script);
        return found && without_digits(found->what) == kind;
    };
    auto& script = mismatch.script;
    for (std::size_t before = 0; before != to_string(script).size();) {
        before = to_string(script).size();
        drop_runs(script.size(), still_fails, script, without_steps<Script>);
        drop_actions(still_fails, script);
        make_smaller(still_fails, script);
    }
    return *run(script);
}

}  // namespace tern::shortening
