#pragma once

#include <cstddef>
#include <map>
#include <string>

namespace tern::engine {

class FieldReader;
class FieldWriter;

/// Texts that a front end keeps with a topic or a subscription (SNS: DisplayName, Policy, DeliveryPolicy, …), without
/// effect in the engine.
using Annotations = std::map<std::string, std::string>;

inline constexpr std::size_t annotations_max = 1000;
/// Of names and texts together.
inline constexpr std::size_t annotation_bytes_max = 256u << 10;

/// Sets those in `change`; an empty text removes one.
void annotate(Annotations& annotations, const Annotations& change);
bool valid_annotations(const Annotations& annotations);
/// The name of the first one in `wanted` that has another text, or none; empty when there is none. An empty text equals
/// none.
std::string first_difference(const Annotations& annotations, const Annotations& wanted);

void write(FieldWriter& to, const Annotations& annotations);
void read(FieldReader& from, Annotations& annotations);

}  // namespace tern::engine
