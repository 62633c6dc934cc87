#include "broker/frontends/json/id_text.hpp"

#include "broker/base/hex.hpp"

namespace tern::json {

std::string text_of(const engine::MessageId& id) {
    return uuid_text(id.high, id.low);
}

}  // namespace tern::json
