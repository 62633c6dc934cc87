#pragma once

#include <array>
#include <cstdlib>
#include <string>

#include "broker/frontends/aws/shape.hpp"

/// Shapes as SQS and SNS have them: texts, numbers, lists and maps, flattened and not, in each other.
namespace tern::fuzz {

using namespace tern::aws;

inline void require(bool holds) {
    if (!holds) std::abort();
}

inline constexpr Shape texts = flat_list_of(text_shape);
inline constexpr Shape map = flat_map_of(text_shape, "Name", "Value");
inline constexpr std::array<Member, 4> entry_members = {{{"Id", &text_shape},
                                                         {"DelaySeconds", &integer_shape},
                                                         {"Names", &texts, "Name"},
                                                         {"Attributes", &map, "Attribute"}}};
inline constexpr Shape entry = structure(entry_members);
inline constexpr Shape entries = flat_list_of(entry);
inline constexpr Shape members = list_of(entry);
inline constexpr Shape inner_map = map_of(text_shape);
inline constexpr std::array<Member, 6> all_members = {{{"QueueUrl", &text_shape},
                                                       {"Wait", &boolean_shape},
                                                       {"Entries", &entries, "Entry"},
                                                       {"Members", &members},
                                                       {"Map", &inner_map},
                                                       {"Number", &integer_shape}}};
inline constexpr Shape all = structure(all_members);

/// Every < is a tag's and every & an entity's.
inline void check_xml(const std::string& xml) {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < xml.size(); ++i) {
        if (xml[i] == '<') {
            const auto end = xml.find('>', i);
            require(end != std::string::npos);
            xml[i + 1] == '/' ? --depth : ++depth;
            i = end;
        } else if (xml[i] == '&') {
            const auto entity = xml.substr(i, 6);
            require(entity.starts_with("&lt;") || entity.starts_with("&gt;") || entity.starts_with("&amp;") ||
                    entity.starts_with("&quot;") || entity.starts_with("&#x"));
        } else {
            require(xml[i] != '>' && xml[i] != '\r');
        }
    }
    require(depth == 0);
}

}  // namespace tern::fuzz
