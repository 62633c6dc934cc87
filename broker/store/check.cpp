#include "broker/store/check.hpp"

#include <sys/stat.h>

#include <optional>
#include <utility>

#include "broker/store/data_folder.hpp"
#include "broker/store/keys.hpp"
#include "broker/store/lmdb_file.hpp"
#include "broker/store/lmdb_pages.hpp"
#include "broker/store/lmdb_values.hpp"
#include "broker/store/snapshots.hpp"

namespace tern::store {
namespace {

using lmdb::Row;

std::uint64_t file_bytes_of(const std::string& folder) {
    struct stat status {};
    return ::stat(data_file_in(folder).c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

lmdb::Environment open_to_look(const std::string& folder) {
    undo_cut_off_commit_if_unused(folder);
    if (!has_data_file(folder)) {
        throw StoreFailure("The folder " + folder + " has no data file tern.mdb; name a broker's data folder.");
    }
    // Room for a file that a running broker makes longer meanwhile.
    constexpr std::uint64_t spare_bytes = std::uint64_t{1} << 30;
    return lmdb::open_environment(data_file_in(folder), 2 * file_bytes_of(folder) + spare_bytes,
                                  lmdb::Access::read_only);
}

/// A snapshot, and what is wrong with the pages that it sees.
struct CheckedPages {
    lmdb::Transaction snapshot;
    std::vector<PageFault> faults;
};

CheckedPages check_pages(MDB_env* environment) {
    // While a broker commits, the header page of a snapshot may be written over before it is read: take the next one.
    for (;;) {
        auto snapshot = lmdb::begin_read(environment);
        auto faults = find_page_faults(lmdb::file_descriptor(environment), lmdb::id(snapshot.get()));
        if (faults) return {std::move(snapshot), std::move(*faults)};
    }
}

std::string hexadecimal(BytesView bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char byte : bytes) {
        text += digits[static_cast<unsigned char>(byte) >> 4];
        text += digits[static_cast<unsigned char>(byte) & 0xF];
    }
    return text;
}

std::string readable_key(Table table, BytesView key) {
    KeyReader reader(key);
    std::string text;
    switch (table) {
        case Table::queue_messages:
            text = "storage " + std::to_string(reader.u32());
            text += ", sequence " + std::to_string(reader.u64());
            break;
        case Table::stream_log:
            text = "stream " + std::to_string(reader.u32());
            text += ", partition " + std::to_string(reader.u32());
            text += ", block up to offset " + std::to_string(reader.u64());
            break;
        case Table::streams: text = "stream " + std::to_string(reader.u32()); break;
        case Table::queues: text = "queue " + std::to_string(reader.u32()); break;
        case Table::topics: text = "topic " + std::to_string(reader.u32()); break;
        case Table::subscriptions:
            text = "topic " + std::to_string(reader.u32());
            text += ", subscription " + std::to_string(reader.u32());
            break;
        case Table::retained:
            text = "topic " + std::to_string(reader.u32());
            text += ", retained value " + std::to_string(reader.u64());
            break;
        case Table::groups: text = "consumer group " + std::to_string(reader.u32()); break;
        case Table::group_members:
            text = "consumer group " + std::to_string(reader.u32());
            text += ", member " + hexadecimal(reader.raw(sizeof(std::uint64_t)));
            break;
        case Table::group_offsets:
            text = "consumer group " + std::to_string(reader.u32());
            text += ", stream " + std::to_string(reader.u32());
            text += ", partition " + std::to_string(reader.u32());
            break;
        case Table::move_tasks: text = "task " + std::to_string(reader.u64()); break;
        default: return hexadecimal(key);
    }
    return reader.complete() ? text : hexadecimal(key);
}

/// Walks one table row by row, pieces too.
class TableCheck {
public:
    TableCheck(MDB_txn* transaction, lmdb::TableHandle handle, Table table, FolderReport& report)
        : table_(table),
          report_(report),
          rows_(lmdb::open_cursor(transaction, handle)),
          pieces_(lmdb::open_cursor(transaction, handle)) {}

    TableReport walk() {
        try {
            Row row;
            for (bool there = lmdb::move(rows_.get(), lmdb::Move::first, row); there;
                 there = lmdb::move(rows_.get(), lmdb::Move::next, row)) {
                ++counts_.rows;
                check(row);
            }
        } catch (const StoreFailure& failure) {
            tell(owner_, "is the last that can be reached: " + std::string(failure.what()));
        }
        return counts_;
    }

private:
    void check(const Row& row) {
        const auto& traits = traits_of(table_);
        if (traits.sealed && row.key.size() == traits.key_bytes + piece_suffix_bytes) return check_piece(row.key);

        ++counts_.values;
        owner_ = Bytes(row.key);
        owner_pieces_ = 0;
        if (traits.key_bytes != 0 && row.key.size() != traits.key_bytes)
            return tell(row.key, "has a key of a wrong length");
        if (row.value.size() > row_bytes_max) return tell(row.key, "is longer than a page");
        if (traits.sealed) check_sealed(row);
    }

    void check_sealed(const Row& row) {
        const auto seal = read_seal(row.value);
        if (!seal) return tell(row.key, "does not begin with a seal");
        owner_pieces_ = further_rows(seal->value_bytes);
        if (lmdb::value_of(pieces_.get(), table_, row)) return;
        tell(row.key, owner_pieces_ == 0 ? "does not match its checksum"
                                         : "has lost one of its pieces or does not match its checksum");
    }

    void check_piece(BytesView key) {
        KeyReader reader(key);
        const bool owned = reader.raw(traits_of(table_).key_bytes) == owner_;
        const auto index = reader.u16();
        if (!owned || index == 0 || index > owner_pieces_) tell(key, "is a piece of a value that is not there");
    }

    void tell(BytesView key, std::string fault) {
        ++counts_.damaged;
        ++report_.damaged_count;
        if (report_.damaged.size() == damaged_rows_listed_max) return;
        report_.damaged.push_back({traits_of(table_).name, readable_key(table_, key), std::move(fault)});
    }

    Table table_;
    FolderReport& report_;
    lmdb::ReadCursor rows_;
    lmdb::ReadCursor pieces_;
    TableReport counts_{traits_of(table_).name};
    /// The key of the last value, and how many pieces it should have.
    Bytes owner_;
    std::size_t owner_pieces_ = 0;
};

}  // namespace

FolderReport check_folder(const std::string& folder) {
    const auto environment = open_to_look(folder);
    // The snapshot stays open, so that the pages that were found sound are those that are walked.
    const auto [snapshot, faults] = check_pages(environment.get());
    const auto info = lmdb::info(environment.get());

    FolderReport report;
    report.file_bytes = file_bytes_of(folder);
    report.used_bytes = (info.last_page + 1) * info.page_bytes;
    const auto faulty = [&, &page_faults = faults](BytesView table) {
        for (const auto& fault : page_faults) {
            if (fault.table == table) return &fault;
        }
        return static_cast<const PageFault*>(nullptr);
    };
    const auto tell = [&](std::string_view table, const PageFault& fault) {
        ++report.damaged_count;
        report.damaged.push_back({table, "page " + std::to_string(fault.page), fault.fault});
    };
    // Without the list of tables, or the table that tells the format, LMDB must not go on.
    for (const auto& name : {BytesView(), traits_of(Table::meta).name}) {
        if (const auto* fault = faulty(name)) {
            tell(name.empty() ? "(list of tables)" : name, *fault);
            return report;
        }
    }

    const auto tables = lmdb::open_tables(folder, snapshot.get());
    for (std::size_t at = 0; at < table_count; ++at) {
        const auto name = table_traits[at].name;
        if (const auto* fault = faulty(name)) {
            tell(name, *fault);
            report.tables.push_back({name, 0, 0, 1});
            continue;
        }
        TableCheck check(snapshot.get(), tables[at], static_cast<Table>(at), report);
        report.tables.push_back(check.walk());
    }
    return report;
}

struct FolderSnapshot::Opened {
    explicit Opened(const std::string& folder) : file(lmdb::open_tables(folder, open_to_look(folder))) {}

    lmdb::File file;
    lmdb::Snapshots snapshots{file.environment.get(), file.tables};
    std::unique_ptr<ReadTransaction> transaction = snapshots.begin();
};

FolderSnapshot::FolderSnapshot(const std::string& folder) : opened_(std::make_unique<Opened>(folder)) {}
FolderSnapshot::~FolderSnapshot() = default;

const ReadTransaction& FolderSnapshot::transaction() const {
    return *opened_->transaction;
}

}  // namespace tern::store
