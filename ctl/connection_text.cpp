// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/names.hpp"
#include "dbus/notation.hpp"
#include "prose.hpp"
#include "text_view.hpp"

namespace subflowd::ctl {

namespace {

using dbus::nameOf;

std::string orDash(const std::string& text) {
    return text.empty() ? "-" : text;
}

std::string orDash(std::optional<Microseconds> age) {
    return age ? spanText(*age) : "-";
}

Cell stateCell(SubflowState state) {
    const std::string name{nameOf(state)};
    switch (state) {
    case SubflowState::up:
        return {name, Tone::good};
    case SubflowState::suspect:
        return {name, Tone::bad};
    case SubflowState::pending:
    case SubflowState::draining:
        return {name, Tone::waiting};
    }
    return {name};
}

/// Either side can make a subflow a backup.
std::string priorityText(const Subflow& subflow) {
    if (subflow.priority == Priority::backup)
        return "backup";
    return subflow.peerPriority == Priority::backup ? "peer-backup" : "regular";
}

Row summary(const Connection& connection) {
    const bool foreign = connection.managedBy == core::ManagedBy::kernel;
    return {{dbus::tokenText(connection.token), Tone::heading},
            std::string{nameOf(connection.side)},
            std::string{nameOf(connection.state)},
            foreign ? Cell{"(kernel)", Tone::faint} : Cell{orDash(connection.rule)},
            orDash(connection.age),
            dbus::endpointText(connection.remote)};
}

Row summary(const Subflow& subflow) {
    return {stateCell(subflow.state), priorityText(subflow), orDash(subflow.link),
            pathText(subflow.local, subflow.remote)};
}

Row details(const Subflow& subflow) {
    const auto ids = std::to_string(static_cast<unsigned>(subflow.localId)) + '/' +
                     std::to_string(static_cast<unsigned>(subflow.remoteId));
    return {stateCell(subflow.state), priorityText(subflow),
            orDash(subflow.link),     ids + (subflow.initial ? " initial" : ""),
            orDash(subflow.age),      pathText(subflow.local, subflow.remote)};
}

const char* joinText(JoinInitial join) {
    switch (join) {
    case JoinInitial::allowed:
        return "allowed";
    case JoinInitial::denied:
        return "denied by the peer";
    case JoinInitial::unknown:
        break;
    }
    return "not known";
}

std::string section(const char* title, const Table& table, Colouring colouring) {
    if (table.empty())
        return {};
    return '\n' + painted(title, Tone::heading, colouring) + '\n' + table.text(colouring, 2);
}

Table announcements(const std::vector<Announcement>& announcements) {
    Table table;
    for (const auto& [endpoint, id] : announcements)
        table.add(
            {dbus::endpointText(endpoint), "id " + std::to_string(static_cast<unsigned>(id))});
    return table;
}

Table subflowDetails(const std::vector<Subflow>& subflows) {
    Table table;
    if (!subflows.empty())
        table.addHeading({"STATE", "PRIORITY", "LINK", "IDS", "AGE", "LOCAL -> REMOTE"});
    for (const auto& subflow : subflows)
        table.add(details(subflow));
    return table;
}

} // namespace

std::string connectionsText(const std::vector<Connection>& connections, Colouring colouring) {
    if (connections.empty())
        return "No connections.\n";
    Table heads;
    Table subflows;
    heads.addHeading({"TOKEN", "SIDE", "STATE", "RULE", "AGE", "REMOTE"});
    for (const auto& connection : connections) {
        heads.add(summary(connection));
        for (const auto& subflow : connection.subflows)
            subflows.add(summary(subflow));
    }
    const auto headLines = heads.lines(colouring);
    const auto subflowLines = subflows.lines(colouring, 2);
    auto head = headLines.begin();
    auto line = subflowLines.begin();
    auto text = *head++ + '\n';
    for (const auto& connection : connections) {
        text += *head++ + '\n';
        for (std::size_t i = 0; i < connection.subflows.size(); ++i)
            text += *line++ + '\n';
    }
    return text;
}

std::string connectionText(const Connection& connection, Colouring colouring) {
    Table facts;
    facts.add({"Side", std::string{nameOf(connection.side)}});
    facts.add({"State", std::string{nameOf(connection.state)}});
    facts.add({"Managed by",
               connection.managedBy ? std::string{nameOf(*connection.managedBy)} : "not known"});
    facts.add({"Rule", orDash(connection.rule)});
    facts.add({"Age", orDash(connection.age)});
    facts.add({"Initial subflow", pathText(connection.local, connection.remote)});
    facts.add({"Joins to the initial address", joinText(connection.joinInitial)});
    return painted("Connection " + dbus::tokenText(connection.token), Tone::heading, colouring) +
           '\n' + facts.text(colouring, 2) +
           section("Subflows (local/remote ids)", subflowDetails(connection.subflows), colouring) +
           section("Announced by the peer", announcements(connection.remotes), colouring) +
           section("Announced by this host", announcements(connection.announced), colouring);
}

} // namespace subflowd::ctl
