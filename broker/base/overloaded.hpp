#pragma once

namespace tern {

/// Lambdas as one function object, for std::visit: the one that takes the alternative is called.
template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
// clang 14, which builds the fuzz targets, does not find this by itself.
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace tern
