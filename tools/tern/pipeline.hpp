#pragma once

#include <cstddef>
#include <deque>
#include <future>
#include <memory>
#include <utility>

#include "tern/client.hpp"

namespace tern::cli {

/// Requests on their way, in the order in which they were started; what is needed to make sense of an answer travels
/// with its request.
template <class T, class Note>
class Pipeline {
public:
    struct Answered {
        Note note;
        Outcome<T> outcome;
    };

    /// `start` begins an operation with the callback that it is given as the completion token.
    template <class Start>
    void add(Note note, Start&& start) {
        // Not asio::use_future: g++ 12 takes its insides for uninitialized in sanitizer builds.
        auto promise = std::make_shared<std::promise<Outcome<T>>>();
        entries_.push_back({std::move(note), promise->get_future()});
        std::forward<Start>(start)([promise](Outcome<T> outcome) { promise->set_value(std::move(outcome)); });
    }

    bool empty() const { return entries_.empty(); }
    std::size_t size() const { return entries_.size(); }
    template <class Visit>
    void for_each_note(Visit&& visit) const {
        for (const auto& entry : entries_) visit(entry.note);
    }

    /// Waits for the answer to the oldest request.
    Answered next() {
        auto entry = std::move(entries_.front());
        entries_.pop_front();
        return {std::move(entry.note), entry.answer.get()};
    }

private:
    struct Entry {
        Note note;
        std::future<Outcome<T>> answer;
    };
    std::deque<Entry> entries_;
};

}  // namespace tern::cli
