#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "tools/tern/input/input_file.hpp"
#include "tools/tern/input/line_reader.hpp"
#include "tools/tern/send/message_lines.hpp"
#include "tools/tern/work/child.hpp"

using namespace tern::cli;

namespace {

std::vector<std::string> lines_of(const std::string& content, std::size_t line_bytes_max = 1u << 20) {
    const MemoryFile file(content);
    LineReader reader(file.descriptor(), line_bytes_max);
    std::vector<std::string> lines;
    std::string line;
    for (auto next = reader.next(line); next != LineReader::Next::end; next = reader.next(line)) {
        lines.push_back(next == LineReader::Next::too_long ? "(too long)" : line);
    }
    return lines;
}

}  // namespace

TEST_CASE("lines are read with or without a line feed at the end") {
    CHECK_EQ(lines_of("a\nbb\n"), std::vector<std::string>{"a", "bb"});
    CHECK_EQ(lines_of("a\nbb"), std::vector<std::string>{"a", "bb"});
    CHECK_EQ(lines_of("\n\n"), std::vector<std::string>{"", ""});
    CHECK_EQ(lines_of(""), std::vector<std::string>{});
    CHECK_EQ(lines_of("a\r\nb"), std::vector<std::string>{"a\r", "b"});
}

TEST_CASE("lines that span many blocks stay whole") {
    const std::string long_line(700'000, 'x');

    CHECK_EQ(lines_of("short\n" + long_line + "\nshort"), std::vector<std::string>{"short", long_line, "short"});
}

TEST_CASE("a line over the bound is skipped, and those around it are not") {
    CHECK_EQ(lines_of("abc\nabcd\nab\n", 3), std::vector<std::string>{"abc", "(too long)", "ab"});
    CHECK_EQ(lines_of("ab\n" + std::string(600'000, 'x') + "\ncd", 100),
             std::vector<std::string>{"ab", "(too long)", "cd"});
}

TEST_CASE("a reader knows how many lines and bytes it has given") {
    const MemoryFile file("one\ntwo\nthree");
    LineReader reader(file.descriptor(), 100);
    std::string line;

    reader.next(line);
    reader.next(line);
    CHECK_EQ(reader.line_number(), 2);
    CHECK_EQ(reader.bytes_consumed(), 8);

    reader.next(line);
    CHECK_EQ(reader.bytes_consumed(), 13);
}

TEST_CASE("a reader tells whether a line would have to be waited for") {
    std::array<int, 2> ends{};
    REQUIRE_EQ(pipe(ends.data()), 0);
    LineReader reader(ends[0], 100);
    CHECK_FALSE(reader.ready());

    REQUIRE_EQ(write(ends[1], "a\nb\n", 4), 4);
    std::string line;
    CHECK(reader.ready());
    reader.next(line);
    CHECK(reader.ready());
    reader.next(line);
    CHECK_FALSE(reader.ready());

    close(ends[1]);
    CHECK(reader.ready());
    CHECK_EQ(reader.next(line), LineReader::Next::end);
    close(ends[0]);
}

TEST_CASE("messages are made of lines from the one that is asked for; empty and bad ones are told") {
    const MemoryFile file("first\nsecond\n\nbad\nlast");
    MessageLines lines(file.descriptor(), 2, [](const std::string& line) {
        if (line == "bad") throw InputFailure("not good");
        return tern::NewMessage{line};
    });
    tern::NewMessage message;

    CHECK_EQ(lines.next(message), MessageLines::Next::message);
    CHECK_EQ(message.body, "second");
    CHECK_EQ(lines.reader().line_number(), 2);
    CHECK_EQ(lines.next(message), MessageLines::Next::empty);
    CHECK_EQ(lines.next(message), MessageLines::Next::refused);
    CHECK_EQ(lines.failure(), "not good");
    CHECK_EQ(lines.next(message), MessageLines::Next::message);
    CHECK_EQ(message.body, "last");
    CHECK_EQ(lines.next(message), MessageLines::Next::end);
}

TEST_CASE("a file that cannot be read is named") {
    CHECK_THROWS_WITH_AS(read_whole("/does/not/exist", 10), "cannot open /does/not/exist: No such file or directory",
                         InputFailure);
}
