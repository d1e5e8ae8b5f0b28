// SPDX-License-Identifier: BSD-3-Clause
#include "json_view.hpp"

#include "dbus/names.hpp"

#include <subflowd/address_text.hpp>

#include <nlohmann/json.hpp>

namespace subflowd::ctl {

namespace {

using Json = nlohmann::ordered_json;
using dbus::nameOf;
using dbus::WallTime;

std::string text(const Json& document) {
    return document.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

Json orNull(const std::string& value) {
    return value.empty() ? Json{} : Json(value);
}

std::string before(WallTime now, Microseconds ago) {
    return dbus::utcText(now - std::chrono::duration_cast<WallTime::duration>(ago));
}

std::string after(WallTime now, Microseconds ahead) {
    return dbus::utcText(now + std::chrono::duration_cast<WallTime::duration>(ahead));
}

Json denial(JoinInitial join) {
    return join == JoinInitial::unknown ? Json{} : Json(join == JoinInitial::denied);
}

Json subflowOf(const Subflow& subflow, WallTime now) {
    return {{"local", toString(subflow.local)},
            {"remote", toString(subflow.remote)},
            {"link", orNull(subflow.link)},
            {"local_id", static_cast<unsigned>(subflow.localId)},
            {"remote_id", static_cast<unsigned>(subflow.remoteId)},
            {"state", nameOf(subflow.state)},
            {"priority", nameOf(subflow.priority)},
            {"peer_priority", nameOf(subflow.peerPriority)},
            {"initial", subflow.initial},
            {"since", before(now, subflow.age)}};
}

Json announcementsOf(const std::vector<Announcement>& announcements) {
    auto all = Json::array();
    for (const auto& [endpoint, id] : announcements)
        all.push_back(
            {{"address", dbus::endpointText(endpoint)}, {"id", static_cast<unsigned>(id)}});
    return all;
}

Json connectionOf(const Connection& connection, WallTime now) {
    auto subflows = Json::array();
    for (const auto& subflow : connection.subflows)
        subflows.push_back(subflowOf(subflow, now));
    return {{"token", dbus::tokenText(connection.token)},
            {"side", nameOf(connection.side)},
            {"rule", orNull(connection.rule)},
            {"state", nameOf(connection.state)},
            {"managed_by", nameOf(connection.managedBy)},
            {"deny_join_initial", denial(connection.joinInitial)},
            {"local", toString(connection.local)},
            {"remote", toString(connection.remote)},
            {"since", before(now, connection.age)},
            {"subflows", std::move(subflows)},
            {"announced", announcementsOf(connection.announced)},
            {"remotes", announcementsOf(connection.remotes)}};
}

Json failureOf(const std::optional<PathFailure>& failure) {
    if (!failure)
        return nullptr;
    return {{"cause", failure->cause},
            {"error", orNull(failure->error)},
            {"reset_reason", orNull(failure->resetReason)},
            {"transient", failure->transient}};
}

Json pathOf(const Path& path, WallTime now) {
    return {{"local", toString(path.local)},
            {"remote", toString(path.remote)},
            {"link", orNull(path.link)},
            {"state", path.state},
            {"reason", orNull(path.reason)},
            {"reason_code", orNull(path.reasonCode)},
            {"by", orNull(path.by)},
            {"attempts", path.attempts},
            {"next_try", path.nextTry ? Json(after(now, *path.nextTry)) : Json{}},
            {"last_error", failureOf(path.lastFailure)}};
}

Json linkOf(const Link& link) {
    auto addresses = Json::array();
    for (const auto& address : link.addresses)
        addresses.push_back({{"address", toString(address.address)},
                             {"usability", address.usability},
                             {"temporary", address.temporary}});
    return {{"name", link.name}, {"ifindex", static_cast<std::uint32_t>(link.index)},
            {"kind", link.kind}, {"role", link.role},
            {"up", link.up},     {"addresses", std::move(addresses)}};
}

Json policiesOf(const std::vector<Policy>& policies) {
    auto all = Json::array();
    for (const auto& policy : policies)
        all.push_back({{"name", policy.name},
                       {"strikes", policy.strikes},
                       {"quarantined", policy.quarantined}});
    return all;
}

Json latencyOf(const std::vector<LatencyBucket>& buckets) {
    auto all = Json::array();
    for (const auto& [atMost, count] : buckets)
        all.push_back({{"at_most_us", atMost ? Json(atMost->count()) : Json{}}, {"count", count}});
    return all;
}

} // namespace

std::string statusJson(const Status& status, WallTime now) {
    return text({{"schema", 1},
                 {"version", status.version},
                 {"mode", status.mode},
                 {"state", status.state},
                 {"started", before(now, status.uptime)},
                 {"path_manager", orNull(status.pathManager)},
                 {"kernel_features", status.kernelFeatures},
                 {"problems", status.problems},
                 {"counts", status.counts},
                 {"events_lost", status.eventsLost},
                 {"resyncs", status.resyncs},
                 {"latency", latencyOf(status.latency)},
                 {"policies", policiesOf(status.policies)}});
}

std::string connectionsJson(const std::vector<Connection>& connections, WallTime now) {
    auto all = Json::array();
    for (const auto& connection : connections)
        all.push_back(connectionOf(connection, now));
    return text({{"schema", 1}, {"connections", std::move(all)}});
}

std::string connectionJson(const Connection& connection, WallTime now) {
    return text({{"schema", 1}, {"connection", connectionOf(connection, now)}});
}

std::string explanationJson(Token token, const std::vector<Path>& paths, WallTime now) {
    auto all = Json::array();
    for (const auto& path : paths)
        all.push_back(pathOf(path, now));
    return text({{"schema", 1}, {"token", dbus::tokenText(token)}, {"paths", std::move(all)}});
}

std::string linksJson(const std::vector<Link>& links) {
    auto all = Json::array();
    for (const auto& link : links)
        all.push_back(linkOf(link));
    return text({{"schema", 1}, {"links", std::move(all)}});
}

std::string policiesJson(const std::vector<Policy>& policies) {
    return text({{"schema", 1}, {"policies", policiesOf(policies)}});
}

std::string versionJson(const std::string& ownVersion, const std::string& daemonVersion) {
    return text({{"schema", 1}, {"subflowctl", ownVersion}, {"subflowd", orNull(daemonVersion)}});
}

std::string doneJson() {
    return text({{"schema", 1}, {"ok", true}});
}

} // namespace subflowd::ctl
