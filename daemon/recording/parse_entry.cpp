// SPDX-License-Identifier: BSD-3-Clause
#include "recording/entry.hpp"
#include "recording/read_json.hpp"

namespace subflowd::recording {

namespace {

/// What of core::Input has lines.
using Readable =
    std::variant<core::Tick, core::KernelEvent, core::NetworkChange, core::CommandFinished,
                 core::SnapshotPart, core::EventsLost, core::TcpActivity, core::HealthReport,
                 core::HostFacts, core::LinkNotes, core::ListenerOpened, core::Resumed,
                 core::Requested>;

static_assert(std::variant_size_v<Readable> + 1 == std::variant_size_v<core::Input>,
              "an input has no line");

Json objectOf(std::string_view line) {
    auto json = Json::parse(line, nullptr, false);
    if (!json.is_object())
        throw BadValue("it is no JSON object");
    return json;
}

const Json& member(const Json& object, const char* name) {
    const auto at = object.find(name);
    if (at == object.end())
        refuse(object, "line of a recording");
    return *at;
}

core::Input inputOf(const Json& json) {
    Readable input;
    read(json, input);
    return std::visit([](auto& one) { return core::Input{std::move(one)}; }, input);
}

Configured configuredOf(const Json& json) {
    Configured configured;
    read(member(json, "text"), configured.text);
    read(member(json, "alone"), configured.alone);
    return configured;
}

} // namespace

Header parseHeader(std::string_view line) {
    const auto json = objectOf(line);
    const auto mark = json.find("subflowd-recording");
    if (mark == json.end())
        throw BadValue("it does not begin as a recording does");
    if (*mark != formatVersion)
        throw BadValue("its format is " + mark->dump() + ", and this version reads " +
                       std::to_string(formatVersion));
    Header header;
    read(member(json, "version"), header.version);
    read(member(json, "at"), header.begun);
    read(member(json, "utc"), header.at);
    return header;
}

Entry parseEntry(std::string_view line) {
    const auto json = objectOf(line);
    Entry entry;
    read(member(json, "at"), entry.when);
    if (const auto input = json.find("input"); input != json.end())
        entry.what = inputOf(*input);
    else if (const auto configured = json.find("configured"); configured != json.end())
        entry.what = configuredOf(*configured);
    else if (const auto issued = json.find("issued"); issued != json.end())
        read(*issued, entry.what.emplace<Issued>().commands);
    else
        read(member(json, "gap"), entry.what.emplace<Gap>().lines);
    return entry;
}

} // namespace subflowd::recording
