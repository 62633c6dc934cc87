#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>

#include "broker/base/base64.hpp"
#include "broker/frontends/aws/json_fault.hpp"
#include "broker/frontends/aws/signer.hpp"

namespace tern::aws {
namespace {

struct SignerFixture {
    SignerFixture() {
        std::string name = (std::filesystem::temp_directory_path() / "tern-signer-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        folder = name;
    }
    ~SignerFixture() { std::filesystem::remove_all(folder); }

    std::string folder;
};

bool fits(const std::string& certificate, const EVP_MD* digest, const std::string& text, const std::string& signature) {
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(
        BIO_new_mem_buf(certificate.data(), static_cast<int>(certificate.size())), BIO_free_all);
    const std::unique_ptr<X509, decltype(&X509_free)> read(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr),
                                                           X509_free);
    REQUIRE(read);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const auto bytes = decode_base64(signature).value();
    REQUIRE_EQ(EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, X509_get0_pubkey(read.get())), 1);
    return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                            reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

}  // namespace

TEST_CASE_FIXTURE(SignerFixture, "a signature of either version fits the certificate, and no other text") {
    Signer signer(folder);

    const auto first = signer.sign("1", "text");
    const auto second = signer.sign("2", "text");

    CHECK(fits(signer.certificate(), EVP_sha1(), "text", first));
    CHECK(fits(signer.certificate(), EVP_sha256(), "text", second));
    CHECK_FALSE(fits(signer.certificate(), EVP_sha256(), "Text", second));
}

TEST_CASE_FIXTURE(SignerFixture, "the key is kept for its owner, and used again") {
    const auto fingerprint = Signer(folder).fingerprint();

    struct stat found {};
    REQUIRE_EQ(stat((folder + "/sns-signing.pem").c_str(), &found), 0);
    CHECK_EQ(found.st_mode & 0777u, 0600u);
    CHECK_EQ(Signer(folder).fingerprint(), fingerprint);
    CHECK_NE(Signer("").fingerprint(), fingerprint);
}

TEST_CASE_FIXTURE(SignerFixture, "without a place for a key nothing is signed") {
    Signer signer(folder + "/missing");

    CHECK(signer.sign("1", "text").empty());
    CHECK(signer.certificate().empty());
    CHECK(signer.fingerprint().empty());
}

TEST_CASE("paths of certificates") {
    CHECK(is_certificate_path(certificate_path("0a1b")));
    CHECK(is_certificate_path("/_aws/sns/SimpleNotificationService-0a1b.pem"));
    CHECK_FALSE(is_certificate_path("/SimpleNotificationService-0a1b"));
    CHECK_FALSE(is_certificate_path("/other.pem"));
}

TEST_CASE("a JSON fault is told in the words of SNS") {
    const std::string place =
        "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, ";

    CHECK_EQ(json_fault("{invalid}"),
             "failed to parse JSON. Unexpected character ('i' (code 105)): was expecting double-quote to start field "
             "name" +
                 place + "column: 2]");
    CHECK_EQ(json_fault("invalid"),
             "failed to parse JSON. Unrecognized token 'invalid': was expecting (JSON String, Number, Array, Object or "
             "token 'null', 'true' or 'false')" +
                 place + "column: 8]");
    CHECK_EQ(json_fault("{\"a\": x}"),
             "failed to parse JSON. Unrecognized token 'x': was expecting (JSON String, Number, Array, Object or token "
             "'null', 'true' or 'false')" +
                 place + "column: 8]");
    CHECK_EQ(json_fault("[]"), "failed to parse JSON. It is no JSON object");
}

TEST_CASE("a place in a text is told by line and column") {
    CHECK_EQ(place_in("abc", 2), "line: 1, column: 3");
    CHECK_EQ(place_in("a\nbc", 2), "line: 2, column: 1");
    CHECK_EQ(place_in("a\nb\nc", 5), "line: 3, column: 2");
}

}  // namespace tern::aws
