#include "broker/engine/envelope.hpp"

#include <chrono>
#include <cstdio>
#include <string_view>

#include "broker/base/base64.hpp"
#include "broker/base/json_text.hpp"
#include "broker/base/utf8.hpp"
#include "broker/engine/publication_record.hpp"

namespace tern::engine {
namespace {

constexpr std::string_view default_account = "000000000000";
constexpr std::string_view default_region = "us-east-1";
constexpr std::string_view replacement_character = "\xEF\xBF\xBD";
constexpr std::size_t sequence_digits = 20;

Bytes base64_of(BytesView bytes) {
    Bytes text;
    append_base64(text, bytes);
    return text;
}

/// What is not UTF-8 in it is replaced.
Bytes repaired(std::string_view text) {
    Bytes whole;
    while (!text.empty()) {
        const auto before = text;
        if (take_code_point(text)) {
            whole += before.substr(0, before.size() - text.size());
        } else {
            whole += replacement_character;
            text.remove_prefix(1);
        }
    }
    return whole;
}

void append_string(Bytes& to, std::string_view text) {
    append_json_string(to, valid_utf8(text) ? text : repaired(text));
}

void append_member(Bytes& to, std::string_view name, std::string_view value) {
    if (to.back() != '{') to += ',';
    append_string(to, name);
    to += ':';
    append_string(to, value);
}

void append_message(Bytes& to, BytesView body) {
    if (valid_utf8(body)) {
        append_member(to, "Message", body);
    } else {
        append_member(to, "Message", base64_of(body));
        append_member(to, "MessageEncoding", "base64");
    }
}

std::string padded(std::uint64_t sequence) {
    auto digits = std::to_string(sequence);
    return digits.insert(0, sequence_digits - digits.size(), '0');
}

void append_attributes(Bytes& to, const Publication& publication) {
    if (publication.attributes.empty()) return;
    to += ",\"MessageAttributes\":{";
    for (const auto& attribute : publication.attributes) {
        if (to.back() != '{') to += ',';
        append_string(to, attribute.name);
        to += ":{";
        append_member(to, "Type", attribute.type);
        const bool binary = attribute.type.starts_with("Binary");
        append_member(to, "Value", binary ? base64_of(attribute.value) : attribute.value);
        to += '}';
    }
    to += '}';
}

}  // namespace

std::string topic_arn(const TopicName& topic) {
    std::string_view account = default_account;
    std::string_view region = default_region;
    const std::string_view name = topic.namespace_name;
    if (const auto slash = name.find('/'); slash != std::string_view::npos) {
        account = name.substr(0, slash);
        region = name.substr(slash + 1);
    }
    std::string arn = "arn:aws:sns:";
    return arn.append(region).append(":").append(account).append(":").append(topic.name);
}

std::string iso_time(Timestamp at) {
    const std::chrono::sys_time<Milliseconds> time{Milliseconds(at.ms())};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    char text[40];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return text;
}

std::string_view envelope_type(const PublicationExtras& extras) {
    if (extras.token.empty()) return "Notification";
    return extras.farewell_endpoint.empty() ? "SubscriptionConfirmation" : "UnsubscribeConfirmation";
}

EnvelopeContent envelope_content(const TopicName& topic, const Published& published, std::uint64_t sequence,
                                 std::string_view protocol) {
    const auto& publication = published.publication();
    EnvelopeContent content{topic, publication, published.id, published.at, sequence, publication.data};
    if (const auto& extras = publication.extras) {
        content.at = extras->at.value_or(published.at);
        content.signature = extras->signature;
        if (const auto* body = extras->body_for(protocol)) {
            content.body = body->body;
            content.signature = body->signature;
        }
    }
    return content;
}

Envelope envelope_of(const EnvelopeContent& content) {
    const auto& [topic, publication, id, at, sequence, body, signature] = content;
    static const PublicationExtras none;
    const auto& extras = publication.extras ? *publication.extras : none;
    const bool asks = !extras.token.empty();
    Envelope envelope;
    auto& json = envelope.json;
    json = "{";
    append_member(json, "Type", envelope_type(extras));
    append_member(json, "MessageId", text_of(id));
    if (asks) append_member(json, "Token", extras.token);
    if (sequence != 0) append_member(json, "SequenceNumber", padded(sequence));
    append_member(json, "TopicArn", extras.topic_arn.empty() ? topic_arn(topic) : extras.topic_arn);
    if (publication.subject != topic.name) append_member(json, "SubjectPath", publication.subject);
    if (!extras.headline.empty()) append_member(json, "Subject", extras.headline);
    append_message(json, body);
    if (asks) append_member(json, "SubscribeURL", extras.confirm_url);
    append_member(json, "Timestamp", iso_time(at));
    if (sequence == 0 && !extras.signature_version.empty()) {
        append_member(json, "SignatureVersion", extras.signature_version);
        append_member(json, "Signature", signature);
        append_member(json, "SigningCertURL", extras.certificate_url);
    }
    if (!extras.unsubscribe_url_base.empty() && !asks) envelope.unsubscribe_at = json.size();
    append_attributes(json, publication);
    json += '}';
    return envelope;
}

Bytes addressed(const Envelope& envelope, const Publication& publication, std::string_view subscription) {
    if (envelope.unsubscribe_at == 0) return envelope.json;
    Bytes member = ",";
    append_string(member, "UnsubscribeURL");
    member += ':';
    append_string(member, Bytes(publication.extras->unsubscribe_url_base).append(subscription));
    Bytes json;
    json.reserve(envelope.json.size() + member.size());
    json.append(envelope.json, 0, envelope.unsubscribe_at).append(member);
    return json.append(envelope.json, envelope.unsubscribe_at);
}

}  // namespace tern::engine
