// SPDX-License-Identifier: BSD-3-Clause
#include "config/keys.hpp"
#include "config/text.hpp"
#include "config/values.hpp"

#include <subflowd/duration_text.hpp>

#include <algorithm>
#include <array>
#include <chrono>

namespace subflowd::config {

namespace {

using Level = core::LogRecord::Level;

constexpr std::uint64_t smallestBuffer = 4U << 10U;
constexpr std::uint64_t largestBuffer = 1U << 30U; // SO_RCVBUF is an int and doubles it

constexpr Named<core::Mode> named(core::Mode mode) {
    return {core::nameOf(mode), mode};
}

constexpr std::array modes{named(core::Mode::userspace), named(core::Mode::kernel),
                           named(core::Mode::observe)};

constexpr std::array<Named<Level>, 5> levels{{{"debug", Level::debug},
                                              {"info", Level::info},
                                              {"notice", Level::notice},
                                              {"warning", Level::warning},
                                              {"error", Level::error}}};

Problem readMode(std::string_view value, Daemon& daemon) {
    const auto mode = valueOf(modes, value);
    if (!mode)
        return "wants userspace, kernel or observe";
    daemon.mode = *mode;
    return std::nullopt;
}

Problem readManageSysctl(std::string_view value, Daemon& daemon) {
    const auto truth = valueOf(truths, value);
    if (!truth)
        return "wants yes or no";
    daemon.manageSysctl = *truth;
    return std::nullopt;
}

constexpr std::array<Named<core::ImportFlags>, 2> imports{
    {{"yes", core::ImportFlags::yes}, {"no", core::ImportFlags::no}}};

Problem readImportFlags(std::string_view value, Daemon& daemon) {
    const auto truth = valueOf(truths, value);
    if (!truth)
        return "wants yes or no";
    daemon.importFlags = *truth ? core::ImportFlags::yes : core::ImportFlags::no;
    return std::nullopt;
}

Problem readReceiveBuffer(std::string_view value, Daemon& daemon) {
    const auto size = parseSize(value);
    if (!size || *size < smallestBuffer || *size > largestBuffer)
        return "wants a size in bytes from 4K to 1G, such as 32M";
    daemon.receiveBuffer = static_cast<std::uint32_t>(*size);
    return std::nullopt;
}

std::string writeReceiveBuffer(const Daemon& daemon) {
    const auto bytes = daemon.receiveBuffer;
    if (bytes % (1U << 20U) == 0)
        return std::to_string(bytes >> 20U) + 'M';
    return bytes % (1U << 10U) == 0 ? std::to_string(bytes >> 10U) + 'K' : std::to_string(bytes);
}

Problem readLogLevel(std::string_view value, Daemon& daemon) {
    const auto level = valueOf(levels, value);
    if (!level)
        return "wants debug, info, notice, warning or error";
    daemon.logLevel = *level;
    return std::nullopt;
}

Problem readCount(std::string_view value, std::uint8_t& count) {
    const auto number = parseNumber(value, 1, mostSubflows);
    if (!number)
        return "wants a whole number from 1 to 254";
    count = static_cast<std::uint8_t>(*number);
    return std::nullopt;
}

constexpr Duration shortestAudit = std::chrono::seconds(1);
constexpr Duration longestAudit = std::chrono::minutes(24 * 60);

Problem readAuditInterval(std::string_view value, Daemon& daemon) {
    daemon.auditInterval = Duration::max();
    if (valueOf(truths, value) == std::optional{false})
        return std::nullopt;
    const auto interval = parseDuration(value, shortestAudit, longestAudit);
    if (!interval)
        return "wants a time from 1s to 24h, or no";
    daemon.auditInterval = *interval;
    return std::nullopt;
}

constexpr std::uint64_t shortestSpin = 20;
constexpr std::uint64_t longestSpin = 2000;

Problem readSpin(std::string_view value, Daemon& daemon) {
    daemon.spin = {};
    if (value == "auto") {
        daemon.spin.mode = Spin::Mode::automatic;
        return std::nullopt;
    }
    if (value == "off" || valueOf(truths, value) == std::optional{false})
        return std::nullopt;
    if (value.ends_with("us"))
        value.remove_suffix(2);
    const auto longest = parseNumber(value, shortestSpin, longestSpin);
    if (!longest)
        return "wants off, auto or a time from 20us to 2000us";
    daemon.spin = {Spin::Mode::fixed, std::chrono::microseconds(*longest)};
    return std::nullopt;
}

std::string writeSpin(const Daemon& daemon) {
    if (daemon.spin.mode != Spin::Mode::fixed)
        return daemon.spin.mode == Spin::Mode::off ? "off" : "auto";
    using std::chrono::microseconds;
    return std::to_string(std::chrono::duration_cast<microseconds>(daemon.spin.longest).count()) +
           "us";
}

/// Backup is what roles of links say, and implicit what the kernel alone may.
Problem readEndpointFlags(std::string_view value, Daemon& daemon) {
    using core::EndpointFlags;
    constexpr auto choice = EndpointFlags::subflow | EndpointFlags::signal |
                            EndpointFlags::fullmesh | EndpointFlags::laminar;
    auto flags = EndpointFlags::none;
    for (const auto word : words(value)) {
        const auto known =
            std::ranges::find(core::endpointFlagNames, word, &core::EndpointFlagName::word);
        if (known == core::endpointFlagNames.end() || !hasAny(choice, known->flag))
            return "wants words of subflow, signal, fullmesh and laminar";
        flags = flags | known->flag;
    }
    if (hasAny(flags, EndpointFlags::signal) && hasAny(flags, EndpointFlags::fullmesh))
        return "wants signal or fullmesh: the kernel takes no endpoint that has both";
    daemon.endpointFlags = flags;
    return std::nullopt;
}

constexpr std::array<Key<Daemon>, 10> keys{{
    {"Mode", Shape::single, readMode,
     [](const Daemon& daemon) { return std::string{core::nameOf(daemon.mode)}; }},
    {"ManageSysctl", Shape::single, readManageSysctl,
     [](const Daemon& daemon) { return std::string{wordOf(truths, daemon.manageSysctl)}; }},
    {"ReceiveBuffer", Shape::single, readReceiveBuffer, writeReceiveBuffer},
    {"LogLevel", Shape::single, readLogLevel,
     [](const Daemon& daemon) { return std::string{wordOf(levels, daemon.logLevel)}; }},
    {"MaxSubflows", Shape::single,
     [](std::string_view value, Daemon& daemon) {
         return readCount(value, daemon.limits.subflows);
     },
     [](const Daemon& daemon) { return std::to_string(daemon.limits.subflows); }},
    {"MaxInbound", Shape::single,
     [](std::string_view value, Daemon& daemon) { return readCount(value, daemon.limits.inbound); },
     [](const Daemon& daemon) { return std::to_string(daemon.limits.inbound); }},
    {"AuditInterval", Shape::single, readAuditInterval,
     [](const Daemon& daemon) {
         return daemon.auditInterval == Duration::max() ? "no"
                                                        : subflowd::toString(daemon.auditInterval);
     }},
    {"ImportNetworkManagerFlags", Shape::single, readImportFlags,
     [](const Daemon& daemon) { return std::string{wordOf(imports, daemon.importFlags)}; }},
    {"Spin", Shape::single, readSpin, writeSpin},
    {"EndpointFlags", Shape::single, readEndpointFlags,
     [](const Daemon& daemon) { return toString(daemon.endpointFlags); }},
}};

} // namespace

std::span<const Key<Daemon>> daemonKeys() {
    return keys;
}

} // namespace subflowd::config
