// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/manager.hpp"

#include "dbus/bus_names.hpp"
#include "dbus/encode.hpp"
#include "dbus/filter_arguments.hpp"
#include "dbus/notation.hpp"
#include "dbus/pages.hpp"
#include "dbus/sdbus_compat.hpp"

#include <system_error>

namespace subflowd::dbus {

namespace {

/// Keeps a page under 20 ms of the daemon's time.
constexpr std::uint32_t mostRows = 10'000;

void requireLimit(std::uint32_t limit) {
    if (limit == 0 || limit > mostRows)
        throw compat::makeError(error::invalidArgs, "The limit must be from 1 to " +
                                                        std::to_string(mostRows) + ", not " +
                                                        std::to_string(limit) + ".");
}

} // namespace

Manager::Manager(sdbus::IConnection& connection, Host& host, Monitors& monitors)
    : AdaptorInterfaces(connection, sdbus::ObjectPath{managerPath}),
      host_(host),
      monitors_(monitors),
      authority_(connection) {
    registerAdaptor();
}

Manager::~Manager() {
    unregisterAdaptor();
}

std::string Manager::Version() {
    return host_.status().version;
}

std::string Manager::Mode() {
    return host_.status().mode;
}

std::vector<std::string> Manager::KernelFeatures() {
    return host_.status().kernelFeatures;
}

wire::Dictionary Manager::GetStatus() {
    return encode(host_.status(), host_.engine());
}

std::tuple<std::vector<wire::Connection>, std::uint64_t>
Manager::ListConnections(const wire::Dictionary& arguments, const std::uint32_t& limit,
                         const std::uint64_t& cursor) {
    requireLimit(limit);
    const auto& engine = host_.engine();
    const auto filter = connectionFilter(arguments, engine.links());
    const auto page = pageOf(engine.tokens(), limit, cursor);
    const auto now = host_.now();
    std::vector<wire::Connection> rows;
    rows.reserve(page.tokens.size());
    for (const auto token : page.tokens)
        if (const auto report = engine.report(token); report && matches(filter, *report))
            rows.push_back(encode(*report, now));
    return {std::move(rows), page.next};
}

core::ConnectionReport Manager::connection(Token token) const {
    auto report = host_.engine().report(token);
    if (!report)
        throw compat::makeError(error::noSuchConnection,
                                "There is no connection with the token " + tokenText(token) + ".");
    return *std::move(report);
}

wire::Connection Manager::GetConnection(const std::uint32_t& token) {
    return encode(connection(Token{token}), host_.now());
}

std::vector<wire::Path> Manager::Explain(const std::uint32_t& token) {
    const auto now = host_.now();
    const auto known = connection(Token{token});
    std::vector<wire::Path> paths;
    for (const auto& path : host_.engine().explain(now, known.token))
        paths.push_back(encode(path, now));
    return paths;
}

std::vector<wire::Link> Manager::ListLinks() {
    std::vector<wire::Link> links;
    for (const auto& link : host_.engine().links())
        links.push_back(encode(link));
    return links;
}

sdbus::UnixFd Manager::OpenMonitor(const wire::Dictionary& arguments) {
    const auto filter = changeFilter(arguments, host_.engine().links());
    if (monitors_.size() >= Monitors::most)
        throw compat::makeError(error::limitsExceeded, "Too many monitors are open: " +
                                                           std::to_string(monitors_.size()) + ".");
    try {
        return sdbus::UnixFd{monitors_.open(filter).release(), sdbus::adopt_fd};
    } catch (const std::system_error& failure) {
        throw sdbus::createError(failure.code().value(), "The monitor cannot be opened");
    }
}

} // namespace subflowd::dbus
