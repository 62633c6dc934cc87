#include "broker/engine/publication_extras.hpp"

#include "broker/engine/fields.hpp"

namespace tern::engine {

Bytes encode(const PublicationExtras& extras) {
    const auto id = extras.id.value_or(MessageId{});
    FieldWriter to;
    to(extras.headline)(extras.id.has_value())(id.high)(id.low);
    to(extras.at.has_value())(extras.at.value_or(Timestamp()).ms());
    to(extras.signature_version)(extras.signature)(extras.certificate_url)(extras.unsubscribe_url_base);
    to(extras.token)(extras.confirm_url)(extras.topic_arn);
    to(extras.farewell_endpoint)(extras.farewell_subscription);
    to(static_cast<std::uint32_t>(extras.bodies.size()));
    for (const auto& body : extras.bodies) to(body.protocol)(body.body)(body.signature);
    // Left out if it can be: records of before are without it.
    if (extras.structured) to(extras.structured);
    return to.take();
}

std::optional<PublicationExtras> decode_extras(BytesView bytes) {
    FieldReader from(bytes);
    PublicationExtras extras;
    bool has_id = false;
    bool has_time = false;
    MessageId id;
    std::int64_t at_ms = 0;
    std::uint32_t bodies = 0;
    from(extras.headline)(has_id)(id.high)(id.low)(has_time)(at_ms);
    from(extras.signature_version)(extras.signature)(extras.certificate_url)(extras.unsubscribe_url_base);
    from(extras.token)(extras.confirm_url)(extras.topic_arn);
    from(extras.farewell_endpoint)(extras.farewell_subscription)(bodies);
    while (bodies-- > 0 && !from.at_end()) {
        auto& body = extras.bodies.emplace_back();
        from(body.protocol)(body.body)(body.signature);
    }
    if (!from.at_end()) from(extras.structured);
    if (has_id) extras.id = id;
    if (has_time) extras.at = Timestamp(at_ms);
    if (!from.sound()) return std::nullopt;
    return extras;
}

}  // namespace tern::engine
