#include "tools/bench/aws_lane.hpp"

#include <fmt/format.h>

#include "tools/bench/bench_error.hpp"

namespace tern::bench {

namespace {

constexpr std::string_view account = "000000000000";

std::string url_of(const std::string& host, const std::string& queue) {
    return fmt::format("http://{}/{}/{}", host, account, queue);
}

std::string send_body(const std::string& url, std::size_t bytes) {
    return fmt::format(R"({{"QueueUrl":"{}","MessageBody":"{}"}})", url, std::string(bytes, 'x'));
}

std::string send_batch_body(const std::string& url, std::size_t bytes) {
    std::string entries;
    for (std::size_t i = 0; i < messages_of_a_batch; ++i)
        entries += fmt::format(R"({}{{"Id":"{}","MessageBody":"{}"}})", i == 0 ? "" : ",", i, std::string(bytes, 'x'));
    return fmt::format(R"({{"QueueUrl":"{}","Entries":[{}]}})", url, entries);
}

/// The text of the member behind its name, as the broker writes it: receipt handles need no unescaping.
std::string_view text_member(std::string_view json, std::string_view name_with_quotes) {
    auto at = json.find(name_with_quotes);
    if (at == std::string_view::npos) return {};
    at = json.find('"', at + name_with_quotes.size());
    return at == std::string_view::npos ? std::string_view() : json.substr(at + 1, json.find('"', at + 1) - at - 1);
}

}  // namespace

std::string aws_request(const std::string& host, std::string_view operation, std::string_view body) {
    return fmt::format(
        "POST / HTTP/1.1\r\nHost: {}\r\nAccept-Encoding: identity\r\nX-Amz-Target: AmazonSQS.{}\r\n"
        "Content-Type: application/x-amz-json-1.0\r\nUser-Agent: tern-bench\r\nX-Amz-Date: 20260101T000000Z\r\n"
        "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature={:064}\r\nx-amzn-query-mode: true\r\n"
        "Content-Length: {}\r\n\r\n{}",
        host, operation, 0, body.size(), body);
}

std::string long_poll_request(const std::string& host, const std::string& queue) {
    return aws_request(host, "ReceiveMessage",
                       fmt::format(R"({{"QueueUrl":"{}","WaitTimeSeconds":20}})", url_of(host, queue)));
}

std::string create_queue_request(const std::string& host, const std::string& queue) {
    return aws_request(host, "CreateQueue", fmt::format(R"({{"QueueName":"{}"}})", queue));
}

std::string delete_queue_request(const std::string& host, const std::string& queue) {
    return aws_request(host, "DeleteQueue", fmt::format(R"({{"QueueUrl":"{}"}})", url_of(host, queue)));
}

AwsLane::AwsLane(const AwsWorkload& workload, const std::string& host)
    : mix_(workload.mix),
      queue_url_(url_of(host, workload.queue)),
      send_(aws_request(host, "SendMessage", send_body(queue_url_, workload.body_bytes))),
      send_batch_(aws_request(host, "SendMessageBatch", send_batch_body(queue_url_, workload.body_bytes))),
      receive_(aws_request(host, "ReceiveMessage", fmt::format(R"({{"QueueUrl":"{}"}})", queue_url_))),
      host_(host),
      kind_(mix_ == AwsMix::send         ? Kind::send
            : mix_ == AwsMix::send_batch ? Kind::send_batch
                                         : Kind::receive) {}

const std::string& AwsLane::next() {
    switch (kind_) {
        case Kind::send: return send_;
        case Kind::send_batch: return send_batch_;
        case Kind::receive: return receive_;
        case Kind::remove: break;
    }
    return remove_;
}

std::uint64_t AwsLane::take(std::string_view body) {
    const auto wrong = [&] {
        return BenchError(fmt::format("An answer that was not expected: {}", body.substr(0, 300)));
    };
    switch (kind_) {
        case Kind::send:
            if (body.find("MessageId") == std::string_view::npos) throw wrong();
            return 1;
        case Kind::send_batch:
            if (body.find("Successful") == std::string_view::npos) throw wrong();
            if (mix_ == AwsMix::receive_delete) kind_ = Kind::receive;
            return mix_ == AwsMix::receive_delete ? 0 : messages_of_a_batch;
        case Kind::receive: {
            const auto handle = text_member(body, "\"ReceiptHandle\"");
            kind_ = handle.empty() ? Kind::send_batch : Kind::remove;
            remove_ = aws_request(host_, "DeleteMessage",
                                  fmt::format(R"({{"QueueUrl":"{}","ReceiptHandle":"{}"}})", queue_url_, handle));
            return 0;
        }
        case Kind::remove: break;
    }
    kind_ = Kind::receive;
    return 1;
}

}  // namespace tern::bench
