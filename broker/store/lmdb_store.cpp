#include "broker/store/lmdb_store.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "broker/base/check.hpp"
#include "broker/store/backup_file.hpp"
#include "broker/store/data_folder.hpp"
#include "broker/store/headroom.hpp"
#include "broker/store/last_commit.hpp"
#include "broker/store/lmdb_file.hpp"
#include "broker/store/lmdb_values.hpp"
#include "broker/store/sealed_commits.hpp"
#include "broker/store/snapshots.hpp"

namespace tern::store {
namespace {

/// How long the commit thread waits for snapshots to end when the map must grow now. They live for one request each;
/// only a backup lives longer, and then the map grows after it.
constexpr std::chrono::milliseconds growth_patience{20};
/// After that many looks it tries again.
constexpr unsigned looks_between_growths = 64;

}  // namespace

/// Members in the order in which they are needed: the lock first and last.
struct LmdbStore::Opened {
    Opened(const std::string& folder, const LmdbOptions& with)
        : options(with),
          lock(folder),
          warnings(file_system_warnings(folder)),
          undone(undo_cut_off_commit(data_file_in(folder))),
          file(open_or_create(folder)),
          seals(lmdb::file_descriptor(file.environment.get()), lmdb::info(file.environment.get()).page_bytes),
          headroom(lmdb::file_descriptor(file.environment.get()), options.reserve_bytes),
          snapshots(file.environment.get(), file.tables),
          write_cursors(file.tables) {
        if (undone) {
            warnings.emplace_back(
                "The last commit had been cut off, by a power cut or the end of the process, and is undone; nobody had "
                "been told that it was done.");
        }
        // The process before may have been killed with its last commit in the system's memory only. Nothing may be
        // written before that is on the disk.
        seals.settle(lmdb::info(environment()).last_transaction);
    }
    ~Opened() {
        if (failed) return;
        // Whatever is wrong with the last commit's pages from now on is damage, and not the work of a power cut.
        try {
            seals.settle(lmdb::info(environment()).last_transaction);
        } catch (const StoreFailure&) {
            // Then it is still judged by its pages.
        }
    }
    Opened(const Opened&) = delete;
    Opened& operator=(const Opened&) = delete;

    lmdb::File open_or_create(const std::string& folder) const {
        const auto map_bytes = std::min(options.map_bytes, options.map_bytes_max);
        if (!has_data_file(folder)) lmdb::create_file(folder, map_bytes);
        auto opened = lmdb::open_file(folder, map_bytes, lmdb::Access::read_write);
        lmdb::flush_no_more(opened.environment.get());
        return opened;
    }

    MDB_env* environment() const { return file.environment.get(); }

    void flush() {
        if (std::exchange(unflushed, false)) seals.flush();
    }

    /// Moves the map if no snapshot is open; waits for their end only when the map is nearly full.
    void grow_map(const lmdb::Info& info, std::uint64_t used_bytes, std::uint64_t roomy_bytes) {
        const bool urgent = used_bytes + 2 * options.reserve_bytes > info.map_bytes;
        if (urgent && looks_until_growth > 0) {
            --looks_until_growth;
            return;
        }
        const auto map_bytes = std::min(std::max(info.map_bytes * 2, roomy_bytes), options.map_bytes_max);
        const bool done = snapshots.run_alone(urgent ? growth_patience : growth_patience * 0,
                                              [&] { lmdb::set_map_bytes(environment(), map_bytes); });
        if (urgent && !done) looks_until_growth = looks_between_growths;
    }

    LmdbOptions options;
    FolderLock lock;
    std::vector<std::string> warnings;
    const bool undone;
    lmdb::File file;
    SealedCommits seals;
    Headroom headroom;
    lmdb::Snapshots snapshots;
    lmdb::Cursors write_cursors;
    bool writing = false;
    /// A power cut may still undo the last commit.
    bool unflushed = false;
    /// Nobody knows what a commit has left.
    bool failed = false;
    unsigned looks_until_growth = 0;
};

/// The one write transaction.
class LmdbStore::Write final : public WriteTransaction {
public:
    explicit Write(Opened& opened)
        : opened_(opened),
          cursors_(opened.write_cursors),
          transaction_(lmdb::begin_write(opened.environment())) {
        opened_.flush();
        opened_.seals.begin();
        cursors_.begin(transaction_.get());
        opened_.writing = true;
    }
    Write(const Write&) = delete;
    Write& operator=(const Write&) = delete;

    ~Write() override {
        if (!transaction_) return;
        end();
        opened_.seals.abandon();
    }

    Value get(Table table, BytesView key) const override { return lmdb::get_value(cursors_.main(table), table, key); }
    std::unique_ptr<Cursor> cursor(Table table) const override { return lmdb::make_cursor(cursors_, table); }
    std::uint64_t rows(Table table) const override { return lmdb::rows(transaction_.get(), cursors_.handle(table)); }

    void put(Table table, BytesView key, BytesView value) override {
        check_row(table, key, value);
        lmdb::put_value(cursors_.main(table), table, key, value);
        changed_ = true;
    }

    bool erase(Table table, BytesView key) override {
        check_row(table, key, {});
        if (!lmdb::erase_value(cursors_.main(table), table, key)) return false;
        changed_ = true;
        return true;
    }

    Durability commit() override {
        TERN_CHECK(transaction_ != nullptr);
        end();
        if (!changed_) {
            transaction_.reset();
            opened_.seals.abandon();
            return Durability::durable;
        }
        const auto number = lmdb::id(transaction_.get());
        opened_.failed = true;
        opened_.seals.begin_commit();
        lmdb::commit(std::move(transaction_));
        opened_.unflushed = opened_.options.unsafe_late_flush;
        opened_.unflushed ? opened_.seals.finish_without_flush(number) : opened_.seals.finish(number);
        opened_.failed = false;
        return opened_.unflushed ? Durability::can_be_undone : Durability::durable;
    }

private:
    void end() {
        cursors_.end_write();
        opened_.writing = false;
    }

    Opened& opened_;
    lmdb::Cursors& cursors_;
    lmdb::Transaction transaction_;
    bool changed_ = false;
};

std::unique_ptr<LmdbStore> LmdbStore::open(const std::string& folder, const LmdbOptions& options) {
    std::unique_ptr<LmdbStore> store(new LmdbStore(std::make_unique<Opened>(folder, options)));
    store->space();
    return store;
}

LmdbStore::LmdbStore(std::unique_ptr<Opened> opened) : opened_(std::move(opened)) {}
LmdbStore::~LmdbStore() = default;

std::unique_ptr<WriteTransaction> LmdbStore::begin_write() {
    TERN_CHECK(!opened_->writing);
    return std::make_unique<Write>(*opened_);
}

std::unique_ptr<ReadTransaction> LmdbStore::begin_read() {
    return opened_->snapshots.begin();
}

void LmdbStore::flush() {
    opened_->flush();
}

Space LmdbStore::space() {
    auto& store = *opened_;
    TERN_CHECK(!store.writing);
    auto info = lmdb::info(store.environment());
    const auto used_bytes = [&] { return (info.last_page + 1) * info.page_bytes; };
    const auto roomy_bytes = std::max(2 * used_bytes(), used_bytes() + 2 * store.options.reserve_bytes);
    if (info.map_bytes < std::min(roomy_bytes, store.options.map_bytes_max)) {
        store.grow_map(info, used_bytes(), roomy_bytes);
        info = lmdb::info(store.environment());
    }

    const auto free_bytes = [&](std::uint64_t enough) {
        const auto transaction = lmdb::begin_read(store.environment());
        const auto oldest = store.snapshots.oldest(info.last_transaction);
        return lmdb::free_pages(transaction.get(), oldest, enough / info.page_bytes + 1) * info.page_bytes;
    };
    return store.headroom.look({used_bytes(), info.map_bytes}, free_bytes);
}

std::uint64_t LmdbStore::backup(const std::string& path) {
    auto& store = *opened_;
    std::uint64_t bytes = 0;
    // What the copy will see is this transaction or a later one, so that counting with this one is on the safe side.
    const auto sees = lmdb::info(store.environment()).last_transaction;
    store.snapshots.run_as_snapshot(sees, [&] { bytes = write_backup(store.environment(), path); });
    return bytes;
}

const std::vector<std::string>& LmdbStore::warnings() const {
    return opened_->warnings;
}

}  // namespace tern::store
