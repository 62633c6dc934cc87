/// The real broker on a file system that fills up: sends and appends are refused with a clear status, receives,
/// deletes, fetches and truncations go on, health tells, and when there is space again everything goes on by itself;
/// nothing is lost.
///
/// The file system is a small ext4 on a loop device, which only root can make: elsewhere the test is skipped.

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "protocol/status.hpp"
#include "tests/contract/temporary_folder.hpp"
#include "tests/crash/broker_process.hpp"
#include "tests/crash/test_batches.hpp"
#include "tests/crash/wire_client.hpp"
#include "tests/programs/option_reader.hpp"

namespace tern::crash {
namespace {

using protocol::Status;

constexpr int exit_code_skipped = 77;
constexpr std::size_t body_bytes = 8000;
constexpr std::size_t messages_per_send = 5;
constexpr std::size_t records_per_time = 200;
const StreamName stream{"log"};
constexpr std::uint64_t disk_bytes = 64u << 20;
/// What is in the way on the disk and goes later.
constexpr std::uint64_t ballast_bytes = 16u << 20;

int shell(const std::string& command) {
    return std::system((command + " >/dev/null 2>&1").c_str());
}

/// A small ext4 of its own, gone at the end.
class LoopDisk {
public:
    explicit LoopDisk(const std::string& folder) : image_(folder + "/disk"), path_(folder + "/mounted") {
        std::ofstream(image_).close();
        std::filesystem::resize_file(image_, disk_bytes);
        std::filesystem::create_directory(path_);
        mounted_ = shell("mkfs.ext4 -q -F " + image_) == 0 && shell("mount -o loop " + image_ + " " + path_) == 0;
    }
    ~LoopDisk() {
        if (mounted_) shell("umount " + path_ + " || umount -l " + path_);
    }
    LoopDisk(const LoopDisk&) = delete;
    LoopDisk& operator=(const LoopDisk&) = delete;

    bool mounted() const { return mounted_; }
    std::string at(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string image_;
    std::string path_;
    bool mounted_ = false;
};

void place_ballast(const std::string& path) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const bool placed = file >= 0 && ::posix_fallocate(file, 0, static_cast<off_t>(ballast_bytes)) == 0;
    if (file >= 0) ::close(file);
    if (!placed) throw TestFailure("the ballast does not fit on the disk");
}

/// The body of the answer to GET `path`.
std::string http_get(std::uint16_t port, const std::string& path) {
    const int connection = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    std::string answer;
    if (::connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
        ::send(connection, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
        std::array<char, 4096> piece;
        for (ssize_t read; (read = ::recv(connection, piece.data(), piece.size(), 0)) > 0;)
            answer.append(piece.data(), static_cast<std::size_t>(read));
    }
    ::close(connection);
    return answer;
}

void require(bool holds, const std::string& what) {
    if (!holds) throw TestFailure(what);
}

/// One queue and one stream, and what is known to be in them.
class Filling {
public:
    Filling(const std::string& ternd, const LoopDisk& disk, const std::string& log)
        : process_({ternd, disk.at("data"), log, {"--storage-reserve-bytes", "16MiB"}, {}}),
          client_(process_.port()) {
        client_.create_queue("jobs", {false, 60'000, -1});
        require(client_.await()->status() == 0, "the queue could not be made");
        const auto made =
            client_.execute([](std::uint64_t id) { return detail::create_stream(id, stream, {.partitions = 1}); });
        require(made.has_value(), "the stream could not be made");
    }

    /// One record.
    Status append() {
        const auto value = fmt::format("r{}|", records_.size()) + std::string(body_bytes, 'y');
        const auto answer = client_.execute([&](std::uint64_t id) {
            return detail::append(id, stream, {{0, make_batch({value}, {})}});
        });
        if (!answer.has_value()) return answer.error().status();
        require(answer.value().front().ok(), "a batch was refused alone");
        records_.push_back(value);
        return Status::ok;
    }

    Status commit() {
        const auto answer = client_.execute([&](std::uint64_t id) {
            return detail::commit_offsets(id, "readers", {}, {{stream.name, 0, records_.size()}});
        });
        return answer.has_value() ? Status::ok : answer.error().status();
    }

    /// Removes the oldest records.
    void truncate(std::size_t records) {
        start_ += records;
        const auto answer =
            client_.execute([&](std::uint64_t id) { return detail::truncate_stream(id, stream, 0, start_); });
        require(answer.has_value(), "a truncation was refused on the full disk");
    }

    /// Reads the stream: must be what was acknowledged.
    void read() {
        auto read = start_;
        while (read < records_.size()) {
            const auto fetched = client_.execute([&](std::uint64_t id) {
                return detail::fetch(id, {{stream.name, 0, read}}, {});
            });
            require(fetched.has_value() && fetched.value().front().ok(), "a fetch was refused");
            const auto records = records_in(fetched.value().front().batches);
            require(!records.empty(), fmt::format("{} acknowledged records are lost", records_.size() - read));
            for (const auto& record : records) {
                require(record.offset == read && record.value == records_[read], "a record is not as it was appended");
                ++read;
            }
        }
    }

    /// A few messages at once, all taken or all refused.
    Status send() {
        std::vector<TestMessage> messages(messages_per_send);
        std::vector<std::string> names;
        for (auto& message : messages) {
            names.push_back(fmt::format("m{}", attempts_++));
            message.body = names.back() + '|' + std::string(body_bytes, 'x');
        }
        client_.send("jobs", messages);
        const auto reply = client_.await();
        auto status = static_cast<Status>(reply->status());
        if (status != Status::ok) return status;
        for (const auto* result : *reply->body_as_SendResults()->results())
            require(result->status() == 0, "one of several messages was refused alone");
        there_.insert(names.begin(), names.end());
        return status;
    }

    /// Sends until the broker refuses, and says how many it took.
    std::size_t fill() {
        const auto before = there_.size();
        for (std::size_t i = 0; i < 2 * disk_bytes / body_bytes; ++i) {
            const auto status = send();
            if (status == Status::storage_full) return there_.size() - before;
            require(status == Status::ok, "a send was refused with another status than storage_full");
        }
        throw TestFailure("the disk took more than it holds");
    }

    /// Receives and deletes so many at least; what comes must be what was acknowledged. False when there is nothing.
    bool work(std::size_t messages) {
        for (std::size_t done = 0; done < messages;) {
            client_.receive({"jobs", 10, 60'000, 0});
            const auto reply = client_.await();
            require(reply->status() == 0, "a receive was refused on the full disk");
            const auto* received = reply->body_as_Messages()->messages();
            if (!received || received->size() == 0) return false;
            std::vector<std::string> handles;
            for (const auto* message : *received) {
                const std::string body(reinterpret_cast<const char*>(message->body()->data()), message->body()->size());
                const auto name = body.substr(0, body.find('|'));
                require(there_.erase(name) == 1, name + " came twice, or was never acknowledged");
                require(body.size() == name.size() + 1 + body_bytes, name + " came with another body");
                handles.push_back(message->receipt_handle()->str());
            }
            client_.remove("jobs", handles);
            require(client_.await()->status() == 0, "a delete was refused on the full disk");
            done += handles.size();
        }
        return true;
    }

    /// Sends until one is accepted again; the broker looks for space a few times a second.
    void wait_for_space() {
        while (send() == Status::storage_full) {
            // The next answer tells more than a clock could: each takes a look at the broker's state.
        }
    }

    std::string health() const { return http_get(process_.http_port(), "/health"); }
    const std::set<std::string>& there() const { return there_; }
    BrokerProcess& process() { return process_; }

private:
    BrokerProcess process_;
    WireClient client_;
    std::uint64_t attempts_ = 0;
    std::set<std::string> there_;
    /// By offset.
    std::vector<std::string> records_;
    std::size_t start_ = 0;
};

int run(const std::string& ternd) {
    const test::TemporaryFolder folder;
    const LoopDisk disk(folder.path());
    if (!disk.mounted()) {
        fmt::print("skipped: only root can mount a small file system, and here it cannot\n");
        return exit_code_skipped;
    }
    place_ballast(disk.at("ballast"));
    Filling filling(ternd, disk, folder.at("log"));

    for (std::size_t i = 0; i < records_per_time; ++i)
        require(filling.append() == Status::ok, "an append was refused on an empty disk");
    const auto taken = filling.fill();
    fmt::print("a disk of {} MiB, {} of them in the way: {} messages of {} bytes, then storage_full\n",
               disk_bytes >> 20, ballast_bytes >> 20, taken, body_bytes);
    require(taken > 100, "hardly anything was taken: this proves nothing");
    require(filling.health().find("storage_low") != std::string::npos, "health does not say storage_low");
    require(filling.work(200), "the messages are gone");
    fmt::print("200 messages were received and deleted on the full disk\n");

    require(filling.append() == Status::storage_full, "an append was not refused with storage_full");
    require(filling.commit() == Status::storage_full, "a commit of an offset was not refused with storage_full");
    filling.read();
    filling.truncate(records_per_time / 4);
    filling.read();
    fmt::print("appends and commits of offsets were refused, {} records were read, a quarter of them removed\n",
               records_per_time);

    std::filesystem::remove(disk.at("ballast"));
    filling.wait_for_space();
    require(filling.health().find("\"ok\"") != std::string::npos, "health does not say ok again");
    for (std::size_t i = 0; i < records_per_time; ++i)
        require(filling.append() == Status::ok, "an append was refused after there was space again");
    require(filling.commit() == Status::ok, "a commit of an offset was refused after there was space again");
    const auto more = filling.fill();
    fmt::print("with space again it went on by itself: {} messages more, then storage_full\n", more);
    require(more > 100, "the space that came back was not used");

    while (filling.work(1000)) {
    }
    filling.read();
    require(filling.there().empty(), fmt::format("{} acknowledged messages are lost", filling.there().size()));
    filling.process().signal(SIGTERM);
    const auto ending = filling.process().wait(20'000);
    require(!ending.by_signal && ending.code_or_signal == 0, "the broker did not leave in order");
    fmt::print("all were received and read, none is lost, no restart was needed\n");
    return 0;
}

}  // namespace
}  // namespace tern::crash

int main(int argc, char** argv) {
    std::string ternd;
    tern::test::OptionReader reader("Fills the broker's disk, and looks whether it copes.");
    reader.needed("--ternd", ternd, "the broker");
    if (const auto code = reader.read(argc, argv)) return *code;
    try {
        return tern::crash::run(ternd);
    } catch (const std::exception& failure) {
        std::cerr << "full disk: " << failure.what() << '\n';
        return 1;
    }
}
