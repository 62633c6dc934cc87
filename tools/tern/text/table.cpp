#include "tools/tern/text/table.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

#include "tools/tern/text/utf8.hpp"

namespace tern::cli {

namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t cell_width_min = 8;

std::string spaces(std::size_t count) {
    return std::string(count, ' ');
}

std::string without_trailing_spaces(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

std::string painted(const std::string& text, Block::Tone tone, const Style& style) {
    switch (tone) {
        case Block::Tone::good: return style.green(text);
        case Block::Tone::warning: return style.yellow(text);
        case Block::Tone::bad: return style.red(text);
        case Block::Tone::plain: break;
    }
    return text;
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::add_row(std::vector<std::string> cells) {
    cells.resize(columns_.size());
    for (auto& cell : cells) cell = printable(cell, false);
    rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::fitted_widths(std::size_t width) const {
    std::vector<std::size_t> widths;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
        std::size_t widest = display_width(columns_[column].heading);
        for (const auto& row : rows_) widest = std::max(widest, display_width(row[column]));
        widths.push_back(widest);
    }

    const auto total = [&] { return std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1)); };
    while (width != 0 && total() > width) {
        std::size_t widest = widths.size();
        for (std::size_t column = 0; column < widths.size(); ++column) {
            if (columns_[column].align == Align::right || widths[column] <= cell_width_min) continue;
            if (widest == widths.size() || widths[column] > widths[widest]) widest = column;
        }
        if (widest == widths.size()) break;
        --widths[widest];
    }
    return widths;
}

std::string Table::render_row(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const {
    std::string line;
    for (std::size_t column = 0; column < cells.size(); ++column) {
        const auto cell = cut_to_width(cells[column], widths[column]);
        const auto padding = spaces(widths[column] - display_width(cell));
        if (column != 0) line += spaces(gap);
        line += columns_[column].align == Align::right ? padding + cell : cell + padding;
    }
    return without_trailing_spaces(std::move(line));
}

std::string Table::render(const Style& style, std::size_t width) const {
    const auto widths = fitted_widths(width);
    std::vector<std::string> headings;
    for (const auto& column : columns_) headings.push_back(column.heading);

    std::string lines = style.bold(render_row(headings, widths)) + "\n";
    for (const auto& row : rows_) lines += render_row(row, widths) + "\n";
    return lines;
}

void Block::add_heading(std::string heading) {
    lines_.push_back({std::move(heading), "", Tone::plain, true});
}

void Block::add(std::string name, std::string value, Tone tone) {
    lines_.push_back({std::move(name), std::move(value), tone, false});
}

std::string Block::render(const Style& style, std::size_t width) const {
    std::size_t names_width = 0;
    for (const auto& line : lines_) {
        if (!line.heading) names_width = std::max(names_width, display_width(line.name));
    }

    const auto indent = 2 + names_width + gap;
    std::string text;
    for (const auto& line : lines_) {
        if (line.heading) {
            text += style.bold(line.name) + "\n";
            continue;
        }
        std::string_view rest = line.value;
        bool first = true;
        do {
            const auto end = std::min(rest.find('\n'), rest.size());
            auto part = printable(rest.substr(0, end), false);
            if (width > indent + cell_width_min) part = cut_to_width(part, width - indent);
            const auto name = first ? line.name : std::string();
            auto shown = "  " + style.dim(name) + spaces(names_width - display_width(name) + gap) +
                         painted(part, line.tone, style);
            text += without_trailing_spaces(std::move(shown)) + "\n";
            rest.remove_prefix(std::min(end + 1, rest.size()));
            first = false;
        } while (!rest.empty());
    }
    return text;
}

}  // namespace tern::cli
