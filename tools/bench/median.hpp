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

/// The median of a figure of each item.
template <class Items, class Figure>
double median_of(const Items& items, Figure figure) {
    std::vector<double> values;
    for (const auto& item : items) values.push_back(figure(item));
    return median(std::move(values));
}

}  // namespace tern::bench
