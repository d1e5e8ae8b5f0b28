// SPDX-License-Identifier: BSD-3-Clause
#include "host/mib_counters.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace subflowd::host {

namespace {

/// Linux 6.18 writes 5 KiB.
constexpr std::size_t mostBytes = 64 * 1024;

/// Cuts the first line off.
std::string_view takeLine(std::string_view& text) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

std::string_view takeWord(std::string_view& line) {
    const auto end = std::min(line.find(' '), line.size());
    const auto word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

/// Calls `visit(name, number)` for each counter of a group: names in one line, their values in the
/// next. What is no number is left out.
template <class Visit>
void forEachCounter(std::string_view netstat, std::string_view group, Visit&& visit) {
    while (!netstat.empty()) {
        auto names = takeLine(netstat);
        auto values = takeLine(netstat);
        const auto head = takeWord(names);
        takeWord(values);
        if (head.size() != group.size() + 1 || !head.starts_with(group))
            continue;
        while (!names.empty() && !values.empty()) {
            const auto name = takeWord(names);
            const auto value = takeWord(values);
            std::uint64_t number = 0;
            const auto* end = value.data() + value.size();
            const auto read = std::from_chars(value.data(), end, number);
            if (read.ec == std::errc{} && read.ptr == end)
                visit(name, number);
        }
        return;
    }
}

} // namespace

std::optional<std::uint64_t> mibCounter(std::string_view netstat, std::string_view group,
                                        std::string_view name) {
    std::optional<std::uint64_t> found;
    forEachCounter(netstat, group, [&found, name](std::string_view known, std::uint64_t number) {
        if (known == name)
            found = number;
    });
    return found;
}

std::map<std::string, std::uint64_t> mibCounters(std::string_view netstat, std::string_view group) {
    std::map<std::string, std::uint64_t> found;
    forEachCounter(netstat, group, [&found](std::string_view name, std::uint64_t number) {
        found.emplace(name, number);
    });
    return found;
}

MibCounters::MibCounters(const std::filesystem::path& file)
    : file_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {}

std::string_view MibCounters::read() {
    if (!file_.isOpen())
        return {};
    text_.resize(mostBytes);
    std::size_t size = 0;
    while (size < text_.size()) {
        const auto count = ::pread(file_.number(), text_.data() + size, text_.size() - size,
                                   static_cast<off_t>(size));
        if (count <= 0)
            break;
        size += static_cast<std::size_t>(count);
    }
    return std::string_view{text_}.substr(0, size);
}

} // namespace subflowd::host
