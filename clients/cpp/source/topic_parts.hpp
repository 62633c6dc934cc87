#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "clients/cpp/source/decode.hpp"
#include "clients/cpp/source/encode.hpp"
#include "tern/publication.hpp"

/// What requests and replies of topics have in common.
namespace tern::detail {

flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<wire::MessageAttribute>>> encode_attributes(
    Builder& builder, const std::vector<MessageAttribute>& attributes);
std::vector<MessageAttribute> attributes_of(
    const flatbuffers::Vector<flatbuffers::Offset<wire::MessageAttribute>>* attributes);

Publication decode(const wire::PushedPublication& from);
std::vector<PresenceMember> members_of(const flatbuffers::Vector<flatbuffers::Offset<wire::PresenceMember>>* from);

/// A HistoryStart in the fields of the schema.
struct StartFields {
    wire::SubscribeFrom from = wire::SubscribeFrom::live;
    std::uint32_t last = 0;
    std::string_view epoch = {};
    std::uint64_t offset = 0;
    std::int64_t time = 0;
};
StartFields fields_of(const HistoryStart& start);

}  // namespace tern::detail
