// SPDX-License-Identifier: BSD-3-Clause
#include "report/run.hpp"

#include "client.hpp"
#include "dbus/notation.hpp"
#include "doctor/checks.hpp"
#include "doctor/collect.hpp"
#include "doctor/view.hpp"
#include "failure.hpp"
#include "looks.hpp"
#include "report/anonymiser.hpp"
#include "report/sections.hpp"
#include "text_view.hpp"

#include <subflowd/address_text.hpp>

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ostream>
#include <sstream>

namespace subflowd::ctl::report {

namespace {

/// What is enough to see a pattern, and still can be read.
constexpr std::size_t mostConnections = 200;
constexpr std::size_t mostExplained = 20;

std::string kernelText() {
    utsname names{};
    ::uname(&names);
    return std::string{names.sysname} + ' ' + names.release + ' ' + names.version + ' ' +
           names.machine;
}

std::string factsText(const std::map<std::string, std::string>& facts) {
    std::string text;
    for (const auto& [name, value] : facts)
        text.append(name).append(" = ").append(value).append("\n");
    return text;
}

std::string countersText(const std::map<std::string, std::uint64_t>& counters) {
    std::string text;
    for (const auto& [name, value] : counters)
        if (value > 0)
            text += name + ' ' + std::to_string(value) + '\n';
    return text;
}

std::string routesText(const doctor::Facts& facts) {
    std::string text;
    for (const auto& route : facts.routes) {
        const auto at = std::ranges::find(facts.links, route.link, &Link::index);
        text += toString(route.destination) + " via " + toString(route.gateway) + " dev " +
                (at == facts.links.end() ? "?" : at->name) + " table " +
                std::to_string(route.table) + " metric " + std::to_string(route.metric) + '\n';
    }
    return text;
}

std::string explanations(Client& client, const std::vector<Connection>& connections) {
    std::string text;
    for (std::size_t i = 0; i < std::min(connections.size(), mostExplained); ++i)
        text += explanationText(connections[i], client.explain(connections[i].token),
                                Colouring::plain) +
                '\n';
    return text;
}

std::string journal() {
    std::string text;
    auto* pipe = ::popen("journalctl --unit=subflowd --boot --lines=300 --no-pager "
                         "--no-hostname --output=short-iso 2>&1",
                         "r");
    if (pipe == nullptr)
        throw CommandFailure(ExitCode::failed, "journalctl cannot be run.");
    std::array<char, 4096> buffer{};
    for (std::size_t size = 0; (size = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
        text.append(buffer.data(), size);
    ::pclose(pipe);
    return text;
}

std::string dumped(const Options& options) {
    std::ostringstream text;
    auto plain = options;
    plain.format = Format::text;
    dumpConfiguration(plain, text);
    return text.str();
}

std::vector<KnownName> namesOf(const doctor::Facts& facts,
                               const std::vector<Connection>& connections) {
    std::vector<KnownName> names;
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) == 0)
        names.emplace_back(host.data(), "host");
    for (const auto& link : facts.links)
        if (link.name != "lo")
            names.emplace_back(link.name, "link");
    for (const auto& connection : connections)
        if (connection.rule != "default")
            names.emplace_back(connection.rule, "rule");
    return names;
}

std::vector<Connection> connectionsOf(const std::string& bus) {
    try {
        return seenConnections(bus, {});
    } catch (const CommandFailure&) {
        return {};
    }
}

std::vector<Section> ask(const Options& options, const doctor::Facts& facts,
                         std::vector<Connection> connections) {
    const auto plain = Colouring::plain;
    const auto& bus = options.bus;
    const auto title = "connections (" + std::to_string(connections.size()) + ')';
    connections.resize(std::min(connections.size(), mostConnections));
    return {
        {"report", "subflowctl " SUBFLOWD_VERSION "\n" +
                       dbus::utcText(std::chrono::system_clock::now()) + '\n' + kernelText() +
                       '\n'},
        section("doctor", [&] { return doctor::findingsText(doctor::examine(facts), plain); }),
        section("status", [&] { return statusText(Client{bus}.status(), plain); }),
        section("links", [&] { return linksText(facts.links, plain); }),
        section("routes", [&] { return routesText(facts); }),
        section("policies", [&] { return policiesText(Client{bus}.policies(), plain); }),
        section(title, [&] { return connectionsText(connections, plain); }),
        section("explain",
                [&] {
                    Client client{bus};
                    return explanations(client, connections);
                }),
        section("configuration", [&] { return dumped(options); }),
        section("sysctls", [&] { return factsText(facts.sysctls); }),
        section("kernel counters", [&] { return countersText(facts.counters); }),
        section("journal", journal),
    };
}

} // namespace

ExitCode run(const Options& options, std::ostream& out) {
    const auto connections = connectionsOf(options.bus); // before the trials of doctor
    const auto facts = doctor::collect(options.bus);
    auto sections = ask(options, facts, connections);
    if (options.naming == Naming::anonymous) {
        Anonymiser anonymise{namesOf(facts, connections)};
        for (auto& [title, text] : sections)
            text = anonymise(text);
    }
    out << (options.format == Format::json ? sectionsJson(sections) : sectionsText(sections));
    return ExitCode::ok;
}

} // namespace subflowd::ctl::report
