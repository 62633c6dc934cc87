#include "broker/frontends/aws/signature_checksum.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <string>

#include "broker/base/base64.hpp"
#include "broker/frontends/admin/http_text.hpp"
#include "protocol/crc32c.hpp"

namespace tern::aws {
namespace {

/// Of IEEE 802.3, as zip and Ethernet have it.
constexpr std::array<std::uint32_t, 256> crc32_table() {
    constexpr std::uint32_t polynomial = 0xEDB88320;
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
        auto rest = byte;
        for (int bit = 0; bit < 8; ++bit) rest = (rest & 1) != 0 ? rest >> 1 ^ polynomial : rest >> 1;
        table[byte] = rest;
    }
    return table;
}

std::uint32_t crc32(std::string_view data) {
    static constexpr auto table = crc32_table();
    std::uint32_t rest = ~0u;
    for (const char c : data) rest = rest >> 8 ^ table[(rest ^ static_cast<unsigned char>(c)) & 0xFF];
    return ~rest;
}

std::string big_endian(std::uint32_t number) {
    std::string bytes;
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(number >> shift & 0xFF);
    return bytes;
}

std::string digest(const EVP_MD* algorithm, std::string_view data) {
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_Digest(data.data(), data.size(), bytes, &size, algorithm, nullptr);
    return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

bool checksum_agrees(std::string_view field, std::string_view value, std::string_view data) {
    const auto is = [&](std::string_view name) { return admin::equal_ignoring_case(field, name); };
    std::string calculated;
    if (is("x-amz-checksum-crc32"))
        calculated = big_endian(crc32(data));
    else if (is("x-amz-checksum-crc32c"))
        calculated = big_endian(protocol::crc32c(data));
    else if (is("x-amz-checksum-sha1"))
        calculated = digest(EVP_sha1(), data);
    else if (is("x-amz-checksum-sha256"))
        calculated = digest(EVP_sha256(), data);
    else
        return true;
    const auto told = decode_base64(value);
    return told && *told == calculated;
}

}  // namespace tern::aws
