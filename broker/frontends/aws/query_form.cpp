#include "broker/frontends/aws/query_form.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <span>

#include "broker/base/percent.hpp"
#include "broker/base/utf8.hpp"

namespace tern::aws {
namespace {

namespace json = boost::json;

using Fields = std::span<const QueryForm::Field>;

/// Puts parameters together, shape by shape, out of fields that are sorted by name.
class Assembler {
public:
    Assembler(Fields fields, json::storage_ptr storage) : fields_(fields), storage_(std::move(storage)) {}

    std::optional<Error> structure(const std::string& path, const Shape& shape, json::object& into) {
        for (const auto& member : shape.members) {
            const auto name = path + std::string(member.in_query());
            json::value value(storage_);
            bool found = false;
            if (auto error = any(name, *member.shape, value, found)) return error;
            if (found) into.emplace(member.name, std::move(value));
        }
        return std::nullopt;
    }

private:
    std::optional<Error> any(const std::string& path, const Shape& shape, json::value& into, bool& found) {
        switch (shape.kind) {
            case Kind::text:
            case Kind::integer:
            case Kind::boolean: return scalar(path, shape.kind, into, found);
            case Kind::structure:
                found = begins_any(path + ".");
                if (!found) return std::nullopt;
                return structure(path + ".", shape, into.emplace_object());
            case Kind::list: return list(path, shape, into, found);
            case Kind::map: return map(path, shape, into, found);
        }
        return std::nullopt;
    }

    /// The first field of that name, or of one behind it.
    auto first_from(const std::string& name) const {
        return std::ranges::lower_bound(fields_, name, {}, &QueryForm::Field::name);
    }

    std::optional<Error> scalar(const std::string& path, Kind kind, json::value& into, bool& found) {
        const auto at = first_from(path);
        found = at != fields_.end() && at->name == path;
        if (!found) return std::nullopt;
        if (kind == Kind::text) {
            into.emplace_string() = at->value;
            return std::nullopt;
        }
        if (kind == Kind::boolean && (at->value == "true" || at->value == "false")) {
            into = at->value == "true";
            return std::nullopt;
        }
        std::int64_t number = 0;
        const auto* const end = at->value.data() + at->value.size();
        const auto [stopped, fault] = std::from_chars(at->value.data(), end, number);
        if (kind != Kind::integer || fault != std::errc() || stopped != end) {
            return Error{common_errors::malformed_query,
                         "Value " + at->value + " for parameter " + path + " is invalid. Reason: it has another type."};
        }
        into = number;
        return std::nullopt;
    }

    std::optional<Error> list(const std::string& path, const Shape& shape, json::value& into, bool& found) {
        const auto numbers = numbers_of(path, shape);
        found = !numbers.empty();
        if (!found) return std::nullopt;
        auto& elements = into.emplace_array();
        for (const auto& [number, name] : numbers) {
            bool there = false;
            json::value element(storage_);
            if (auto error = any(name, *shape.element, element, there)) return error;
            if (there) elements.push_back(std::move(element));
        }
        return std::nullopt;
    }

    std::optional<Error> map(const std::string& path, const Shape& shape, json::value& into, bool& found) {
        const auto numbers = numbers_of(path, shape);
        found = !numbers.empty();
        if (!found) return std::nullopt;
        auto& entries = into.emplace_object();
        for (const auto& [number, name] : numbers) {
            bool there = false;
            json::value key(storage_);
            json::value value(storage_);
            if (auto error = scalar(name + "." + std::string(shape.key_name), Kind::text, key, there)) return error;
            if (!there) continue;
            if (auto error = any(name + "." + std::string(shape.value_name), *shape.element, value, there))
                return error;
            if (there) entries.emplace(key.get_string(), std::move(value));
        }
        return std::nullopt;
    }

    static std::string within(const std::string& path, const Shape& shape) {
        return shape.flattened ? path + "." : path + "." + std::string(shape.element_name) + ".";
    }

    /// Under what paths the elements of a list or map stand. A single one may do without its number where the list is
    /// flattened: SQS's own examples have `AttributeName=All` and `Attribute.Name=…&Attribute.Value=…`.
    std::map<std::uint32_t, std::string> numbers_of(const std::string& path, const Shape& shape) const {
        auto numbers = numbers_under(within(path, shape));
        if (!numbers.empty() || !shape.flattened) return numbers;
        const bool of_texts = shape.kind == Kind::list && shape.element->kind == Kind::text;
        const bool alone =
            of_texts ? has(path) : shape.kind == Kind::map && has(path + "." + std::string(shape.key_name));
        if (alone) numbers.emplace(1, path);
        return numbers;
    }

    bool has(const std::string& name) const {
        const auto at = first_from(name);
        return at != fields_.end() && at->name == name;
    }

    bool begins_any(const std::string& prefix) const {
        const auto at = first_from(prefix);
        return at != fields_.end() && at->name.starts_with(prefix);
    }

    /// The numbers that stand behind a prefix, in their order, with the path of each as it was written.
    std::map<std::uint32_t, std::string> numbers_under(const std::string& prefix) const {
        std::map<std::uint32_t, std::string> numbers;
        auto at = first_from(prefix);
        for (; at != fields_.end() && at->name.starts_with(prefix); ++at) {
            const std::string_view rest = std::string_view(at->name).substr(prefix.size());
            const auto digits = rest.substr(0, rest.find('.'));
            std::uint32_t number = 0;
            const auto [stopped, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
            if (fault != std::errc() || stopped != digits.data() + digits.size()) continue;
            numbers.try_emplace(number, prefix + std::string(digits));
        }
        return numbers;
    }

    const Fields fields_;
    const json::storage_ptr storage_;
};

}  // namespace

bool QueryForm::add(std::string_view text) {
    while (!text.empty()) {
        const auto end = std::min(text.size(), text.find('&'));
        const auto field = text.substr(0, end);
        text.remove_prefix(std::min(text.size(), end + 1));
        if (field.empty()) continue;
        if (fields_.size() == fields_max) return false;
        const auto equals = std::min(field.size(), field.find('='));
        auto name = percent_decoded(field.substr(0, equals), Plus::space);
        auto value = percent_decoded(field.substr(std::min(field.size(), equals + 1)), Plus::space);
        if (!name || !value || !valid_utf8(*name) || !valid_utf8(*value)) return false;
        fields_.push_back({std::move(*name), std::move(*value)});
    }
    return true;
}

void QueryForm::seal() {
    std::ranges::stable_sort(fields_, {}, &Field::name);
}

std::optional<std::string_view> QueryForm::find(std::string_view name) const {
    const auto at =
        std::ranges::lower_bound(fields_, name, {}, [](const Field& field) -> std::string_view { return field.name; });
    if (at == fields_.end() || at->name != name) return std::nullopt;
    return at->value;
}

std::variant<json::object, Error> parameters_of(const QueryForm& form, const Shape& shape, json::storage_ptr storage) {
    json::object parameters(storage);
    Assembler assembler(form.fields(), std::move(storage));
    if (auto error = assembler.structure({}, shape, parameters)) return std::move(*error);
    return parameters;
}

}  // namespace tern::aws
