#include <algorithm>
#include <map>
#include <random>

#include "broker/engine/filter_index.hpp"
#include "broker/engine/subject.hpp"
#include "tests/unit/engine/filter_fixture.hpp"

using namespace tern;
using namespace tern::engine;
using namespace tern::test;

namespace {

using Numbers = std::vector<std::uint64_t>;

Numbers found(FilterIndex& index, const Publication& publication) {
    return index.match(publication);
}

Publication published(std::string subject, std::vector<PublicationAttribute> attributes = {}, std::string body = {}) {
    return {std::move(subject), std::move(body), std::move(attributes), {}, {}};
}

std::string store_of(std::uint64_t subscription) {
    return std::to_string(subscription % 1000);
}

/// Policies and publications over so few names and values that they often meet.
class RandomPolicies {
public:
    explicit RandomPolicies(unsigned seed) : random_(seed) {}

    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }

    std::string policy(FilterScope scope) { return object(scope, 1 + below(2), scope == FilterScope::body ? 2 : 0, 1); }

    std::string pattern() {
        static const std::vector<std::string> patterns{"",    "",    "",      "t.a",   "t.b",   "t.a.b",
                                                       "t.*", "t.>", "t.*.b", "t.a.*", "t.a.>", "t.*.>"};
        return patterns[below(patterns.size())];
    }

    Publication publication() {
        static const std::vector<std::string> subjects{"t", "t.a", "t.b", "t.c", "t.a.b", "t.a.c", "t.b.b", "t.a.b.c"};
        auto made = published(subjects[below(subjects.size())]);
        for (const auto* name : {"a", "b", "c", "a.b"})
            if (below(2) == 0) made.attributes.push_back(attribute(name));
        made.data = below(10) == 0 ? "no JSON" : body_object(3);
        return made;
    }

private:
    std::string name() { return std::vector<std::string>{"a", "b", "c", "a.b", ""}[below(5)]; }

    std::string literal() {
        static const std::vector<std::string> literals{R"("a")", R"("ab")", R"("AB")",      R"("abc")", "1",
                                                       "1.0",    "2",       "9999999999",   "true",     "false",
                                                       "null",   R"("")",   R"("10.0.0.1")"};
        return literals[below(literals.size())];
    }

    std::string condition() {
        static const std::vector<std::string> operators{
            R"({"prefix":"a"})",       R"({"prefix":"ab"})",        R"({"prefix":""})",
            R"({"suffix":"b"})",       R"({"suffix":"bc"})",        R"({"equals-ignore-case":"aB"})",
            R"({"anything-but":"a"})", R"({"anything-but":[1,2]})", R"({"anything-but":{"prefix":"a"}})",
            R"({"numeric":["=",1]})",  R"({"numeric":[">",1]})",    R"({"numeric":[">=",1,"<",2]})",
            R"({"exists":true})",      R"({"exists":false})",       R"({"cidr":"10.0.0.0/8"})"};
        return below(2) == 0 ? literal() : operators[below(operators.size())];
    }

    std::string list() {
        std::string all = "[";
        all += condition();
        while (below(3) == 0) all.append(",").append(condition());
        return all += ']';
    }

    std::string object(FilterScope scope, std::size_t keys, std::size_t depth, std::size_t alternatives) {
        std::vector<std::string> members;
        if (alternatives > 0 && below(4) == 0) {
            const auto either = pair_of(object(scope, 1, depth, 0), object(scope, 1 + below(2), depth, 0));
            members.push_back(member("$or", either));
        }
        for (std::size_t i = 0; i < keys; ++i) {
            const bool nested = depth > 0 && below(3) == 0;
            members.push_back(member(name(), nested ? object(scope, 1 + below(2), depth - 1, 0) : list()));
        }
        return braced(members);
    }

    static std::string member(std::string_view name, std::string_view value) {
        std::string text;
        for (const std::string_view piece : {std::string_view("\""), name, std::string_view("\":"), value})
            text += piece;
        return text;
    }

    static std::string braced(const std::vector<std::string>& members) {
        std::string all;
        for (const auto& one : members) all.append(all.empty() ? "{" : ",").append(one);
        return all.empty() ? "{}" : all.append("}");
    }

    PublicationAttribute attribute(std::string name) {
        static const std::vector<std::string> texts{"a", "ab", "AB", "abc", "", "10.0.0.1", "11.0.0.1"};
        static const std::vector<std::string> numbers{"1", "1.0", "2", "1.5", "9999999999", "word"};
        switch (below(5)) {
            case 0: return {std::move(name), "Number", numbers[below(numbers.size())]};
            case 1: return {std::move(name), "String.Array", pair_of(literal(), literal())};
            case 2: return {std::move(name), "Binary", "a"};
            default: return {std::move(name), "String", texts[below(texts.size())]};
        }
    }

    static std::string pair_of(const std::string& one, const std::string& other) {
        return std::string("[").append(one).append(",").append(other).append("]");
    }

    std::string body_value(std::size_t depth) {
        const auto kind = depth == 0 ? 0 : below(4);
        if (kind == 2) return body_object(depth - 1);
        if (kind == 3) return pair_of(body_value(depth - 1), body_value(depth - 1));
        return literal();
    }

    std::string body_object(std::size_t depth) {
        std::vector<std::string> members;
        for (std::size_t i = below(4); i > 0; --i) members.push_back(member(name(), body_value(depth)));
        return braced(members);
    }

    std::mt19937 random_;
};

}  // namespace

TEST_CASE("an index agrees with trying each subscription, while they come and go") {
    std::size_t policies = 0;
    std::size_t matches_seen = 0;
    for (unsigned seed = 0; seed < 30; ++seed) {
        RandomPolicies random(seed);
        FilterIndex index;
        std::map<std::uint64_t, FilterIndex::Subscription> subscriptions;
        for (std::uint64_t number = 0; number < 300; ++number) {
            FilterIndex::Subscription subscription{random.pattern(), nullptr};
            if (random.below(8) > 0) {
                const auto scope = random.below(2) == 0 ? FilterScope::attributes : FilterScope::body;
                const auto text = random.policy(scope);
                auto parsed = parse_filter_policy(text, scope);
                // Some of them are too complex.
                if (!parsed.refusal) ++policies;
                subscription.policy = parsed.policy;
            }
            subscriptions.emplace(number, subscription);
            index.add(number, std::move(subscription));
            if (random.below(4) == 0) {
                const auto gone = random.below(number + 1);
                subscriptions.erase(gone);
                index.remove(gone);
            }
            if (number % 10 != 0) continue;

            const auto publication = random.publication();
            FilterInput input(publication);
            Numbers expected;
            for (const auto& [candidate, wanted] : subscriptions) {
                if (!wanted.pattern.empty() && !matches(wanted.pattern, publication.subject)) continue;
                if (wanted.policy && !wanted.policy->matches(input)) continue;
                expected.push_back(candidate);
            }
            matches_seen += expected.size();
            CAPTURE(publication.data);
            CHECK_EQ(index.match(publication.subject, input), expected);
        }
        for (const auto& [number, subscription] : subscriptions) index.remove(number);
        CHECK_EQ(index.size(), 0);
        CHECK(found(index, random.publication()).empty());
    }
    CHECK_GT(policies, 5000);
    CHECK_GT(matches_seen, 1000);
}

TEST_CASE("with 10,000 policies of which 10 match, few more than 10 are tried") {
    struct Shape {
        std::string what;
        FilterScope scope;
        std::string (*policy)(std::uint64_t number);
        Publication publication;
    };
    // Each has 1,000 different values, ten subscriptions each; and something besides that all have in common.
    const std::vector<Shape> shapes{
        {"text", FilterScope::attributes,
         [](std::uint64_t n) { return R"({"kind":["order"],"store":["s)" + store_of(n) + R"("]})"; },
         published("t", {text_attribute("kind", "order"), text_attribute("store", "s7")})},
        {"number", FilterScope::attributes,
         [](std::uint64_t n) { return R"({"kind":[{"exists":true}],"store":[)" + store_of(n) + R"(]})"; },
         published("t", {text_attribute("kind", "order"), number_attribute("store", "7")})},
        {"prefix", FilterScope::attributes,
         [](std::uint64_t n) { return R"({"kind":["order"],"store":[{"prefix":"s)" + store_of(n) + R"(-"}]})"; },
         published("t", {text_attribute("kind", "order"), text_attribute("store", "s7-west")})},
        {"suffix", FilterScope::attributes,
         [](std::uint64_t n) { return R"({"kind":["order"],"store":[{"suffix":"-)" + store_of(n) + R"("}]})"; },
         published("t", {text_attribute("kind", "order"), text_attribute("store", "west-7")})},
        {"$or", FilterScope::attributes,
         [](std::uint64_t n) {
             return R"({"$or":[{"store":["s)" + store_of(n) + R"("]},{"shop":["s)" + store_of(n) + R"("]}]})";
         },
         published("t", {text_attribute("shop", "s7")})},
        {"body", FilterScope::body,
         [](std::uint64_t n) { return R"({"detail":{"store":["s)" + store_of(n) + R"("]},"kind":["order"]})"; },
         published("t", {}, R"({"kind":"order","detail":{"store":"s7"}})")},
    };
    for (const auto& shape : shapes) {
        CAPTURE(shape.what);
        FilterIndex index;
        Numbers expected;
        for (std::uint64_t number = 0; number < 10'000; ++number) {
            index.add(number, {"", policy_of(shape.policy(number), shape.scope)});
            if (number % 1000 == 7) expected.push_back(number);
        }

        const auto numbers = found(index, shape.publication);

        CHECK_EQ(numbers, expected);
        // The first policies cannot know yet which of their keys will be the better one.
        CHECK_LE(index.policies_tried(), 40);
    }
}

TEST_CASE("subscriptions to subjects are found by the subject") {
    FilterIndex index;
    for (std::uint64_t number = 0; number < 10'000; ++number) {
        index.add(number, {"t.room." + std::to_string(number % 1000), policy_of(R"({"kind":[{"anything-but":"x"}]})")});
    }
    index.add(10'000, {"t.*.7", nullptr});
    index.add(10'001, {"t.>", policy_of(R"({"kind":["y"]})")});
    index.add(10'002, {"", nullptr});

    const auto numbers = found(index, published("t.room.7", {text_attribute("kind", "y")}));

    CHECK_EQ(numbers, Numbers{7, 1007, 2007, 3007, 4007, 5007, 6007, 7007, 8007, 9007, 10'000, 10'001, 10'002});
    CHECK_LE(index.policies_tried(), 11);
    CHECK_EQ(found(index, published("t")), Numbers{10'002});
}

TEST_CASE("a policy that no value must be there for is tried on everything") {
    FilterIndex index;
    index.add(1, {"", policy_of(R"({"a":["x",{"exists":false}]})")});

    CHECK_EQ(found(index, published("t")), Numbers{1});
    CHECK_EQ(found(index, published("t", {text_attribute("a", "x")})), Numbers{1});
    CHECK(found(index, published("t", {text_attribute("a", "y")})).empty());
    CHECK_EQ(index.policies_tried(), 3);
}
