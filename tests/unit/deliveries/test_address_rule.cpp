#include <doctest/doctest.h>

#include "broker/frontends/deliveries/address_rule.hpp"
#include "broker/frontends/deliveries/endpoint_url.hpp"

using namespace tern::deliveries;

namespace {

AddressRule rule_of(const std::vector<std::string>& patterns) {
    const auto rule = AddressRule::parse(patterns);
    REQUIRE(rule.has_value());
    return *rule;
}

bool allows(const AddressRule& rule, const std::string& address, const std::string& host = "some.host") {
    return rule.allows(host, tern::engine::ip_address(address).value());
}

}  // namespace

TEST_CASE("without patterns only this machine is allowed, however its address is written") {
    const AddressRule rule;

    for (const std::string address : {"127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"})
        CHECK_MESSAGE(allows(rule, address), address);
    for (const std::string address : {"10.0.0.1", "0.0.0.0", "::", "169.254.169.254", "::ffff:10.0.0.1", "fe80::1"})
        CHECK_MESSAGE(!allows(rule, address), address);
}

TEST_CASE("networks and addresses open what is in them, also as IPv4 within IPv6") {
    const auto rule = rule_of({"10.1.0.0/16", "fd00::/8", "192.0.2.7"});

    for (const std::string address : {"10.1.200.3", "::ffff:10.1.0.1", "fd12::1", "192.0.2.7", "127.0.0.1"})
        CHECK_MESSAGE(allows(rule, address), address);
    for (const std::string address : {"10.2.0.1", "192.0.2.8", "fe80::1"})
        CHECK_MESSAGE(!allows(rule, address), address);
}

TEST_CASE("names open their host whatever its address; a star those below, or all") {
    const auto rule = rule_of({"Hooks.example.org", "*.internal"});

    CHECK(allows(rule, "10.0.0.1", "hooks.EXAMPLE.org"));
    CHECK(allows(rule, "10.0.0.1", "a.b.internal"));
    CHECK_FALSE(allows(rule, "10.0.0.1", "internal"));
    CHECK_FALSE(allows(rule, "10.0.0.1", "evilhooks.example.org"));
    CHECK(allows(rule_of({"*"}), "8.8.8.8", "anything"));
}

TEST_CASE("what is no pattern is refused") {
    for (const std::string pattern : {"", "10.0.0.0/33", "a b", "http://x", "*.", "x/y"})
        CHECK_MESSAGE(!AddressRule::parse({pattern}), pattern);
}

TEST_CASE("a URL is refused at once when its host is an address outside, or it is none of HTTP") {
    const AddressRule rule;

    CHECK_FALSE(rule.refusal_of("http://127.0.0.1:8080/hook"));
    CHECK_FALSE(rule.refusal_of("https://localhost/hook"));
    CHECK_FALSE(rule.refusal_of("https://looked.up.later/hook"));
    CHECK(rule.refusal_of("http://169.254.169.254/latest"));
    CHECK(rule.refusal_of("http://[::ffff:10.0.0.1]/"));
    CHECK(rule.refusal_of("http://10.0.0.1:80/").value().find("10.0.0.1") == 0);
    for (const std::string url : {"ftp://127.0.0.1/", "http://", "http://127.0.0.1:99999/", "http://h/a b", "x"})
        CHECK_MESSAGE(rule.refusal_of(url), url);
}

TEST_CASE("a URL is taken apart as a request needs it") {
    const auto url = parse_endpoint_url("https://user:p%40ss@[::1]:8443?x=1&y=%20").value();

    CHECK(url.https);
    CHECK_EQ(url.host, "::1");
    CHECK_EQ(url.port, "8443");
    CHECK_EQ(url.authority, "[::1]:8443");
    CHECK_EQ(url.target, "/?x=1&y=%20");
    CHECK_EQ(url.authorization, "Basic dXNlcjpwQHNz");

    const auto plain = parse_endpoint_url("http://h/a/b").value();
    CHECK_EQ(plain.port, "80");
    CHECK_EQ(plain.authority, "h");
    CHECK_EQ(plain.target, "/a/b");
    CHECK(plain.authorization.empty());
}
