// SPDX-License-Identifier: BSD-3-Clause
#include "prose.hpp"
#include "text_view.hpp"

#include <nlohmann/json.hpp>

namespace subflowd::ctl {

namespace {

using Json = nlohmann::json;

constexpr std::size_t eventColumns = 22; // the longest word, "connection-established"

std::string text(const Json& record, const char* key) {
    const auto at = record.find(key);
    return at != record.end() && at->is_string() ? at->get<std::string>() : std::string{};
}

/// "23:59:59.000001" of "2026-01-31T23:59:59.000001Z"
std::string timeOfDay(const std::string& time) {
    const auto begin = time.find('T');
    return begin == std::string::npos ? time : time.substr(begin + 1, time.size() - begin - 2);
}

Tone toneOf(std::string_view event) {
    if (event == "lost" || event == "events-lost" || event == "command-refused" ||
        event == "link-unusable" || event == "subflow-closed")
        return Tone::bad;
    if (event.ends_with("-established") || event == "link-usable")
        return Tone::good;
    return Tone::plain;
}

std::string route(const Json& record) {
    const auto local = text(record, "local");
    const auto remote = text(record, "remote");
    if (local.empty() || remote.empty())
        return local + remote;
    return local + " -> " + remote;
}

std::string failure(const Json& record) {
    const auto at = record.find("failure");
    if (at == record.end() || !at->is_object())
        return {};
    const auto error = text(*at, "error");
    const auto reset = text(*at, "reset_reason");
    return text(*at, "cause") + (error.empty() ? "" : " (" + error + ')') +
           (reset.empty() ? "" : ", reset: " + reset);
}

std::string decision(const Json& record) {
    const auto by = text(record, "by");
    const auto reason = text(record, "reason");
    if (by.empty() || reason.empty())
        return by + reason;
    return by + ": " + reason;
}

std::string missed(const Json& record) {
    const auto at = record.find("count");
    return at != record.end() && at->is_number() ? at->dump() + " events that came too fast"
                                                 : std::string{};
}

std::string span(const Json& record) {
    const auto at = record.find("took_us");
    return at != record.end() && at->is_number_unsigned()
               ? "in " + spanText(Microseconds{at->get<std::uint64_t>()})
               : std::string{};
}

std::string backup(const Json& record) {
    return text(record, "priority") == "backup" ? "backup" : "";
}

/// Of a replay: nothing like it was recorded.
std::string assumption(const Json& record) {
    return record.value("assumed", Json{}) == true ? "(assumed)" : "";
}

} // namespace

std::string monitorText(std::string_view line, Colouring colouring) {
    const auto record = Json::parse(line, nullptr, false);
    if (!record.is_object())
        return std::string{line} + '\n';
    auto event = text(record, "event");
    const auto tone = toneOf(event);
    event.resize(std::max(event.size(), eventColumns), ' ');
    auto out = painted(timeOfDay(text(record, "time")), Tone::faint, colouring) + ' ' +
               painted(event, tone, colouring);
    for (const auto& part :
         {text(record, "token"), text(record, "link"), route(record), backup(record),
          missed(record), span(record), failure(record), decision(record), assumption(record)})
        if (!part.empty())
            out += ' ' + part;
    out.erase(out.find_last_not_of(' ') + 1);
    return out + '\n';
}

} // namespace subflowd::ctl
