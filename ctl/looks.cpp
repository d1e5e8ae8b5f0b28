// SPDX-License-Identifier: BSD-3-Clause
#include "looks.hpp"

#include "client.hpp"
#include "dbus/bus_names.hpp"
#include "doctor/checks.hpp"
#include "doctor/collect.hpp"
#include "doctor/view.hpp"
#include "failure.hpp"
#include "kernel_view.hpp"
#include "measured.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <system_error>
#include <utility>

namespace subflowd::ctl {

namespace {

void sayWhoKnows() {
    std::cerr
        << "subflowctl: subflowd is not running on this bus; this is what the kernel knows.\n";
}

/// What the daemon says; if it does not run, what the kernel does, and the user is told.
template <class AskDaemon, class AskKernel>
auto fromDaemonOrKernel(AskDaemon askDaemon, AskKernel askKernel) {
    try {
        return askDaemon();
    } catch (const CommandFailure& failure) {
        if (failure.code() != ExitCode::notRunning)
            throw;
    }
    auto answer = askKernel();
    sayWhoKnows();
    return answer;
}

/// Measurements are an addition: without them the connection is shown all the same.
netlink::SocketSamples samples() {
    try {
        return netlink::sampleSockets();
    } catch (const std::system_error&) {
        return {};
    }
}

} // namespace

void sayWhoseAreShown(Client& client) {
    if (!client.seesAll())
        std::cerr << "subflowctl: only your own connections are shown; those of others are for "
                     "root, the daemon's own user and those whom polkit authorises ("
                  << dbus::action::see << ").\n";
}

std::vector<Connection> seenConnections(const std::string& bus, const Filter& filter) {
    return fromDaemonOrKernel(
        [&] {
            Client client{bus};
            auto connections = client.connections(filter);
            sayWhoseAreShown(client);
            return connections;
        },
        [&] { return KernelView{{}}.connections(filter); });
}

Connection seenConnection(const std::string& bus, Token token) {
    return fromDaemonOrKernel([&] { return Client{bus}.connection(token); },
                              [&] {
                                  for (auto& connection : KernelView{{}}.connections({}))
                                      if (connection.token == token)
                                          return connection;
                                  throw CommandFailure(ExitCode::nothingMatched,
                                                       "The kernel knows no MPTCP connection " +
                                                           dbus::tokenText(token) + '.');
                              });
}

std::vector<Link> seenLinks(const std::string& bus) {
    return fromDaemonOrKernel([&] { return Client{bus}.links(); },
                              [] { return KernelView{{}}.links(); });
}

ExitCode showConnection(const Options& options, std::ostream& out) {
    const auto shown = measured(seenConnection(options.bus, parseToken(options.token)), samples());
    out << (options.format == Format::json ? measuredJson(shown, std::chrono::system_clock::now())
                                           : measuredText(shown, options.colouring));
    return ExitCode::ok;
}

ExitCode runDoctor(const Options& options, std::ostream& out) {
    const auto findings = doctor::examine(doctor::collect(options.bus));
    out << (options.format == Format::json ? doctor::findingsJson(findings)
                                           : doctor::findingsText(findings, options.colouring));
    return std::ranges::any_of(findings, doctor::isWrong) ? ExitCode::failed : ExitCode::ok;
}

} // namespace subflowd::ctl
