// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/monitor_json.hpp"

#include "dbus/names.hpp"

#include <nlohmann/json.hpp>

#include <chrono>

namespace subflowd::dbus {

namespace {

using Json = nlohmann::ordered_json;
using Kind = core::Change::Kind;

Json record(std::string_view event, WallTime when) {
    return {{"schema", 1}, {"time", utcText(when)}, {"event", event}};
}

bool isOfSubflow(Kind kind) {
    return kind == Kind::subflowRequested || kind == Kind::subflowEstablished ||
           kind == Kind::subflowClosed || kind == Kind::subflowPriority ||
           kind == Kind::subflowSuspect || kind == Kind::subflowRecovered;
}

bool isOfAddress(Kind kind) {
    return kind == Kind::addressAnnounced || kind == Kind::addressWithdrawn;
}

bool isOfConnection(Kind kind) {
    return kind == Kind::connectionCreated || kind == Kind::connectionEstablished ||
           kind == Kind::connectionLearned;
}

void addEndpoints(Json& line, const core::FourTuple& tuple) {
    if (tuple.local != Endpoint{})
        line["local"] = endpointText(tuple.local);
    if (tuple.remote != Endpoint{})
        line["remote"] = endpointText(tuple.remote);
}

void addLink(Json& line, LinkIndex link, std::string_view name) {
    if (link == noLink)
        return;
    line["link"] = name.empty() ? Json{} : Json(name);
    line["ifindex"] = static_cast<std::uint32_t>(link);
}

void addIds(Json& line, const core::Change& change) {
    if (!isOfSubflow(change.kind) && !isOfAddress(change.kind))
        return;
    line["local_id"] = static_cast<unsigned>(change.localId);
    line["remote_id"] = static_cast<unsigned>(change.remoteId);
    if (isOfSubflow(change.kind))
        line["priority"] = nameOf(change.priority);
}

void addFailure(Json& line, const Failure& failure) {
    if (failure.cause == Cause::none)
        return;
    const auto error = errorName(failure.error);
    const auto reset = failure.resetReason;
    line["failure"] = {{"cause", nameOf(failure.cause)},
                       {"error", error.empty() ? Json{} : Json(error)},
                       {"reset_reason", reset ? Json(resetReasonName(*reset)) : Json{}},
                       {"transient", failure.transient}};
}

void addReason(Json& line, const core::Change& change) {
    if (change.reason.text) {
        line["reason"] = sentenceOf(change.reason);
        line["reason_code"] = codeOf(change.reason);
    }
    if (!change.by.empty())
        line["by"] = change.by;
}

void addSpan(Json& line, const core::Change& change) {
    if (change.kind == Kind::resynchronised)
        line["took_us"] =
            std::chrono::duration_cast<std::chrono::microseconds>(change.took).count();
}

/// A policy may say anything, also what is no UTF-8: it is replaced, never thrown at.
std::string text(const Json& line) {
    return line.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

} // namespace

std::string monitorLine(const core::Change& change, std::string_view linkName, WallTime when) {
    auto line = record(nameOf(change.kind), when);
    if (change.token != Token{})
        line["token"] = tokenText(change.token);
    if (isOfConnection(change.kind))
        line["side"] = nameOf(change.side);
    addEndpoints(line, change.tuple);
    addLink(line, change.link, linkName);
    addIds(line, change);
    addFailure(line, change.failure);
    addSpan(line, change);
    addReason(line, change);
    return text(line);
}

std::string lostLine(std::uint64_t count, WallTime when) {
    auto line = record("lost", when);
    line["count"] = count;
    return text(line);
}

} // namespace subflowd::dbus
