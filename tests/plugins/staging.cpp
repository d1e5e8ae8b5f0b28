// SPDX-License-Identifier: BSD-3-Clause
#include "staging.hpp"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace fs = std::filesystem;

namespace {

/// Where the build put the plugins.
fs::path built(const std::string& name) {
    const char* const directory = std::getenv("SUBFLOWD_TEST_PLUGINS");
    if (!directory)
        throw std::runtime_error("SUBFLOWD_TEST_PLUGINS does not name the directory of the plugins "
                                 "to test: run this through `meson test`");
    return fs::path{directory} / (name + ".so");
}

constexpr auto rootWrites = fs::perms::owner_all | fs::perms::group_read | fs::perms::others_read;

} // namespace

Staging::Staging() {
    std::string path = fs::temp_directory_path() / "subflowd-plugins-XXXXXX";
    if (!::mkdtemp(path.data()))
        throw std::runtime_error("no temporary directory: " + path);
    path_ = path;
}

Staging::~Staging() {
    fs::remove_all(path_);
}

fs::path Staging::add(const std::string& name, const std::string& as) const {
    const auto to = path_ / ((as.empty() ? name : as) + ".so");
    fs::copy_file(built(name), to);
    fs::permissions(to, rootWrites);
    return to;
}

fs::path Staging::write(const std::string& fileName, std::string_view bytes) const {
    const auto to = path_ / fileName;
    std::ofstream{to, std::ios::binary}.write(bytes.data(),
                                              static_cast<std::streamsize>(bytes.size()));
    fs::permissions(to, rootWrites);
    return to;
}
