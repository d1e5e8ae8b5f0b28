// SPDX-License-Identifier: BSD-3-Clause
#include "recording/entry.hpp"
#include "recording/write_json.hpp"

namespace subflowd::recording {

namespace {

Json at(Instant when) {
    return {{"at", written(when)}};
}

std::string text(const Json& line) {
    return line.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

} // namespace

std::string headerLine(const Header& header) {
    return text({{"subflowd-recording", formatVersion},
                 {"version", header.version},
                 {"at", written(header.begun)},
                 {"utc", header.at.count()}});
}

std::string inputLine(Instant when, const core::Input& input) {
    auto line = at(when);
    std::visit(
        [&line](const auto& one) {
            using One = std::remove_cvref_t<decltype(one)>;
            if constexpr (!std::is_same_v<One, core::Configured>)
                line["input"] = writtenValue(std::variant<One>{one});
        },
        input);
    return text(line);
}

std::string eventLine(Instant when, const core::KernelEvent& event) {
    auto line = at(when);
    line["input"] = writtenValue(event);
    return text(line);
}

std::string configuredLine(Instant when, const Configured& configured) {
    auto line = at(when);
    line["configured"] = {{"text", configured.text}, {"alone", configured.alone}};
    return text(line);
}

std::string issuedLine(Instant when, const std::vector<core::IssuedCommand>& commands) {
    auto line = at(when);
    line["issued"] = written(commands);
    return text(line);
}

std::string gapLine(Instant when, const Gap& gap) {
    auto line = at(when);
    line["gap"] = gap.lines;
    return text(line);
}

} // namespace subflowd::recording
