#pragma once

#include <cstddef>
#include <cstdint>

/// The numbers that both ends of a connection rely on. protocol/README.md lists them for people.
namespace tern::protocol {

inline constexpr std::uint16_t version_min = 1;
inline constexpr std::uint16_t version_max = 1;

/// A frame is a 4-byte little-endian length, then that many bytes of FlatBuffers. The length does not count itself.
inline constexpr std::size_t frame_header_bytes = 4;
/// A message of 16 MiB with its attributes and the frame around it, and room for a batch.
inline constexpr std::size_t frame_bytes_max = 20u << 20;
/// Before the hello is accepted a connection may send this much at once.
inline constexpr std::size_t hello_frame_bytes_max = 4096;
inline constexpr std::size_t requests_in_flight_max = 1024;

inline constexpr std::size_t message_bytes_max = 16u << 20;
inline constexpr std::size_t batch_entries_max = 1000;
inline constexpr std::size_t receive_messages_max = 10;
inline constexpr std::size_t peek_messages_max = 1000;
inline constexpr std::size_t page_entries_max = 1000;
inline constexpr std::size_t message_attributes_max = 10;
inline constexpr std::size_t queue_name_bytes_max = 80;
inline constexpr std::size_t namespace_bytes_max = 80;
inline constexpr std::int64_t wait_ms_max = 20'000;
inline constexpr std::int64_t visibility_timeout_ms_max = 43'200'000;
inline constexpr std::int64_t delay_ms_max = 900'000;

inline constexpr std::size_t stream_name_bytes_max = 249;
inline constexpr std::uint32_t partitions_max = 1024;
inline constexpr std::size_t record_bytes_max = 16u << 20;
/// A record batch: a longest record and what is around it.
inline constexpr std::size_t record_batch_bytes_max = 17u << 20;
inline constexpr std::size_t batch_records_max = 65'536;
inline constexpr std::size_t fetch_entries_max = 1024;
inline constexpr std::size_t group_name_bytes_max = 249;
inline constexpr std::size_t group_members_max = 1000;
inline constexpr std::size_t group_streams_max = 100;
inline constexpr std::size_t offset_metadata_bytes_max = 4096;
inline constexpr std::int64_t session_timeout_ms_min = 1'000;
inline constexpr std::int64_t session_timeout_ms_max = 1'800'000;
inline constexpr std::size_t transaction_steps_max = 100;

inline constexpr std::size_t topic_name_bytes_max = 256;
inline constexpr std::size_t subject_bytes_max = 256;
inline constexpr std::size_t subject_parts_max = 32;
inline constexpr std::size_t durable_name_bytes_max = 80;
inline constexpr std::size_t publication_bytes_max = 16u << 20;
inline constexpr std::size_t member_name_bytes_max = 128;
inline constexpr std::size_t member_state_bytes_max = 1024;
inline constexpr std::size_t history_publications_max = 1000;
inline constexpr std::size_t filter_policy_bytes_max = 256u << 10;
inline constexpr std::size_t subscriptions_per_session_max = 512;

}  // namespace tern::protocol
