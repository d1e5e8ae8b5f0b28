// SPDX-License-Identifier: BSD-3-Clause
#include "kernel_view.hpp"

#include "core/engine.hpp"
#include "dbus/encode.hpp"
#include "dbus/filter_arguments.hpp"
#include "decode.hpp"
#include "failure.hpp"
#include "netlink/diag_codec.hpp"
#include "netlink/inquiry.hpp"
#include "netlink/route_codec.hpp"

#include <linux/netlink.h>

#include <algorithm>
#include <cstring>
#include <functional>

namespace subflowd::ctl {

namespace {

using netlink::DiagDump;
using netlink::Message;
using netlink::RouteDump;

/// The engine is asked about one moment only.
constexpr Instant moment{};

std::shared_ptr<const core::Configuration> onlyLooking(const std::vector<core::LinkRule>& rules) {
    auto configuration = std::make_shared<core::Configuration>();
    configuration->mode = core::Mode::observe;
    configuration->links = rules;
    return configuration;
}

void mustWork(int error, const char* what) {
    if (error != 0)
        throw CommandFailure(ExitCode::failed, std::string{"The kernel does not list "} + what +
                                                   ": " + std::strerror(error) + '.');
}

std::vector<core::NetworkChange> listNetwork() {
    std::vector<core::NetworkChange> changes{core::network::DumpBegun{}};
    netlink::Inquiry inquiry(NETLINK_ROUTE);
    for (const auto dump :
         {RouteDump::links, RouteDump::addresses, RouteDump::routesIpv4, RouteDump::routesIpv6})
        mustWork(inquiry.ask(
                     netlink::routeDumpRequest(dump),
                     [&changes](const Message& row) { netlink::decodeRouteMessage(row, changes); }),
                 "links, addresses and routes");
    changes.emplace_back(core::network::DumpEnded{});
    return changes;
}

std::vector<core::SnapshotPart> listSockets() {
    std::vector<core::SnapshotPart> parts{core::snapshot::Begun{core::snapshot::Occasion::start}};
    netlink::Inquiry inquiry(NETLINK_SOCK_DIAG);
    for (const auto dump : {DiagDump::connectionsIpv4, DiagDump::connectionsIpv6,
                            DiagDump::subflowsIpv4, DiagDump::subflowsIpv6})
        mustWork(inquiry.ask(netlink::diagDumpRequest(dump),
                             [&parts, dump](const Message& row) {
                                 netlink::decodeDiagRow(dump, row, parts);
                             }),
                 "its MPTCP sockets (is the module mptcp_diag there?)");
    parts.emplace_back(core::snapshot::Ended{});
    return parts;
}

/// What a daemon would have been told by events is not known.
Connection withoutGuesses(Connection connection) {
    connection.managedBy = std::nullopt;
    connection.age = std::nullopt;
    for (auto& subflow : connection.subflows)
        subflow.age = std::nullopt;
    return connection;
}

dbus::ConnectionFilter understood(const Filter& filter,
                                  const std::vector<core::LinkReport>& links) {
    if (filter.contains("rule"))
        throw CommandFailure(ExitCode::notRunning,
                             "subflowd is not running, and nobody else knows which rule a "
                             "connection follows.");
    try {
        return dbus::connectionFilter(filterArguments(filter), links);
    } catch (const sdbus::Error& mistake) {
        throw CommandFailure(ExitCode::usage, mistake.getMessage());
    }
}

} // namespace

class KernelView::State {
  public:
    explicit State(const std::vector<core::LinkRule>& rules) : engine(onlyLooking(rules)) {
        for (const auto& change : listNetwork()) {
            if (const auto* route = std::get_if<core::network::Route>(&change))
                routes.push_back(*route);
            engine.step(moment, core::Input{change});
        }
    }

    core::Engine engine;
    std::vector<core::network::Route> routes;
};

KernelView::KernelView(const std::vector<core::LinkRule>& rules)
    : state_(std::make_unique<State>(rules)) {}

KernelView::~KernelView() = default;

std::vector<Connection> KernelView::connections(const Filter& filter) {
    for (auto& part : listSockets())
        state_->engine.step(moment, core::Input{std::move(part)});
    const auto links = state_->engine.links();
    const auto wanted = understood(filter, links);
    LinkNames names;
    for (const auto& link : links)
        names.emplace(static_cast<std::int32_t>(link.index), link.name);
    auto tokens = state_->engine.tokens();
    std::ranges::sort(tokens);
    std::vector<Connection> connections;
    for (const auto token : tokens)
        if (const auto report = state_->engine.report(token);
            report && dbus::matches(wanted, *report))
            connections.push_back(withoutGuesses(decode(dbus::encode(*report, moment), names)));
    return connections;
}

std::vector<Link> KernelView::links() const {
    std::vector<Link> links;
    for (const auto& link : state_->engine.links())
        links.push_back(decode(dbus::encode(link)));
    return links;
}

const std::vector<core::network::Route>& KernelView::routes() const {
    return state_->routes;
}

} // namespace subflowd::ctl
