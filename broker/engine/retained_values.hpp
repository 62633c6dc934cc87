#pragma once

#include "broker/engine/batch.hpp"
#include "broker/engine/publication.hpp"

/// The last publication of each subject, for topics that keep it.
namespace tern::engine::retained_values {

/// Takes the place of the one that was kept of this subject.
void keep(Batch& batch, const Published& published);

}  // namespace tern::engine::retained_values
