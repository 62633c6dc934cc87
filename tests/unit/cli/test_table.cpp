#include <doctest/doctest.h>

#include <sstream>
#include <string>

#include "tools/tern/text/table.hpp"
#include "tools/tern/text/utf8.hpp"

using namespace tern::cli;

namespace {

const Style plain(false);

Table counts_table() {
    return Table({{"Queue"}, {"Visible", Table::Align::right}});
}

}  // namespace

TEST_CASE("a table's columns are aligned, numbers to the right") {
    auto table = counts_table();
    table.add_row({"orders", "12"});
    table.add_row({"a", "1,234,567"});

    CHECK_EQ(table.render(plain, 0),
             "Queue     Visible\n"
             "orders         12\n"
             "a       1,234,567\n");
}

TEST_CASE("wide characters do not push a table out of line") {
    auto table = counts_table();
    table.add_row({"日本語", "1"});
    table.add_row({"größe", "2"});

    CHECK_EQ(table.render(plain, 0),
             "Queue   Visible\n"
             "日本語        1\n"
             "größe         2\n");
}

TEST_CASE("on a narrow terminal names are cut, numbers never") {
    auto table = counts_table();
    table.add_row({std::string(70, 'n'), "1,234,567"});

    std::istringstream lines(table.render(plain, 40));
    for (std::string line; std::getline(lines, line);) CHECK_LE(display_width(line), 40);
    CHECK_NE(table.render(plain, 40).find("nnn…  1,234,567"), std::string::npos);
    CHECK_NE(table.render(plain, 0).find(std::string(70, 'n')), std::string::npos);
}

TEST_CASE("a cell cannot begin a new line or change colours") {
    auto table = counts_table();
    table.add_row({"two\nlines\x1b[2J", "1"});

    CHECK_NE(table.render(plain, 0).find("two\\x0alines\\x1b[2J"), std::string::npos);
}

TEST_CASE("a block aligns what belongs to the names, and goes on below for more lines") {
    Block block;
    block.add_heading("orders");
    block.add("visible", "12");
    block.add("come from", "a\nb");

    CHECK_EQ(block.render(plain, 0),
             "orders\n"
             "  visible    12\n"
             "  come from  a\n"
             "             b\n");
}

TEST_CASE("colours are there only when they are wanted") {
    CHECK_EQ(Style(false).red("no"), "no");
    CHECK_EQ(Style(true).red("no"), "\x1b[31mno\x1b[0m");

    Block block;
    block.add("storage", "ok", Block::Tone::good);
    CHECK_EQ(block.render(Style(false), 0).find('\x1b'), std::string::npos);
    CHECK_NE(block.render(Style(true), 0).find("\x1b[32mok"), std::string::npos);
}
