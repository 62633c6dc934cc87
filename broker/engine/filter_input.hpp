#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "broker/base/bytes.hpp"
#include "broker/engine/filter_value.hpp"
#include "broker/engine/json_tokens.hpp"
#include "broker/engine/publication.hpp"

namespace tern::engine {

/// What filter policies look at in one publication. Reads attributes and body when a policy first asks for them, and
/// once however many ask. One thread at a time; the publication must outlive it.
class FilterInput {
public:
    explicit FilterInput(const Publication& publication) : FilterInput(publication.attributes, publication.data) {}
    FilterInput(const std::vector<PublicationAttribute>& attributes, BytesView body)
        : attributes_(attributes),
          body_(body) {}

    struct Attribute {
        std::string_view name;
        FilterValue value;
    };
    /// One for each value: a String.Array gives as many as it has elements (docs/aws.md sns-27). Binary ones, and
    /// arrays that are no JSON, are as if they were not there.
    const std::vector<Attribute>& attribute_values();

    /// The tokens of the body. Nothing: it is no JSON object, or beyond the limits of JsonLimits.
    const std::vector<JsonToken>* body();

private:
    void add_array(const PublicationAttribute& attribute);

    const std::vector<PublicationAttribute>& attributes_;
    BytesView body_;
    bool attributes_read_ = false;
    std::vector<Attribute> values_;
    /// What the values of arrays point into.
    std::vector<JsonTokens> arrays_;
    std::optional<JsonTokens> body_tokens_;
};

/// A token that is a string, number, true, false or null, as a value to compare.
FilterValue value_of(const JsonToken& token);

}  // namespace tern::engine
