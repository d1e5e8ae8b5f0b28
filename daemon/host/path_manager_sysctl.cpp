// SPDX-License-Identifier: BSD-3-Clause
#include "host/path_manager_sysctl.hpp"

#include "host/short_file.hpp"

#include <fcntl.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace subflowd::host {

namespace {

namespace fs = std::filesystem;

constexpr const char* userspace = "userspace";
constexpr const char* kernel = "kernel";

std::string sentence(const fs::path& file, const std::string& manager, int error) {
    auto text = "The path manager of new connections cannot be set to " + manager + ": " +
                file.string() + ": " + std::generic_category().message(error);
    if (error == EACCES || error == EPERM)
        return text + ". Run subflowd with CAP_NET_ADMIN, or set ManageSysctl=no.";
    if (error == EROFS)
        return text + ". Let its unit write there (ReadWritePaths=/proc/sys/net/mptcp), or set "
                      "ManageSysctl=no.";
    return text + '.';
}

} // namespace

PathManagerSysctl::PathManagerSysctl(fs::path directory, fs::path memory)
    : directory_(std::move(directory)), memory_(std::move(memory)) {}

bool PathManagerSysctl::hasNames() const {
    std::error_code error;
    return fs::exists(directory_ / "path_manager", error);
}

MptcpEnabled PathManagerSysctl::enabled() const {
    const auto text = readLine(directory_ / "enabled");
    if (!text)
        return MptcpEnabled::noMptcp;
    return *text == "0" ? MptcpEnabled::no : MptcpEnabled::yes;
}

std::optional<std::string> PathManagerSysctl::current() const {
    if (hasNames())
        return readLine(directory_ / "path_manager");
    const auto type = readLine(directory_ / "pm_type");
    if (type == "0")
        return kernel;
    return type == "1" ? userspace : type;
}

std::optional<std::string> PathManagerSysctl::set(const std::string& manager) const {
    const bool names = hasNames();
    const auto file = directory_ / (names ? "path_manager" : "pm_type");
    const auto type = manager == userspace ? "1" : "0";
    const int error = writeText(file, 0, names ? manager : type);
    return error == 0 ? std::nullopt : std::optional{sentence(file, manager, error)};
}

std::optional<std::string> PathManagerSysctl::takeOver(PathManager manager) {
    const auto found = current();
    if (!found)
        return "This kernel has no userspace path manager of MPTCP, because " +
               (directory_ / "path_manager").string() +
               " and pm_type cannot be read: it needs Linux 5.19 with CONFIG_MPTCP.";
    const std::string wanted = manager == PathManager::userspace ? userspace : kernel;
    if (*found != wanted)
        if (auto problem = set(wanted))
            return problem;
    // what an earlier call set, of this daemon or of one that died, is nobody's choice
    const auto earlier = taken_ ? taken_ : remembered();
    taken_ = Taken{earlier && earlier->set == *found ? earlier->before : *found, wanted};
    remember(*taken_);
    return std::nullopt;
}

std::optional<std::string> PathManagerSysctl::restore() {
    const auto taken = std::exchange(taken_, std::nullopt);
    if (!taken)
        return std::nullopt;
    const bool untouched = current() == taken->set;
    auto problem = taken->before != taken->set && untouched ? set(taken->before) : std::nullopt;
    std::error_code error;
    if (!problem && !memory_.empty())
        fs::remove(memory_, error);
    return problem;
}

/// "kernel userspace": what the daemon before this one found, and what it set.
std::optional<PathManagerSysctl::Taken> PathManagerSysctl::remembered() const {
    const auto line = memory_.empty() ? std::nullopt : readLine(memory_);
    const auto space = line ? line->find(' ') : std::string::npos;
    if (space == std::string::npos)
        return std::nullopt;
    return Taken{line->substr(0, space), line->substr(space + 1)};
}

void PathManagerSysctl::remember(const Taken& taken) const {
    if (!memory_.empty())
        writeText(memory_, O_CREAT | O_TRUNC, taken.before + ' ' + taken.set + '\n');
}

} // namespace subflowd::host
