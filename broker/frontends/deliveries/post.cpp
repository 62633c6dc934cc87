#include "broker/frontends/deliveries/post.hpp"

namespace tern::deliveries {

Verdict verdict_of_status(unsigned status) {
    if (status >= 200 && status < 300) return Verdict::delivered;
    return status == 429 || status >= 500 ? Verdict::failed_for_now : Verdict::failed_for_good;
}

}  // namespace tern::deliveries
