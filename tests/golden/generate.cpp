#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/golden/golden_frames.hpp"

namespace {

void write(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace

/// Writes the golden frames into a folder: run it after a change of the schema, and read the difference.
int main(int count, char** arguments) {
    if (count != 2) {
        std::cerr << "usage: generate_golden_frames FOLDER\n";
        return 2;
    }
    const std::filesystem::path folder(arguments[1]);
    for (const auto& [name, frame] : tern::golden::requests()) {
        write(folder / (name + ".frame"), frame);
        write(folder / (name + ".txt"), tern::golden::request_text(frame));
    }
    for (const auto& [name, frame] : tern::golden::replies()) {
        write(folder / (name + ".frame"), frame);
        write(folder / (name + ".txt"), tern::golden::reply_text(frame));
    }
}
