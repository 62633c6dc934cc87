#pragma once

#include "broker/engine/publication.hpp"
#include "broker/engine/topic_queries.hpp"
#include "broker/frontends/native/topic_replies.hpp"

namespace tern::native {

inline PushedPublication pushed(const engine::Published& from) {
    return {&from.publication(), from.offset, from.at, from.id};
}
inline PushedPublication pushed(const engine::StoredPublication& from) {
    return {&from.publication, from.offset, from.at, from.id};
}

}  // namespace tern::native
