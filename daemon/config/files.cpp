// SPDX-License-Identifier: BSD-3-Clause
#include "config/files.hpp"

#include <map>
#include <string>
#include <system_error>

namespace subflowd::config {

namespace {

namespace fs = std::filesystem;

constexpr const char* fileName = "subflowd.conf";
constexpr const char* dropInDirectory = "subflowd.conf.d";

using DropIns = std::map<std::string, fs::path>; ///< by file name

bool isEmptyOrDevNull(const fs::path& file) {
    std::error_code error;
    if (fs::canonical(file, error) == "/dev/null")
        return true;
    return fs::is_regular_file(file, error) && fs::file_size(file, error) == 0 && !error;
}

/// Later directories replace what earlier ones have under the same name.
void addDropIns(const fs::path& directory, DropIns& found) {
    std::error_code error;
    for (fs::directory_iterator at{directory, error}; !error && at != fs::directory_iterator{};
         at.increment(error)) {
        const auto name = at->path().filename().string();
        if (at->path().extension() == ".conf" && name.front() != '.')
            found[name] = at->path();
    }
}

void append(const DropIns& found, std::vector<fs::path>& files) {
    for (const auto& [name, path] : found)
        if (!isEmptyOrDevNull(path))
            files.push_back(path);
}

} // namespace

std::vector<fs::path> findFiles(const Directories& directories) {
    std::vector<fs::path> files;
    DropIns dropIns;
    for (const auto& directory : {directories.vendor, directories.admin}) {
        std::error_code error;
        if (fs::exists(fs::symlink_status(directory / fileName, error)))
            files.push_back(directory / fileName);
        addDropIns(directory / dropInDirectory, dropIns);
    }
    append(dropIns, files);
    return files;
}

std::vector<fs::path> findFiles(const fs::path& file) {
    std::vector files{file};
    DropIns dropIns;
    addDropIns(file.string() + ".d", dropIns);
    append(dropIns, files);
    return files;
}

} // namespace subflowd::config
