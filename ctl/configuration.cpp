// SPDX-License-Identifier: BSD-3-Clause
#include "config/dump.hpp"
#include "failure.hpp"
#include "looks.hpp"
#include "runtime/configurator.hpp"

#include <nlohmann/json.hpp>

#include <ostream>

namespace subflowd::ctl {

namespace {

using Json = nlohmann::ordered_json;

runtime::Reading readFiles(const Options& options) {
    runtime::Options files;
    if (!options.file.empty())
        files.config = options.file;
    return runtime::Configurator{files}.read();
}

std::string text(const Json& document) {
    return document.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

Json listOf(const config::Diagnostics& diagnostics) {
    auto all = Json::array();
    for (const auto& [severity, origin, sentence] : diagnostics)
        all.push_back({{"severity", severity == config::Severity::error ? "error" : "warning"},
                       {"file", origin.file.empty() ? Json{} : Json(origin.file)},
                       {"line", origin.line == 0 ? Json{} : Json(origin.line)},
                       {"text", sentence}});
    return all;
}

} // namespace

ExitCode checkConfiguration(const Options& options, std::ostream& out) {
    const auto reading = readFiles(options);
    const bool usable = reading.core != nullptr;
    if (options.format == Format::json)
        out << text(
            {{"schema", 1}, {"usable", usable}, {"diagnostics", listOf(reading.diagnostics)}});
    else if (reading.diagnostics.empty())
        out << "The configuration can be used.\n";
    else
        out << runtime::toText(reading.diagnostics) << '\n';
    return usable ? ExitCode::ok : ExitCode::failed;
}

ExitCode dumpConfiguration(const Options& options, std::ostream& out) {
    const auto reading = readFiles(options);
    if (!reading.core)
        throw CommandFailure(ExitCode::failed, "The configuration cannot be used.\n" +
                                                   runtime::toText(reading.diagnostics));
    const auto dumped = config::dump(reading.config);
    out << (options.format == Format::json ? text({{"schema", 1}, {"configuration", dumped}})
                                           : dumped);
    return ExitCode::ok;
}

} // namespace subflowd::ctl
