#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>

#include "tests/conformance/kafka/kcat.hpp"

int main(int count, char** arguments) {
    if (!tern::conformance::kafka::kcat_is_there()) {
        std::puts("skipped: kcat is not installed (apt-get install kcat)");
        return 77;
    }
    doctest::Context context(count, arguments);
    return context.run();
}
