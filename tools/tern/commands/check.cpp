#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <memory>

#include "broker/engine/audit.hpp"
#include "broker/store/check.hpp"
#include "tools/tern/commands/commands.hpp"
#include "tools/tern/text/quantities.hpp"
#include "tools/tern/text/table.hpp"

namespace tern::cli {

namespace {

// A person reads no more; --json has them all.
constexpr std::size_t faults_shown_max = 20;

struct CheckOptions {
    std::string folder;
};

boost::json::object report_as_json(const store::FolderReport& report, const std::vector<std::string>& mismatches) {
    boost::json::array tables;
    for (const auto& table : report.tables) {
        tables.push_back(boost::json::object{{"table", std::string(table.table)},
                                             {"values", table.values},
                                             {"rows", table.rows},
                                             {"damaged", table.damaged}});
    }
    boost::json::array damaged;
    for (const auto& row : report.damaged) {
        damaged.push_back(
            boost::json::object{{"table", std::string(row.table)}, {"key", row.key}, {"fault", row.fault}});
    }
    return {{"sound", report.sound() && mismatches.empty()},
            {"file_bytes", report.file_bytes},
            {"used_bytes", report.used_bytes},
            {"tables", std::move(tables)},
            {"damaged_count", report.damaged_count},
            {"damaged", std::move(damaged)},
            {"mismatches", boost::json::array(mismatches.begin(), mismatches.end())}};
}

std::string table_of(const store::FolderReport& report, const Context& context) {
    using enum Table::Align;
    Table table({{"Table"}, {"Values", right}, {"Rows", right}, {"Damaged", right}});
    for (const auto& row : report.tables) {
        table.add_row(
            {std::string(row.table), human_count(row.values), human_count(row.rows), human_count(row.damaged)});
    }
    return table.render(context.style(), context.terminal().columns);
}

void write_faults(Context& context, const store::FolderReport& report, const std::vector<std::string>& mismatches) {
    auto& out = context.out();
    for (std::size_t index = 0; index < std::min(report.damaged.size(), faults_shown_max); ++index) {
        const auto& row = report.damaged[index];
        out.write(fmt::format("{}: {} {}\n", row.table, row.key, row.fault));
    }
    if (report.damaged_count > faults_shown_max) {
        out.write(fmt::format("… and {} more damaged rows\n", human_count(report.damaged_count - faults_shown_max)));
    }
    for (std::size_t index = 0; index < std::min(mismatches.size(), faults_shown_max); ++index) {
        out.write(mismatches[index] + "\n");
    }
    if (mismatches.size() > faults_shown_max) {
        out.write(
            fmt::format("… and {} more that do not fit together\n", human_count(mismatches.size() - faults_shown_max)));
    }
}

ExitCode check(Context& context, const CheckOptions& options) {
    const auto report = store::check_folder(options.folder);
    const auto mismatches = engine::audit(store::FolderSnapshot(options.folder).transaction());
    const bool sound = report.sound() && mismatches.empty();
    if (context.json()) {
        context.out().write_json(report_as_json(report, mismatches));
        return sound ? ExitCode::ok : ExitCode::failed;
    }

    context.out().write(table_of(report, context));
    context.out().write(
        fmt::format("\n{}, {} of it in use\n", human_bytes(report.file_bytes), human_bytes(report.used_bytes)));
    if (sound) {
        context.out().write(context.style().green("sound") + ": every checksum holds, and everything fits together\n");
        return ExitCode::ok;
    }
    write_faults(context, report, mismatches);
    context.out().write(fmt::format("{}: {}, {} that do not fit together\n", context.style().red("not sound"),
                                    counted(report.damaged_count, "damaged row"), human_count(mismatches.size())));
    return ExitCode::failed;
}

}  // namespace

void add_check(CommandLine& line, CLI::App& root) {
    auto& command = line.add(root, "check", "Look for damage in a broker's data folder; the broker may be running");
    auto options = std::make_shared<CheckOptions>();
    command.add_option("folder", options->folder, "The data folder, as given to `ternd --data`")
        ->required()
        ->type_name("DIR");
    line.on<CheckOptions>(command, options, check);
}

}  // namespace tern::cli
