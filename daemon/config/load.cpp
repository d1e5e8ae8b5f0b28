// SPDX-License-Identifier: BSD-3-Clause
#include "config/load.hpp"

#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>
#include <variant>
#include <vector>

namespace subflowd::config {

namespace {

constexpr std::streamsize largestFile = 1 << 20;

/// The text of a file, or what is wrong with it.
std::variant<Source, Diagnostic> read(const std::filesystem::path& path) {
    const auto bad = [&path](const std::string& problem) {
        return Diagnostic{Severity::error, {path.string(), 0}, problem};
    };
    errno = 0;
    std::ifstream file{path, std::ios::binary};
    std::string text(static_cast<std::size_t>(largestFile) + 1, '\0');
    file.read(text.data(), largestFile + 1);
    if (!file.eof() && file.gcount() <= largestFile)
        return bad("cannot be read: " + std::generic_category().message(errno));
    if (file.gcount() > largestFile)
        return bad("is larger than 1 MiB, which no configuration file should be");
    text.resize(static_cast<std::size_t>(file.gcount()));
    return Source{path.string(), std::move(text)};
}

} // namespace

Parsed load(std::span<const std::filesystem::path> files) {
    std::vector<Source> sources;
    Diagnostics unreadable;
    for (const auto& path : files) {
        auto result = read(path);
        if (auto* source = std::get_if<Source>(&result))
            sources.push_back(std::move(*source));
        else
            unreadable.push_back(std::move(std::get<Diagnostic>(result)));
    }
    auto parsed = parse(sources);
    parsed.diagnostics.insert(parsed.diagnostics.begin(), unreadable.begin(), unreadable.end());
    return parsed;
}

} // namespace subflowd::config
