// SPDX-License-Identifier: BSD-3-Clause
#include "json_view.hpp"

#include "dbus/names.hpp"
#include "json_writer.hpp"

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

void writeSince(JsonWriter& json, WallTime now, std::optional<Microseconds> age) {
    json.memberOrNull("since", age ? before(now, *age) : std::string{});
}

void writeDenial(JsonWriter& json, JoinInitial join) {
    json.key("deny_join_initial");
    if (join == JoinInitial::unknown)
        json.null();
    else
        json.boolean(join == JoinInitial::denied);
}

void write(JsonWriter& json, const Subflow& subflow, WallTime now) {
    json.beginObject();
    json.member("local", toString(subflow.local));
    json.member("remote", toString(subflow.remote));
    json.memberOrNull("link", subflow.link);
    json.member("local_id", static_cast<std::uint64_t>(subflow.localId));
    json.member("remote_id", static_cast<std::uint64_t>(subflow.remoteId));
    json.member("state", nameOf(subflow.state));
    json.member("priority", nameOf(subflow.priority));
    json.member("peer_priority", nameOf(subflow.peerPriority));
    json.key("initial");
    json.boolean(subflow.initial);
    writeSince(json, now, subflow.age);
    json.endObject();
}

void write(JsonWriter& json, const std::vector<Announcement>& announcements) {
    json.beginArray();
    for (const auto& [endpoint, id] : announcements) {
        json.beginObject();
        json.member("address", dbus::endpointText(endpoint));
        json.member("id", static_cast<std::uint64_t>(id));
        json.endObject();
    }
    json.endArray();
}

void write(JsonWriter& json, const Connection& connection, WallTime now) {
    json.beginObject();
    json.member("token", dbus::tokenText(connection.token));
    json.member("side", nameOf(connection.side));
    json.memberOrNull("rule", connection.rule);
    json.member("state", nameOf(connection.state));
    json.memberOrNull("managed_by",
                      connection.managedBy ? nameOf(*connection.managedBy) : std::string_view{});
    writeDenial(json, connection.joinInitial);
    json.member("local", toString(connection.local));
    json.member("remote", toString(connection.remote));
    writeSince(json, now, connection.age);
    json.key("subflows");
    json.beginArray();
    for (const auto& subflow : connection.subflows)
        write(json, subflow, now);
    json.endArray();
    json.key("announced");
    write(json, connection.announced);
    json.key("remotes");
    write(json, connection.remotes);
    json.endObject();
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
    return {{"name", link.name},          {"ifindex", static_cast<std::uint32_t>(link.index)},
            {"kind", link.kind},          {"role", link.role},
            {"role_source", link.source}, {"up", link.up},
            {"metered", link.metered},    {"addresses", std::move(addresses)}};
}

Json policiesOf(const std::vector<Policy>& policies) {
    auto all = Json::array();
    for (const auto& policy : policies)
        all.push_back({{"name", policy.name},
                       {"strikes", policy.strikes},
                       {"quarantined", policy.quarantined}});
    return all;
}

Json bucketsOf(const std::vector<LatencyBucket>& buckets) {
    auto all = Json::array();
    for (const auto& [atMost, count] : buckets)
        all.push_back({{"at_most_us", atMost ? Json(atMost->count()) : Json{}}, {"count", count}});
    return all;
}

Json latenciesOf(const std::map<std::string, Latency>& latencies) {
    auto all = Json::object();
    for (const auto& [name, latency] : latencies)
        all[name] = {{"count", latency.count()},
                     {"sum_us", latency.sum.count()},
                     {"buckets", bucketsOf(latency.buckets)}};
    return all;
}

/// One of the latencies, which once was the only one.
Json eventToCommandOf(const Status& status) {
    const auto at = status.latencies.find("event_to_command");
    return at == status.latencies.end() ? Json::array() : bucketsOf(at->second.buckets);
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
                 {"latency", eventToCommandOf(status)},
                 {"latencies", latenciesOf(status.latencies)},
                 {"policies", policiesOf(status.policies)}});
}

std::string connectionsJson(const std::vector<Connection>& connections, WallTime now) {
    constexpr std::size_t usualBytes = 800; // of a connection with two subflows
    JsonWriter json;
    json.reserve((connections.size() + 1) * usualBytes);
    json.beginObject();
    json.member("schema", 1);
    json.key("connections");
    json.beginArray();
    for (const auto& connection : connections)
        write(json, connection, now);
    json.endArray();
    json.endObject();
    return json.take() + '\n';
}

std::string connectionJson(const Connection& connection, WallTime now) {
    JsonWriter json;
    json.beginObject();
    json.member("schema", 1);
    json.key("connection");
    write(json, connection, now);
    json.endObject();
    return json.take() + '\n';
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
    auto all = policiesOf(policies);
    for (std::size_t i = 0; i < policies.size(); ++i) {
        all[i]["summary"] = policies[i].summary;
        all[i]["options"] = policies[i].options;
    }
    return text({{"schema", 1}, {"policies", std::move(all)}});
}

std::string versionJson(const std::string& ownVersion, const std::string& daemonVersion) {
    return text({{"schema", 1}, {"subflowctl", ownVersion}, {"subflowd", orNull(daemonVersion)}});
}

std::string doneJson() {
    return text({{"schema", 1}, {"ok", true}});
}

} // namespace subflowd::ctl
