// SPDX-License-Identifier: BSD-3-Clause
#include "commands.hpp"

#include "client.hpp"
#include "failure.hpp"
#include "filter.hpp"
#include "graph/run.hpp"
#include "json_view.hpp"
#include "looks.hpp"
#include "metrics/run.hpp"
#include "quiet/run.hpp"
#include "replay/run.hpp"
#include "report/run.hpp"
#include "steering.hpp"
#include "text_view.hpp"
#include "top/run.hpp"

#include <unistd.h>

#include <chrono>
#include <iostream>

namespace subflowd::ctl {

namespace {

dbus::WallTime now() {
    return std::chrono::system_clock::now();
}

bool wantsJson(const Options& options) {
    return options.format == Format::json;
}

std::string statusView(const Options& options, Client& client) {
    const auto status = client.status();
    return wantsJson(options) ? statusJson(status, now()) : statusText(status, options.colouring);
}

std::string explainView(const Options& options, Client& client) {
    const auto token = parseToken(options.token);
    const auto paths = client.explain(token);
    if (wantsJson(options))
        return explanationJson(token, paths, now());
    return explanationText(client.connection(token), paths, options.colouring);
}

std::string linksView(const Options& options, Client& client) {
    const auto links = client.links();
    return wantsJson(options) ? linksJson(links) : linksText(links, options.colouring);
}

std::string policiesView(const Options& options, Client& client) {
    const auto policies = client.policies();
    return wantsJson(options) ? policiesJson(policies) : policiesText(policies, options.colouring);
}

std::string reloadView(const Options& options, Client& client) {
    client.reload();
    return wantsJson(options) ? doneJson() : "The configuration was read again.\n";
}

ExitCode list(const Options& options, std::ostream& out) {
    const auto filter = parseFilter(options.filter);
    const auto connections = seenConnections(options.bus, filter);
    out << (wantsJson(options) ? connectionsJson(connections, now())
                               : connectionsText(connections, options.colouring));
    return connections.empty() && !filter.empty() ? ExitCode::nothingMatched : ExitCode::ok;
}

ExitCode monitor(const Options& options, std::ostream& out) {
    const auto show = [&](std::string_view line) {
        if (wantsJson(options))
            out << line << '\n';
        else
            out << monitorText(line, options.colouring);
        out.flush();
    };
    const auto filter = parseFilter(options.filter);
    Client client{options.bus};
    sayWhoseAreShown(client);
    client.monitor(filter, show);
    return ExitCode::ok;
}

std::string daemonVersion(const std::string& bus) {
    try {
        return Client{bus}.status().version;
    } catch (const CommandFailure& failure) {
        if (failure.code() == ExitCode::notRunning)
            return {};
        throw;
    }
}

ExitCode version(const Options& options, std::ostream& out) {
    const auto daemon = daemonVersion(options.bus);
    if (wantsJson(options))
        out << versionJson(SUBFLOWD_VERSION, daemon);
    else
        out << "subflowctl " SUBFLOWD_VERSION "\nsubflowd "
            << (daemon.empty() ? "is not running" : daemon) << '\n';
    return ExitCode::ok;
}

using View = std::string (*)(const Options&, Client&);

View viewOf(Command command) {
    switch (command) {
    case Command::explain:
        return explainView;
    case Command::links:
        return linksView;
    case Command::policies:
        return policiesView;
    case Command::reload:
        return reloadView;
    default:
        return statusView;
    }
}

ExitCode writeCompletion(const Options& options, std::ostream& out) {
    out << completionScript(options.shell);
    return ExitCode::ok;
}

/// What does not need the daemon.
using Look = ExitCode (*)(const Options&, std::ostream&);

Look lookOf(Command command) {
    switch (command) {
    case Command::show:
        return showConnection;
    case Command::doctor:
        return runDoctor;
    case Command::configCheck:
        return checkConfiguration;
    case Command::configDump:
        return dumpConfiguration;
    case Command::top:
        return top::run;
    case Command::graph:
        return graph::run;
    case Command::metrics:
        return metrics::run;
    case Command::report:
        return report::run;
    case Command::linkWait:
        return quiet::run;
    case Command::record:
        return replay::record;
    case Command::replay:
        return replay::run;
    case Command::completion:
        return writeCompletion;
    default:
        return nullptr;
    }
}

} // namespace

ExitCode run(const Options& options, std::ostream& out) {
    if (options.command == Command::list)
        return list(options, out);
    if (options.command == Command::monitor)
        return monitor(options, out);
    if (options.command == Command::version)
        return version(options, out);
    if (const auto look = lookOf(options.command))
        return look(options, out);
    Client client{options.bus};
    if (const auto steering = steeringOf(options.command)) {
        if (::isatty(STDIN_FILENO) == 1)
            client.allowQuestions();
        const auto sentence = steering(options, client);
        out << (wantsJson(options) ? doneJson() : sentence);
        return ExitCode::ok;
    }
    out << viewOf(options.command)(options, client);
    return ExitCode::ok;
}

} // namespace subflowd::ctl
