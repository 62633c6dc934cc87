#pragma once

#include <cstdint>

#include "broker/base/result.hpp"
#include "broker/engine/batch.hpp"
#include "broker/engine/publication.hpp"

/// The last publication of each subject, for topics that keep it.
namespace tern::engine::retained_values {

/// Where the last value of a subject is kept.
struct Place {
    std::uint64_t number = 0;
    /// Nothing was kept of the subject before.
    bool is_new = false;
};

/// The subject's place, or the next one that is free. Errors: too_many_retained_subjects.
Result<Place> place_of(Batch& batch, std::uint32_t topic, BytesView subject);
/// Takes the place of the one that was kept of this subject.
void keep(Batch& batch, const Published& published, Place place);

}  // namespace tern::engine::retained_values
