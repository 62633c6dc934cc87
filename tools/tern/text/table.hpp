#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tools/tern/text/terminal.hpp"

namespace tern::cli {

/// Rows under headings, aligned by how wide they are on a terminal.
class Table {
public:
    enum class Align { left, right };
    struct Column {
        std::string heading;
        Align align = Align::left;
    };

    explicit Table(std::vector<Column> columns);

    /// One cell a column; missing ones are empty.
    void add_row(std::vector<std::string> cells);
    bool empty() const { return rows_.empty(); }

    /// The table as lines. A `width` other than 0 is kept: the widest columns of text are cut, never one of numbers.
    std::string render(const Style& style, std::size_t width) const;

private:
    std::vector<std::size_t> fitted_widths(std::size_t width) const;
    std::string render_row(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const;

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

/// "name   value" lines with the names aligned, for one thing at a glance. A value with line ends goes on below itself.
class Block {
public:
    enum class Tone { plain, good, warning, bad };

    /// A line with a heading of its own above what follows.
    void add_heading(std::string heading);
    void add(std::string name, std::string value, Tone tone = Tone::plain);

    std::string render(const Style& style, std::size_t width) const;

private:
    struct Line {
        std::string name;
        std::string value;
        Tone tone = Tone::plain;
        bool heading = false;
    };
    std::vector<Line> lines_;
};

}  // namespace tern::cli
