#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

/// Record batches, version 2, as Kafka defines them (protocol/README.md, "Record batches"): what a producer appends,
/// the broker stores and a consumer reads, byte for byte. All numbers big-endian.
namespace tern::protocol {

/// Numbers on disk and wire.
enum class Compression : std::uint8_t { none = 0, gzip = 1, snappy = 2, lz4 = 3, zstd = 4 };

inline constexpr std::size_t batch_header_bytes = 61;

struct RecordHeader {
    std::string_view key;
    std::optional<std::string_view> value;

    bool operator==(const RecordHeader&) const = default;
};

/// One record; its views point into the batch, or into what the reader decompressed.
struct Record {
    std::int64_t offset = 0;
    std::int64_t timestamp_ms = 0;
    std::optional<std::string_view> key;
    std::optional<std::string_view> value;
    std::vector<RecordHeader> headers;
};

/// Who appends, so that a batch that is sent again is not stored again. Without a producer: id -1.
struct ProducerStamp {
    std::int64_t id = -1;
    std::int16_t epoch = -1;
    /// Of the batch's first record; wraps from 2^31 - 1 to 0.
    std::int32_t sequence = -1;

    bool operator==(const ProducerStamp&) const = default;
};

struct BatchHeader {
    std::int64_t base_offset = 0;
    /// The whole batch, this header included.
    std::size_t bytes = 0;
    std::int8_t magic = 2;
    std::uint32_t crc = 0;
    std::int16_t attributes = 0;
    std::int32_t last_offset_delta = 0;
    std::int64_t base_timestamp = 0;
    std::int64_t timestamp_max = 0;
    ProducerStamp producer;
    std::int32_t records = 0;

    Compression compression() const { return static_cast<Compression>(attributes & 7); }
    bool append_time() const { return (attributes & 8) != 0; }
    std::int64_t last_offset() const { return base_offset + last_offset_delta; }
    std::int64_t next_offset() const { return last_offset() + 1; }
};

/// What can be wrong with a batch.
enum class BatchFault : std::uint8_t {
    none,
    cut_off,         // shorter than it says, or says less than a header
    too_long,        // more bytes or records than limits.hpp allows
    wrong_magic,     // not version 2
    wrong_checksum,  // its CRC-32C is not that of its bytes
    attributes,      // unknown compression, control or transactional batch, bits that have no meaning
    counts,          // no records, a number that contradicts the offsets, or offsets that cannot be
    timestamps,      // a greatest timestamp that is not that of its records (uncompressed batches)
    records,         // a record that is cut off, or whose fields contradict each other (uncompressed batches)
    trailing_bytes,  // something follows the batch
    producer,        // a producer's id without its epoch or sequence
    compression,     // compressed bytes that cannot be decompressed
};
/// A sentence for people: "its checksum is wrong".
std::string_view text_of(BatchFault fault);

/// The header of the batch at the front of `bytes`; nothing when less than a header or less than the length it tells is
/// there, or when that length is impossible. Checks nothing else.
std::optional<BatchHeader> read_batch_header(std::string_view bytes);

/// What the broker's door learns about a batch that holds.
struct CheckedBatch {
    BatchFault fault = BatchFault::none;
    BatchHeader header;
    /// The longest record's key, value and headers; 0 for a compressed batch, whose records are not looked at.
    std::size_t record_bytes_max = 0;
};
/// Checks everything that can be checked without decompressing: lengths, checksum, attributes, counts, and each record
/// of an uncompressed batch. Nothing may follow the batch.
CheckedBatch check_batch(std::string_view bytes);

/// Sets where a batch begins, which its checksum does not cover. `batch` has at least a header.
void set_base_offset(char* batch, std::int64_t offset);
/// Makes `at` the timestamp of all records (the broker's clock at the append), and the checksum anew.
void set_append_time(char* batch, std::size_t bytes, std::int64_t at);

/// Puts records into a batch.
class BatchBuilder {
public:
    BatchBuilder();
    ~BatchBuilder();
    BatchBuilder(BatchBuilder&&) noexcept;
    BatchBuilder& operator=(BatchBuilder&&) noexcept;

    /// Makes room for the header; keeps the memory of the batch before.
    void begin();
    /// After begin. `headers` may be empty. A record takes at most record_bytes() more bytes.
    void add(std::int64_t timestamp_ms, std::optional<std::string_view> key, std::optional<std::string_view> value,
             const std::vector<RecordHeader>& headers = {});
    std::size_t records() const { return records_; }
    /// So far, uncompressed.
    std::size_t bytes() const;
    /// An upper bound of what a record adds.
    static std::size_t record_bytes(std::optional<std::string_view> key, std::optional<std::string_view> value,
                                    const std::vector<RecordHeader>& headers);

    /// The batch, with at least one record in it: base offset 0. It stays uncompressed when compression makes it no
    /// shorter. Valid until the next begin.
    std::string_view finish(Compression compression, const ProducerStamp& producer);

private:
    struct Memory;
    std::unique_ptr<Memory> memory_;
    std::size_t records_ = 0;
    std::int64_t base_timestamp_ = 0;
    std::int64_t timestamp_max_ = 0;
};

/// Reads the records of one batch, in order; then those of the next, with the memory of the one before.
class BatchReader {
public:
    /// Nothing is decompressed to more than `uncompressed_bytes_max`.
    explicit BatchReader(std::size_t uncompressed_bytes_max = 128u << 20);
    /// With its first batch.
    explicit BatchReader(std::string_view batch, std::size_t uncompressed_bytes_max = 128u << 20);
    ~BatchReader();
    BatchReader(BatchReader&&) noexcept;
    BatchReader& operator=(BatchReader&&) noexcept;

    /// `batch` is one whole batch, and stays where it is while its records are read. Checks what check_batch does
    /// before it comes to the records, and decompresses. Look at fault() before records are taken.
    BatchFault open(std::string_view batch);

    const BatchHeader& header() const { return header_; }
    BatchFault fault() const { return fault_; }
    /// What there is left to read of the batch's records, decompressed.
    std::size_t uncompressed_bytes() const { return rest_.size(); }
    /// The next record; nothing after the last one, or when the batch is damaged: then fault() says so. The record is
    /// the reader's own, and valid until the next call.
    const Record* next();

private:
    struct Memory;
    std::unique_ptr<Memory> memory_;
    std::size_t uncompressed_bytes_max_;
    BatchHeader header_;
    BatchFault fault_ = BatchFault::none;
    std::string_view rest_;
    std::int32_t taken_ = 0;
    Record record_;
};

/// The partition of a key, as Kafka's clients choose it: murmur2, its sign bit cleared, modulo the number of
/// partitions.
std::uint32_t partition_of_key(std::string_view key, std::uint32_t partitions);
std::uint32_t murmur2(std::string_view key);

}  // namespace tern::protocol
