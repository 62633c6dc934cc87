#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "broker/base/utf8.hpp"
#include "broker/engine/filter_index.hpp"

/// A filter policy of a stranger on a publication of another: neither breaks the broker, what is refused is told in a
/// sentence, and an index says of the publication what the policy itself says.
///
/// The first byte tells the scope; then come the policy, a line break and the body, which is an attribute as well: of
/// each type under the name "a", and whole.
namespace {

using namespace tern;
using namespace tern::engine;

void require(bool holds) {
    if (!holds) std::abort();
}

Publication publication_of(std::string_view body) {
    Publication publication;
    publication.subject = "t.a";
    publication.data = body;
    for (const auto* const type : {"String", "Number", "String.Array", "Binary"}) {
        publication.attributes.push_back({"a", type, Bytes(body)});
        publication.attributes.push_back({type, type, Bytes(body)});
    }
    return publication;
}

void check_refusal(const FilterPolicyRefusal& refusal, std::string_view policy) {
    require(!refusal.sentence.empty() && valid_utf8(refusal.sentence));
    require(refusal.offset.value_or(0) <= policy.size() + 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0) return 0;
    const auto scope = bytes[0] & 1 ? FilterScope::body : FilterScope::attributes;
    const std::string_view rest(reinterpret_cast<const char*>(bytes) + 1, size - 1);
    const auto policy = rest.substr(0, rest.find('\n'));
    const auto publication = publication_of(rest.substr(std::min(policy.size() + 1, rest.size())));

    const auto parsed = parse_filter_policy(policy, scope);
    if (parsed.refusal) {
        require(!parsed.policy);
        check_refusal(*parsed.refusal, policy);
        return 0;
    }
    FilterInput input(publication);
    const bool passes = !parsed.policy || parsed.policy->matches(input);
    FilterIndex index;
    index.add(1, {"", parsed.policy});
    index.add(2, {"t.*", parsed.policy});
    require(index.match(publication).size() == (passes ? 2 : 0));
    index.remove(1);
    index.remove(2);
    require(index.match(publication).empty());
    return 0;
}
