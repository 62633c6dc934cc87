#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace tern::aws {

/// Signs what SNS sends, with a key of this broker's own: RSA, 2048 bits, and a certificate that the key itself signed,
/// made when first needed and kept in the data folder (`sns-signing.pem`, for its owner only). From any thread.
class Signer {
public:
    /// Without a folder the key is of this run only.
    explicit Signer(std::string data_folder);
    ~Signer();

    /// Base64 of the PKCS #1 signature: over SHA-1 for version "1", SHA-256 for "2" (docs/aws.md sns-22). Takes about a
    /// millisecond. Empty when there is no key to be had: its folder cannot be read or written.
    std::string sign(std::string_view version, std::string_view text);
    /// In PEM; empty as above.
    std::string certificate();
    /// Hexadecimal digits, part of the certificate's address: another key has another one.
    std::string fingerprint();

private:
    struct Key;
    const Key* key();

    const std::string file_;
    std::once_flag once_;
    std::unique_ptr<Key> key_;
};

/// The path at which a certificate is fetched.
std::string certificate_path(std::string_view fingerprint);
/// True for paths of certificates, whosever they are.
bool is_certificate_path(std::string_view path);

}  // namespace tern::aws
