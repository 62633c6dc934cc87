#include "broker/engine/filter_input.hpp"

namespace tern::engine {
namespace {

/// Whether the type is this one, perhaps with a label behind a dot.
bool of_type(std::string_view type, std::string_view name) {
    return type.starts_with(name) && (type.size() == name.size() || type[name.size()] == '.');
}

bool scalar(JsonKind kind) {
    return kind == JsonKind::string || kind == JsonKind::number || kind == JsonKind::true_value ||
           kind == JsonKind::false_value || kind == JsonKind::null_value;
}

}  // namespace

FilterValue value_of(const JsonToken& token) {
    switch (token.kind) {
        case JsonKind::number: return number_value(token.text);
        case JsonKind::true_value: return {FilterKind::true_value, token.text, {}};
        case JsonKind::false_value: return {FilterKind::false_value, token.text, {}};
        case JsonKind::null_value: return {FilterKind::null_value, token.text, {}};
        default: return string_value(token.text);
    }
}

const std::vector<FilterInput::Attribute>& FilterInput::attribute_values() {
    if (attributes_read_) return values_;
    attributes_read_ = true;
    values_.reserve(attributes_.size());
    for (const auto& attribute : attributes_) {
        if (attribute.type == "String.Array") {
            add_array(attribute);
        } else if (of_type(attribute.type, "String")) {
            values_.push_back({attribute.name, string_value(attribute.value)});
        } else if (of_type(attribute.type, "Number")) {
            values_.push_back({attribute.name, number_value(attribute.value)});
        }
    }
    return values_;
}

void FilterInput::add_array(const PublicationAttribute& attribute) {
    JsonTokens array(attribute.value, {});
    if (array.fault() || array.tokens()[0].kind != JsonKind::begin_array) return;
    arrays_.push_back(std::move(array));
    const auto& tokens = arrays_.back().tokens();
    for (std::size_t at = 1; at + 1 < tokens.size(); at = tokens[at].next) {
        if (scalar(tokens[at].kind)) values_.push_back({attribute.name, value_of(tokens[at])});
    }
}

const std::vector<JsonToken>* FilterInput::body() {
    if (!body_tokens_) body_tokens_.emplace(body_, JsonLimits{});
    if (body_tokens_->fault() || body_tokens_->tokens()[0].kind != JsonKind::begin_object) return nullptr;
    return &body_tokens_->tokens();
}

}  // namespace tern::engine
