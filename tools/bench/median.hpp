#pragma once

#include <algorithm>
#include <vector>

namespace tern::bench {

/// The middle value; of an even number of values the mean of the two in the middle; 0 of none.
inline double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    const auto middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace tern::bench
