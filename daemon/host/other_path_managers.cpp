// SPDX-License-Identifier: BSD-3-Clause
#include "host/other_path_managers.hpp"

#include <linux/netlink.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <system_error>

namespace subflowd::host {

namespace {

namespace fs = std::filesystem;

template <class Number>
std::optional<Number> parseNumber(std::string_view text, int base = 10) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

/// Columns: sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode.
std::optional<NetlinkSocket> subscriber(const std::string& line, std::uint32_t group) {
    std::istringstream columns{line};
    const std::vector<std::string> words{std::istream_iterator<std::string>{columns}, {}};
    if (words.size() < 10 || words[1] != std::to_string(NETLINK_GENERIC))
        return std::nullopt;
    const auto port = parseNumber<std::uint32_t>(words[2]);
    const auto groups = parseNumber<std::uint32_t>(words[3], 16);
    const auto inode = parseNumber<std::uint64_t>(words[9]);
    if (!port || !groups || !inode || (*groups >> (group - 1) & 1U) == 0)
        return std::nullopt;
    return NetlinkSocket{*port, *inode};
}

std::string readAll(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
}

std::string nameOf(const fs::path& process) {
    std::ifstream file{process / "comm"};
    std::string name;
    std::getline(file, name);
    return name;
}

bool hasOpen(const fs::path& process, std::uint64_t inode) {
    const auto wanted = "socket:[" + std::to_string(inode) + ']';
    std::error_code error;
    for (fs::directory_iterator at{process / "fd", error}; !error && at != fs::directory_iterator{};
         at.increment(error)) {
        std::error_code gone;
        if (fs::read_symlink(at->path(), gone) == wanted)
            return true;
    }
    return false;
}

/// The process that has a socket. Its port number is only a guess: the first socket of a process
/// has its id by default, and others have not.
std::optional<pid_t> ownerOf(const NetlinkSocket& socket, const fs::path& proc) {
    constexpr pid_t init = 1; // keeps copies for services, so it counts only if nobody else has it
    bool kept = false;
    std::error_code error;
    for (fs::directory_iterator at{proc, error}; !error && at != fs::directory_iterator{};
         at.increment(error)) {
        const auto pid = parseNumber<pid_t>(at->path().filename().string());
        if (!pid || !hasOpen(at->path(), socket.inode))
            continue;
        if (*pid != init)
            return pid;
        kept = true;
    }
    if (kept)
        return init;
    if (fs::exists(proc / std::to_string(socket.port), error))
        return static_cast<pid_t>(socket.port);
    return std::nullopt;
}

} // namespace

std::vector<NetlinkSocket> subscribers(std::string_view procNetNetlink, std::uint32_t group) {
    std::vector<NetlinkSocket> found;
    if (group == 0 || group > 32)
        return found;
    std::istringstream lines{std::string{procNetNetlink}};
    for (std::string line; std::getline(lines, line);)
        if (const auto socket = subscriber(line, group))
            found.push_back(*socket);
    return found;
}

std::vector<OtherPathManager> otherPathManagers(std::uint32_t group, const fs::path& proc) {
    std::vector<OtherPathManager> others;
    for (const auto& socket : subscribers(readAll(proc / "thread-self/net/netlink"), group)) {
        if (hasOpen(proc / "self", socket.inode)) // mostly the only one, and the walk is long
            continue;
        OtherPathManager other;
        if (const auto pid = ownerOf(socket, proc))
            other = {*pid, nameOf(proc / std::to_string(*pid))};
        if (std::ranges::find(others, other) == others.end())
            others.push_back(std::move(other));
    }
    return others;
}

} // namespace subflowd::host
