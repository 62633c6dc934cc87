#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "broker/engine/audit.hpp"
#include "broker/engine/engine.hpp"
#include "broker/store/check.hpp"
#include "broker/store/data_folder.hpp"
#include "broker/store/lmdb_store.hpp"
#include "tests/contract/temporary_folder.hpp"

/// A data file with damage anywhere: `tern check` must name it or find the file sound, and never break, whatever the
/// bytes say.
///
/// The input is a list of changes to a sound file: two bytes that choose a page, two an offset in it, one how many
/// bytes follow, and those.
namespace {

using namespace tern;
using engine::QueueName;

constexpr std::size_t page_bytes = 4096;

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void apply(engine::Engine& engine, const engine::Command& command, std::vector<engine::Completion>& completions) {
    engine.apply({}, command, completions);
    if (completions.back().answer.status != Errc::ok) std::abort();
}

/// A standard and a FIFO queue with messages, tiny and long ones, some of them received.
std::string make_sound_file(const std::string& folder) {
    store::LmdbOptions options;
    options.map_bytes = 64u << 20;
    options.reserve_bytes = 1u << 20;
    {
        const auto store = store::LmdbStore::open(folder, options);
        engine::Engine engine;
        engine.open(*store->begin_read());
        SeededRandom random(1);
        std::vector<engine::Completion> completions;
        for (int batch = 0; batch < 4; ++batch) {
            const auto transaction = store->begin_write();
            engine.begin_batch(*transaction, Timestamp(1'700'000'000'000 + batch), random);
            for (const QueueName& queue : {QueueName{"", "jobs"}, QueueName{"", "orders.fifo"}}) {
                const bool fifo = queue.name == "orders.fifo";
                engine::CreateQueue create{queue, {}, {}};
                if (fifo) create.settings.fifo = true;
                apply(engine, create, completions);
                const std::string bodies[] = {"short", std::string(3000, 'x'), std::string(9000, 'y')};
                for (int i = 0; i < 12; ++i) {
                    engine::NewMessage message;
                    message.body = bodies[i % 3];
                    const auto name = std::to_string(batch * 100 + i);
                    if (fifo) {
                        message.group_id = i % 2 == 0 ? "even" : "odd";
                        message.deduplication_id = name;
                    }
                    apply(engine, engine::SendMessages{queue, {message}}, completions);
                }
                const std::string attempt = fifo ? "attempt-" + std::to_string(batch) : "";
                apply(engine, engine::ReceiveMessages{queue, 3, Milliseconds(60'000), Milliseconds(0), attempt},
                      completions);
            }
            engine.advance(completions);
            engine.end_batch();
            transaction->commit();
        }
    }
    auto bytes = read_file(store::data_file_in(folder));
    // What is allocated ahead is all zeros, and not of interest.
    const auto last = bytes.find_last_not_of('\0');
    return bytes.substr(0, (last / page_bytes + 1) * page_bytes);
}

struct Ground {
    test::TemporaryFolder folder;
    std::string sound = make_sound_file(folder.at("sound"));
    std::string damaged = folder.at("damaged");
};

std::uint16_t take_u16(const std::uint8_t*& at) {
    const auto value = static_cast<std::uint16_t>(at[0] | at[1] << 8);
    at += 2;
    return value;
}

std::string damage(std::string file, const std::uint8_t* at, std::size_t size) {
    const auto* const end = at + size;
    while (end - at >= 5) {
        const std::size_t page = take_u16(at) % (file.size() / page_bytes);
        const std::size_t offset = take_u16(at) % page_bytes;
        const auto wanted = static_cast<std::ptrdiff_t>(*at++ % 32);
        const auto count = std::min(wanted, end - at);
        const auto start = page * page_bytes + offset;
        for (std::size_t i = 0; i < static_cast<std::size_t>(count) && start + i < file.size(); ++i)
            file[start + i] = static_cast<char>(at[i]);
        at += count;
    }
    return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const Ground ground;
    const auto file = damage(ground.sound, bytes, size);
    std::filesystem::remove_all(ground.damaged);
    std::filesystem::create_directory(ground.damaged);
    std::ofstream(store::data_file_in(ground.damaged), std::ios::binary) << file;
    try {
        const auto report = store::check_folder(ground.damaged);
        if (report.sound() != (report.damaged.empty() && report.damaged_count == 0)) std::abort();
        if (file == ground.sound && !report.sound()) std::abort();
        // As `tern check` does: whoever finds nothing at the first look looks further.
        if (report.sound()) engine::audit(store::FolderSnapshot(ground.damaged).transaction());
    } catch (const store::StoreFailure&) {
        // A sentence that refuses the file is an answer too.
        if (file == ground.sound) std::abort();
    }
    return 0;
}
