#pragma once

#include <string>
#include <string_view>

namespace tern::cli {

/// A message attribute as typed on the command line.
struct AttributeArgument {
    std::string name;
    std::string type;
    std::string value;
};

/// Reads "name=value" (a String), "name:Number=5", "name:Binary=@file", "name:String=@file"; "@@" stands for an "@" at
/// the beginning of a value. Errors: InputFailure, with what is allowed.
AttributeArgument parse_attribute(std::string_view argument);

struct KeyValue {
    std::string key;
    std::string value;
};
/// Reads "key=value" or "key" (an empty value). Errors: InputFailure when there is no key.
KeyValue parse_key_value(std::string_view argument);

}  // namespace tern::cli
