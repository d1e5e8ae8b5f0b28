// SPDX-License-Identifier: BSD-3-Clause
#include "decode.hpp"

#include <algorithm>
#include <tuple>

namespace subflowd::ctl {

namespace wire = dbus::wire;

namespace {

/// The members of a struct, for structured bindings, which sdbus-c++ 1.2 does not know itself.
template <class... Members>
const std::tuple<Members...>& members(const sdbus::Struct<Members...>& row) {
    return row;
}

IpAddress address(const wire::Bytes& bytes) {
    if (bytes.size() == 4)
        return IpAddress::v4(bytes[0], bytes[1], bytes[2], bytes[3]);
    std::array<std::uint8_t, 16> all{};
    if (bytes.size() != all.size())
        return {};
    std::ranges::copy(bytes, all.begin());
    return IpAddress::v6(all);
}

std::string nameOf(std::int32_t link, const LinkNames& links) {
    const auto at = links.find(link);
    return at == links.end() ? std::string{} : at->second;
}

std::optional<Microseconds> bounded(std::uint64_t span) {
    return span == UINT64_MAX ? std::nullopt : std::optional{Microseconds{span}};
}

Subflow decode(const wire::Subflow& subflow, const LinkNames& links) {
    const auto& [local, localPort, remote, remotePort, link, localId, remoteId, state, priority,
                 peerPriority, initial, age] = members(subflow);
    return {{address(local), localPort},
            {address(remote), remotePort},
            nameOf(link, links),
            AddressId{localId},
            AddressId{remoteId},
            SubflowState{state},
            Priority{priority},
            Priority{peerPriority},
            initial,
            Microseconds{age}};
}

std::vector<Announcement> decode(const std::vector<wire::Address>& addresses) {
    std::vector<Announcement> decoded;
    for (const auto& row : addresses) {
        const auto& [bytes, port, id] = members(row);
        decoded.push_back({{address(bytes), port}, AddressId{id}});
    }
    return decoded;
}

std::optional<PathFailure> decode(const wire::Failure& failure) {
    const auto& [cause, error, resetReason, transient] = members(failure);
    if (cause == "none")
        return std::nullopt;
    return PathFailure{cause, error, resetReason, transient};
}

template <class Value>
Value entry(const wire::Dictionary& dictionary, const char* key) {
    const auto at = dictionary.find(key);
    return at == dictionary.end() ? Value{} : at->second.get<Value>();
}

std::vector<Policy> decode(const std::vector<wire::Policy>& policies) {
    std::vector<Policy> decoded;
    for (const auto& row : policies) {
        const auto& [name, strikes, quarantined] = members(row);
        decoded.push_back({name, strikes, quarantined, {}, {}});
    }
    return decoded;
}

Latency decode(const wire::Latency& latency) {
    const auto& [sum, buckets] = members(latency);
    Latency decoded{Microseconds{sum}, {}};
    decoded.buckets.reserve(buckets.size());
    for (const auto& row : buckets) {
        const auto& [atMost, count] = members(row);
        decoded.buckets.push_back({bounded(atMost), count});
    }
    return decoded;
}

std::map<std::string, Latency> decode(const wire::Latencies& latencies) {
    std::map<std::string, Latency> decoded;
    for (const auto& [name, latency] : latencies)
        decoded.emplace(name, decode(latency));
    return decoded;
}

} // namespace

LinkNames linkNames(const std::vector<wire::Link>& links) {
    LinkNames names;
    for (const auto& link : links)
        names.emplace(link.get<0>(), link.get<1>());
    return names;
}

Connection decode(const wire::Connection& connection, const LinkNames& links) {
    const auto& [token, side, state, join, managedBy, rule, local, localPort, remote, remotePort,
                 age, subflows, remotes, announced] = members(connection);
    std::vector<Subflow> decoded;
    for (const auto& subflow : subflows)
        decoded.push_back(decode(subflow, links));
    return {Token{token},
            Side{side},
            ConnectionState{state},
            JoinInitial{join},
            core::ManagedBy{managedBy},
            rule,
            {address(local), localPort},
            {address(remote), remotePort},
            Microseconds{age},
            std::move(decoded),
            decode(remotes),
            decode(announced)};
}

Path decode(const wire::Path& path, const LinkNames& links) {
    const auto& [local, remote, remotePort, link, state, reasonCode, reason, by, attempts, nextTry,
                 failure] = members(path);
    return {address(local),
            {address(remote), remotePort},
            nameOf(link, links),
            state,
            reasonCode,
            reason,
            by,
            attempts,
            bounded(nextTry),
            decode(failure)};
}

Link decode(const wire::Link& link) {
    const auto& [index, name, kind, role, source, up, metered, addresses] = members(link);
    std::vector<LinkAddress> decoded;
    for (const auto& row : addresses) {
        const auto& [bytes, usability, temporary] = members(row);
        decoded.push_back({address(bytes), usability, temporary});
    }
    return {LinkIndex{static_cast<std::uint32_t>(index)},
            name,
            kind,
            role,
            up,
            std::move(decoded),
            source,
            metered};
}

Status decode(const wire::Dictionary& status) {
    return {entry<std::string>(status, "version"),
            entry<std::string>(status, "mode"),
            entry<std::string>(status, "state"),
            Microseconds{entry<std::uint64_t>(status, "uptime")},
            entry<std::string>(status, "path_manager"),
            entry<std::vector<std::string>>(status, "kernel_features"),
            entry<std::vector<std::string>>(status, "problems"),
            entry<wire::Counts>(status, "counts"),
            entry<std::uint64_t>(status, "events_lost"),
            entry<std::uint64_t>(status, "resyncs"),
            decode(entry<wire::Latencies>(status, "latencies")),
            decode(entry<std::vector<wire::Policy>>(status, "policies"))};
}

wire::Dictionary filterArguments(const Filter& filter) {
    wire::Dictionary arguments;
    for (const auto& [key, value] : filter)
        arguments[key] = key == "token"
                             ? sdbus::Variant{static_cast<std::uint32_t>(parseToken(value))}
                             : sdbus::Variant{value};
    return arguments;
}

void describe(std::vector<Policy>& policies, const wire::ManagedObjects& objects) {
    for (const auto& [path, interfaces] : objects) {
        const auto found = interfaces.find("org.subflowd1.Policy");
        if (found == interfaces.end())
            continue;
        const auto& properties = found->second;
        const auto policy =
            std::ranges::find(policies, entry<std::string>(properties, "Name"), &Policy::name);
        if (policy == policies.end())
            continue;
        policy->summary = entry<std::string>(properties, "Summary");
        policy->options = entry<std::map<std::string, std::string>>(properties, "Options");
    }
}

} // namespace subflowd::ctl
