#include <doctest/doctest.h>

#include <string>

#include "broker/frontends/aws/signature_chunks.hpp"
#include "broker/frontends/aws/signature_text.hpp"

namespace tern::aws {
namespace {

/// The example of S3's documentation: 66560 letters in two chunks and an empty one.
struct ChunkedExample {
    ChunkedExample() {
        keys.emplace("AKIAIOSFODNN7EXAMPLE",
                     runtime::AccessKey{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"});
        request.method = "PUT";
        request.path = "/examplebucket/chunkObject.txt";
        request.fields = {
            {"Host", "s3.amazonaws.com"},
            {"x-amz-date", "20130524T000000Z"},
            {"x-amz-storage-class", "REDUCED_REDUNDANCY"},
            {"x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"},
            {"Content-Encoding", "aws-chunked"},
            {"x-amz-decoded-content-length", "66560"},
            {"Content-Length", "66824"},
            {"Authorization",
             "AWS4-HMAC-SHA256 "
             "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=content-"
             "encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-"
             "class,Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"}};
        request.body = chunk(65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648") +
                       chunk(1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497") +
                       chunk(0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9");
    }

    static std::string chunk(std::size_t size, const std::string& signature) {
        constexpr std::string_view digits = "0123456789abcdef";
        std::string hex;
        for (auto rest = size; rest > 0 || hex.empty(); rest /= 16) hex.insert(hex.begin(), digits[rest % 16]);
        return hex + ";chunk-signature=" + signature + "\r\n" + std::string(size, 'a') + "\r\n";
    }
    std::string verdict() {
        const auto result = verify_signature(request, keys, "s3", *parse_amz_date("20130524T000000Z"));
        if (const auto* refusal = std::get_if<SignatureRefusal>(&result)) return std::string(refusal->query_code("s3"));
        return "ok";
    }

    admin::HttpRequest request;
    runtime::AccessKeys keys;
};

std::string decoded(std::string_view body, ChunkSigning signing = ChunkSigning::none) {
    const auto result = decode_chunks(body, signing, nullptr);
    const auto* data = std::get_if<std::string>(&result);
    return data ? *data : "refused";
}

}  // namespace

TEST_CASE_FIXTURE(ChunkedExample, "the example of a body in signed chunks is verified and unpacked") {
    CHECK_EQ(verdict(), "ok");
    CHECK_EQ(request.body, std::string(66560, 'a'));
    CHECK_EQ(request.count("Content-Encoding"), 0);
}

TEST_CASE_FIXTURE(ChunkedExample, "data that are not what was signed are noticed, in whatever chunk") {
    const auto whole = request.body;
    for (const auto at : {std::size_t{100}, std::size_t{66'000}}) {
        request.body = whole;
        request.body[at] = 'b';
        CHECK_EQ(verdict(), "SignatureDoesNotMatch");
    }
    // A body that ends before its last chunk has lost something on the way.
    request.body = whole.substr(0, whole.size() - chunk(0, std::string(64, '0')).size());
    CHECK_EQ(verdict(), "IncompleteSignature");
    // Chunks in another order.
    const auto first = chunk(65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648").size();
    request.body = whole.substr(first) + whole.substr(0, first);
    CHECK_EQ(verdict(), "SignatureDoesNotMatch");
}

TEST_CASE("signed trailers are verified") {
    ChunkKey key{signing_key("secret", {"AKID", "20130524", "us-east-1", "sqs"}), "20130524T000000Z",
                 "20130524/us-east-1/sqs/aws4_request", std::string(64, '0')};
    auto next = [&, previous = key.seed](const std::string& algorithm, const std::string& what) mutable {
        previous = hex_of(hmac_sha256(
            key.signing_key, algorithm + "\n" + key.date_text + "\n" + key.scope + "\n" + previous + "\n" + what));
        return previous;
    };
    const auto empty = hex_of(sha256(""));
    auto body = "5;chunk-signature=" + next("AWS4-HMAC-SHA256-PAYLOAD", empty + "\n" + hex_of(sha256("hello")));
    body += "\r\nhello\r\n0;chunk-signature=" + next("AWS4-HMAC-SHA256-PAYLOAD", empty + "\n" + empty) + "\r\n";
    body += "x-amz-checksum-crc32c:mnG7TA==\r\nx-amz-trailer-signature:" +
            next("AWS4-HMAC-SHA256-TRAILER", hex_of(sha256("x-amz-checksum-crc32c:mnG7TA==\n"))) + "\r\n\r\n";
    CHECK_EQ(std::get<std::string>(decode_chunks(body, ChunkSigning::chunks_and_trailer, &key)), "hello");

    body.replace(body.find("mnG7"), 4, "AAAA");
    const auto forged = decode_chunks(body, ChunkSigning::chunks_and_trailer, &key);
    CHECK_EQ(std::get<SignatureRefusal>(forged).distrust, Distrust::mismatch);
}

TEST_CASE("unsigned chunks with a trailer are unpacked") {
    CHECK_EQ(decoded("5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n"), "hello world");
    CHECK_EQ(decoded("0\r\n\r\n"), "");
    CHECK_EQ(decoded("0\r\n"), "");
}

TEST_CASE("a checksum in a trailer is that of the data") {
    const std::string data = "5\r\nhello\r\n6\r\n world\r\n0\r\n";
    for (const auto* const checksum :
         {"crc32:DUoRhQ==", "crc32c:yZRlqg==", "sha1:Kq5sNclPz7QV2+lfQIuc6R7oRu0=",
          "sha256:uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=", "crc64nvme:what nobody looks at"}) {
        CAPTURE(checksum);
        CHECK_EQ(decoded(data + "x-amz-checksum-" + checksum + "\r\n\r\n"), "hello world");
    }
    for (const auto* const wrong : {"crc32:AAAAAA==", "crc32:", "CRC32C:DUoRhQ==",
                                    "sha1:uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=", "sha256:no base64"}) {
        CAPTURE(wrong);
        CHECK_EQ(decoded(data + "x-amz-checksum-" + wrong + "\r\n\r\n"), "refused");
    }
}

TEST_CASE("chunks that are not well-formed are refused, without reading past them") {
    for (const auto* const wrong :
         {"", "5", "5\r\nhell", "5\r\nhello", "5\r\nhelloX\r\n0\r\n\r\n", "x\r\nhello\r\n0\r\n\r\n",
          "-1\r\n\r\n0\r\n\r\n", "ffffffffffffffff\r\nhello\r\n0\r\n\r\n", "fffffffffffffffff\r\nh\r\n0\r\n\r\n",
          "5\r\nhello\r\n0\r\n\r\nmore", "5\r\nhello\r\n0\r\nno colon\r\n\r\n", "\r\n\r\n"}) {
        CHECK_EQ(decoded(wrong), "refused");
    }
    CHECK_EQ(decoded("5\r\nhello\r\n0\r\n\r\n", ChunkSigning::chunks), "refused");
    CHECK_EQ(decoded("5;chunk-signature=0\r\nhello\r\n0;chunk-signature=0\r\n\r\n", ChunkSigning::chunks), "hello");
}

TEST_CASE("a body that does not come in chunks is left alone") {
    admin::HttpRequest request;
    request.body = "5\r\nhello\r\n0\r\n\r\n";
    CHECK_FALSE(unwrap_chunks(request).has_value());
    CHECK_EQ(request.body, "5\r\nhello\r\n0\r\n\r\n");

    request.fields = {{"x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}};
    CHECK_FALSE(unwrap_chunks(request).has_value());
    CHECK_EQ(request.body, "hello");
}

}  // namespace tern::aws
