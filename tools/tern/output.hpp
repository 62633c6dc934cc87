#pragma once

#include <boost/json/value.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tern::cli {

/// Standard output does not take what we write: whoever read it is gone (`| head`), or the disk is full.
struct OutputFailure : std::runtime_error {
    explicit OutputFailure(int error_number);
    /// The reader has seen enough: no reason to complain.
    bool reader_gone;
};

/// Standard output, buffered, with every error noticed: a message must not be deleted when its text was lost.
class Output {
public:
    Output() = default;
    /// What is left in the buffer is written if that is possible.
    ~Output();
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    /// Errors: OutputFailure.
    void write(std::string_view text);
    /// A JSON document on lines of its own, indented. Errors: OutputFailure.
    void write_json(const boost::json::value& value);
    /// After this, everything written so far has left the process. Errors: OutputFailure.
    void flush();

private:
    std::string buffer_;
};

/// JSON with line ends and two blanks a level, for people who look at it.
std::string pretty(const boost::json::value& value);

}  // namespace tern::cli
