// SPDX-License-Identifier: BSD-3-Clause
#include "replay/view.hpp"

#include "dbus/monitor_json.hpp"
#include "text_view.hpp"

#include <nlohmann/json.hpp>

namespace subflowd::ctl::replay {

namespace {

using Json = nlohmann::ordered_json;

} // namespace

dbus::WallTime View::wallTime(Instant when) const {
    return dbus::WallTime{
        std::chrono::duration_cast<dbus::WallTime::duration>(header_.at + (when - header_.begun))};
}

std::string View::change(Instant when, const core::Change& change, std::string_view link,
                         Player::Basis basis) const {
    auto line = dbus::monitorLine(change, link, wallTime(when));
    if (basis == Player::Basis::assumed) {
        auto marked = Json::parse(line);
        marked["assumed"] = true;
        line = marked.dump() + '\n';
    }
    if (format_ == Format::json)
        return line;
    line.pop_back();
    return monitorText(line, colouring_);
}

std::string View::summary(Instant last, const Summary& summary) const {
    if (format_ == Format::text)
        return sentence(summary);
    const bool same = summary.firstDifference == never;
    return Json{{"schema", 1},
                {"time", dbus::utcText(wallTime(last))},
                {"event", "replayed"},
                {"inputs", summary.inputs},
                {"recorded_commands", summary.recordedCommands},
                {"replayed_commands", summary.replayedCommands},
                {"assumptions", summary.assumptions},
                {"lost", summary.lost},
                {"first_difference",
                 same ? Json{} : Json(dbus::utcText(wallTime(summary.firstDifference)))}}
               .dump() +
           '\n';
}

std::string View::sentence(const Summary& summary) const {
    const auto counts = std::to_string(summary.inputs) + " inputs; " +
                        std::to_string(summary.replayedCommands) + " commands, where " +
                        std::to_string(summary.recordedCommands) + " were recorded";
    if (summary.firstDifference == never)
        return counts + ": the same ones.\n";
    return counts + ". They differ from " + dbus::utcText(wallTime(summary.firstDifference)) +
           " on; of " + std::to_string(summary.assumptions) +
           " commands the recording does not say what would have come, and it was assumed.\n";
}

} // namespace subflowd::ctl::replay
