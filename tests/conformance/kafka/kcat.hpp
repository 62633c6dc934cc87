#pragma once

#include <string>
#include <vector>

namespace tern::conformance::kafka {

struct KcatRun {
    int exit_code = -1;
    std::string output;
    std::string errors;
};

/// Whether Debian's kcat is installed.
bool kcat_is_there();

/// Runs kcat until it ends, for 30 seconds at most: then the exit code is 124.
KcatRun kcat(const std::vector<std::string>& arguments, const std::string& input = "");

}  // namespace tern::conformance::kafka
