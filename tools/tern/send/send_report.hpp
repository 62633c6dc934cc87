#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tern/error.hpp"

namespace tern::cli {

struct LineFailure {
    std::uint64_t line = 0;
    std::string name;
    std::string sentence;
};

struct LineRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};

/// What the lines of an input become.
struct Wording {
    std::string thing = "message";
    std::string done = "sent";
    /// What is sent again after a lost connection.
    std::string again = "message";
    std::string again_plural = "messages";
};

/// What is known for sure, and what is not, about the lines of an input.
struct SendReport {
    Wording wording = {};
    /// Surely stored.
    std::uint64_t sent = 0;
    /// Surely not stored, for a reason of their own.
    std::uint64_t failed = 0;
    std::uint64_t empty_lines = 0;
    /// Written to a connection that ended before their answer came.
    std::uint64_t perhaps = 0;
    /// Sent again after such an end: the queue may hold them twice, unless it drops duplicates.
    std::uint64_t sent_again = 0;
    /// Every line up to this one is stored, empty or told as failed.
    std::uint64_t settled_through_line = 0;
    std::optional<LineRange> perhaps_lines;
    /// Lines behind the first that is not settled are surely stored: with going on from there they are so twice.
    bool stored_behind = false;
    std::uint64_t last_line_read = 0;
    /// The first of the failures; the rest is only counted.
    std::vector<LineFailure> failures;
    /// What ended the work before the input's end.
    std::optional<Error> ended_by;
    bool interrupted = false;
    std::chrono::milliseconds took{0};

    void add_failure(LineFailure failure);
    double per_second() const;
};

inline constexpr std::size_t failures_kept_max = 1000;

boost::json::object json_of(const SendReport& report);

/// One line: "124,000 messages sent in 4.1 s (30,243/s)".
std::string summary_of(const SendReport& report);

/// The failed lines, for people; a long list is cut.
std::string failures_of(const SendReport& report);

/// Where a person stands when the work ended early: what is stored, what is uncertain, how to go on.
std::string standing_of(const SendReport& report);

}  // namespace tern::cli
