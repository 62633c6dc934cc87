#include "clients/cpp/source/decode.hpp"

namespace tern::detail {

namespace {

constexpr flatbuffers::uoffset_t depth_max = 16;
// A page of a thousand queues or messages with all their attributes.
constexpr flatbuffers::uoffset_t tables_max = 200'000;

}  // namespace

const wire::Reply* verified_reply(std::string_view frame) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(frame.data());
    flatbuffers::Verifier verifier(bytes, frame.size(), depth_max, tables_max);
    if (!verifier.VerifyBuffer<wire::Reply>(wire::RequestIdentifier())) return nullptr;
    return flatbuffers::GetRoot<wire::Reply>(bytes);
}

std::string detail_of(Status status, const flatbuffers::String* message) {
    auto detail = text_of(message);
    const auto sentence = protocol::sentence_of(status);
    if (detail == sentence) return {};
    const bool parenthesis =
        detail.starts_with(sentence) && detail.size() > sentence.size() + 3 && detail.ends_with(')');
    return parenthesis ? detail.substr(sentence.size() + 2, detail.size() - sentence.size() - 3) : detail;
}

Error not_understood() {
    return Error(ConnectionErrc::answer_not_understood, {}, Execution::surely);
}

}  // namespace tern::detail
