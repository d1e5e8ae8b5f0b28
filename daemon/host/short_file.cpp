// SPDX-License-Identifier: BSD-3-Clause
#include "host/short_file.hpp"

#include "host/file_descriptor.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <string_view>

namespace subflowd::host {

namespace {

constexpr std::size_t largestText = std::size_t{64} * 1024;

} // namespace

std::optional<std::string> readLine(const std::filesystem::path& path) {
    const FileDescriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
    std::array<char, 256> text{};
    const auto size = file.isOpen() ? ::read(file.number(), text.data(), text.size()) : -1;
    if (size < 0)
        return std::nullopt;
    const std::string_view all{text.data(), static_cast<std::size_t>(size)};
    return std::string{all.substr(0, all.find('\n'))};
}

std::optional<std::string> readText(const std::filesystem::path& path) {
    const FileDescriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
    std::string text(largestText, '\0');
    const auto size = file.isOpen() ? ::read(file.number(), text.data(), text.size()) : -1;
    if (size < 0)
        return std::nullopt;
    text.resize(static_cast<std::size_t>(size));
    return text;
}

int writeText(const std::filesystem::path& path, int flags, const std::string& text) {
    const FileDescriptor file{
        ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | flags, S_IRUSR | S_IWUSR)};
    const auto written = file.isOpen() ? ::write(file.number(), text.data(), text.size()) : -1;
    return written == static_cast<ssize_t>(text.size()) ? 0 : errno;
}

int replaceText(const std::filesystem::path& path, const std::string& text) {
    auto fresh = path;
    fresh += ".new";
    if (const int error = writeText(fresh, O_CREAT | O_TRUNC, text); error != 0)
        return error;
    return ::rename(fresh.c_str(), path.c_str()) == 0 ? 0 : errno;
}

} // namespace subflowd::host
