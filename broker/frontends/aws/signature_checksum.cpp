#include "broker/frontends/aws/signature_checksum.hpp"

#include <openssl/sha.h>
#include <zlib.h>

#include <cstdint>
#include <string>

#include "broker/base/base64.hpp"
#include "broker/base/bytes.hpp"
#include "broker/frontends/admin/http_text.hpp"
#include "broker/frontends/aws/signature_text.hpp"
#include "protocol/crc32c.hpp"

namespace tern::aws {
namespace {

std::string big_endian(std::uint32_t number) {
    const auto bytes = to_big_endian(number);
    return {reinterpret_cast<const char*>(&bytes), sizeof bytes};
}

std::uint32_t crc32_of(std::string_view data) {
    return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(data.data()), data.size()));
}

std::string sha1(std::string_view bytes) {
    std::string digest(SHA_DIGEST_LENGTH, '\0');
    SHA1(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
    return digest;
}

}  // namespace

bool checksum_agrees(std::string_view field, std::string_view value, std::string_view data) {
    const auto is = [&](std::string_view name) { return admin::equal_ignoring_case(field, name); };
    std::string calculated;
    if (is("x-amz-checksum-crc32"))
        calculated = big_endian(crc32_of(data));
    else if (is("x-amz-checksum-crc32c"))
        calculated = big_endian(protocol::crc32c(data));
    else if (is("x-amz-checksum-sha1"))
        calculated = sha1(data);
    else if (is("x-amz-checksum-sha256"))
        calculated = view_of(sha256(data));
    else
        return true;
    const auto told = decode_base64(value);
    return told && *told == calculated;
}

}  // namespace tern::aws
