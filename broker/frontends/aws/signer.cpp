#include "broker/frontends/aws/signer.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <utility>

#include "broker/base/base64.hpp"
#include "broker/base/hex.hpp"

namespace tern::aws {
namespace {

constexpr std::string_view certificate_path_start = "/SimpleNotificationService-";
constexpr std::string_view certificate_path_end = ".pem";
constexpr unsigned key_bits = 2048;
constexpr long certificate_seconds = 10L * 365 * 24 * 3600;

template <auto free>
struct FreeBy {
    void operator()(auto* object) const { free(object); }
};
using KeyPointer = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;
using CertificatePointer = std::unique_ptr<X509, FreeBy<X509_free>>;
using BioPointer = std::unique_ptr<BIO, FreeBy<BIO_free_all>>;
using DigestPointer = std::unique_ptr<EVP_MD_CTX, FreeBy<EVP_MD_CTX_free>>;

std::string text_of(BIO* bio) {
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(bio, &bytes);
    return std::string(bytes, static_cast<std::size_t>(size));
}

CertificatePointer certificate_for(EVP_PKEY* key) {
    CertificatePointer certificate(X509_new());
    if (!certificate) return nullptr;
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), certificate_seconds);
    X509_set_pubkey(certificate.get(), key);
    auto* const name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("sns.amazonaws.com"),
                               -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    return X509_sign(certificate.get(), key, EVP_sha256()) > 0 ? std::move(certificate) : nullptr;
}

/// Key and certificate, one behind the other; empty when they cannot be made.
std::string new_key_file() {
    const KeyPointer key(EVP_RSA_gen(key_bits));
    const auto certificate = key ? certificate_for(key.get()) : nullptr;
    const BioPointer bio(BIO_new(BIO_s_mem()));
    const bool written = certificate && bio &&
                         PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1 &&
                         PEM_write_bio_X509(bio.get(), certificate.get()) == 1;
    return written ? text_of(bio.get()) : std::string();
}

std::string read_file(const std::string& name) {
    std::ifstream file(name, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Whole or not at all, for the owner only.
bool write_file(const std::string& name, const std::string& text) {
    const auto draft = name + ".new";
    ::unlink(draft.c_str());
    const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0) return false;
    const bool written =
        ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
    ::close(file);
    return written && std::rename(draft.c_str(), name.c_str()) == 0;
}

}  // namespace

struct Signer::Key {
    KeyPointer key;
    std::string certificate;
    std::string fingerprint;

    static std::unique_ptr<Key> from(const std::string& file_text);
};

std::unique_ptr<Signer::Key> Signer::Key::from(const std::string& file_text) {
    const auto reader = [&] {
        return BioPointer(BIO_new_mem_buf(file_text.data(), static_cast<int>(file_text.size())));
    };
    auto key = std::make_unique<Key>();
    key->key.reset(PEM_read_bio_PrivateKey(reader().get(), nullptr, nullptr, nullptr));
    const CertificatePointer certificate(PEM_read_bio_X509(reader().get(), nullptr, nullptr, nullptr));
    const BioPointer shown(BIO_new(BIO_s_mem()));
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_bytes = 0;
    if (!key->key || !certificate || PEM_write_bio_X509(shown.get(), certificate.get()) != 1 ||
        X509_digest(certificate.get(), EVP_sha256(), digest, &digest_bytes) != 1)
        return nullptr;
    key->certificate = text_of(shown.get());
    constexpr std::size_t fingerprint_bytes = 16;
    key->fingerprint = hex_of({digest, fingerprint_bytes});
    return key;
}

Signer::Signer(std::string data_folder)
    : file_(data_folder.empty() ? std::string() : std::move(data_folder) + "/sns-signing.pem") {}

Signer::~Signer() = default;

const Signer::Key* Signer::key() {
    std::call_once(once_, [this] {
        if (!file_.empty()) key_ = Key::from(read_file(file_));
        if (key_) return;
        const auto text = new_key_file();
        if (file_.empty() || write_file(file_, text)) key_ = Key::from(text);
    });
    return key_.get();
}

std::string Signer::sign(std::string_view version, std::string_view text) {
    const auto* const own = key();
    if (!own) return {};
    const DigestPointer digest(EVP_MD_CTX_new());
    const auto* const algorithm = version == "2" ? EVP_sha256() : EVP_sha1();
    std::size_t bytes = 0;
    const auto* const data = reinterpret_cast<const unsigned char*>(text.data());
    if (EVP_DigestSignInit(digest.get(), nullptr, algorithm, nullptr, own->key.get()) != 1 ||
        EVP_DigestSign(digest.get(), nullptr, &bytes, data, text.size()) != 1)
        return {};
    std::string signature(bytes, '\0');
    if (EVP_DigestSign(digest.get(), reinterpret_cast<unsigned char*>(signature.data()), &bytes, data, text.size()) !=
        1)
        return {};
    signature.resize(bytes);
    std::string encoded;
    append_base64(encoded, signature);
    return encoded;
}

std::string Signer::certificate() {
    const auto* const own = key();
    return own ? own->certificate : std::string();
}

std::string Signer::fingerprint() {
    const auto* const own = key();
    return own ? own->fingerprint : std::string();
}

std::string certificate_path(std::string_view fingerprint) {
    return std::string(certificate_path_start).append(fingerprint).append(certificate_path_end);
}

bool is_certificate_path(std::string_view path) {
    constexpr std::string_view developer_start = "/_aws/sns";
    if (path.starts_with(developer_start)) path.remove_prefix(developer_start.size());
    return path.starts_with(certificate_path_start) && path.ends_with(certificate_path_end);
}

}  // namespace tern::aws
