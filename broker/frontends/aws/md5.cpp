#include "broker/frontends/aws/md5.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include "broker/base/check.hpp"
#include "broker/base/hex.hpp"

namespace tern::aws {
namespace {

struct Deleter {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

/// Looked up once: OpenSSL 3 takes longer to find an algorithm by name than to digest a short message.
const EVP_MD* md5() {
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "MD5", nullptr);
    TERN_CHECK(algorithm != nullptr);
    return algorithm;
}

/// One a thread, since making one takes as long as a short digest.
EVP_MD_CTX* digest_context() {
    thread_local const std::unique_ptr<EVP_MD_CTX, Deleter> context(EVP_MD_CTX_new());
    TERN_CHECK(context != nullptr);
    return context.get();
}

/// One at a time.
class Digest {
public:
    Digest() : context_(digest_context()) { TERN_CHECK(EVP_DigestInit_ex2(context_, md5(), nullptr) == 1); }
    void add(std::string_view bytes) { TERN_CHECK(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1); }
    void add_with_length(std::string_view bytes) {
        const auto length = to_big_endian(static_cast<std::uint32_t>(bytes.size()));
        add({reinterpret_cast<const char*>(&length), sizeof length});
        add(bytes);
    }
    std::string hex() {
        std::array<unsigned char, 16> bytes;
        unsigned size = 0;
        TERN_CHECK(EVP_DigestFinal_ex(context_, bytes.data(), &size) == 1 && size == bytes.size());
        return hex_of(bytes);
    }

private:
    EVP_MD_CTX* const context_;
};

}  // namespace

std::string md5_of(std::string_view bytes) {
    Digest digest;
    digest.add(bytes);
    return digest.hex();
}

std::string md5_of_attributes(std::vector<engine::MessageAttribute> attributes) {
    std::ranges::sort(attributes, {}, &engine::MessageAttribute::name);
    Digest digest;
    for (const auto& attribute : attributes) {
        digest.add_with_length(attribute.name);
        digest.add_with_length(attribute.type);
        digest.add(attribute.type.starts_with("Binary") ? "\x02" : "\x01");
        digest.add_with_length(attribute.value);
    }
    return digest.hex();
}

}  // namespace tern::aws
