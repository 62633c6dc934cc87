#pragma once

#include <toml++/toml.h>

#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "broker/runtime/access_keys.hpp"

namespace tern::runtime {

/// What is wrong with the section, without its file: "aws_access_keys line 3: …".
struct AccessKeyFault {
    std::string sentence;
};

/// The keys in `[[aws_access_keys]]` of a configuration file. Secrets that stand elsewhere are read.
std::variant<AccessKeys, AccessKeyFault> read_access_keys(
    const toml::node& section, const std::function<std::optional<std::string>(const std::string&)>& environment);

}  // namespace tern::runtime
