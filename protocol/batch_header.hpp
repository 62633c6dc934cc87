#pragma once

#include <string_view>

#include "protocol/record_batch.hpp"

namespace tern::protocol {

/// Where the fields of a batch's header are. The length counts what follows it; the checksum covers everything behind
/// itself, so that a broker can set what is in front of it.
namespace batch_field {
inline constexpr std::size_t base_offset = 0;
inline constexpr std::size_t length = 8;
inline constexpr std::size_t leader_epoch = 12;
inline constexpr std::size_t magic = 16;
inline constexpr std::size_t crc = 17;
inline constexpr std::size_t attributes = 21;
inline constexpr std::size_t last_offset_delta = 23;
inline constexpr std::size_t base_timestamp = 27;
inline constexpr std::size_t timestamp_max = 35;
inline constexpr std::size_t producer_id = 43;
inline constexpr std::size_t producer_epoch = 51;
inline constexpr std::size_t base_sequence = 53;
inline constexpr std::size_t records = 57;
}  // namespace batch_field

inline constexpr std::size_t uncounted_bytes = 12;
inline constexpr std::int8_t batch_magic = 2;
inline constexpr std::int16_t append_time_bit = 8;

/// Writes the header of a batch of header.bytes bytes that lies whole at `batch`, with its checksum.
void write_batch_header(char* batch, const BatchHeader& header);

/// What can be said of a whole batch without looking at its records. `header` is filled when it was there.
BatchFault check_around_records(std::string_view bytes, BatchHeader& header);

}  // namespace tern::protocol
