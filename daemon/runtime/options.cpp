// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/options.hpp"

#include "build_config.hpp"
#include "runtime/exit_status.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <iostream>
#include <map>

namespace subflowd::runtime {

Options readOptions(int argc, char** argv) {
    using Level = core::LogRecord::Level;
    Options options;
    bool check = false;
    bool instance = false;
    Level level{};
    CLI::App app{"Path manager for Multipath TCP: decides which subflows each connection has."};
    app.add_option("--config", options.config,
                   "read FILE and FILE.d/*.conf instead of the system's files")
        ->type_name("FILE");
    app.add_option("--plugin-dir", options.pluginDirectories,
                   "look for policies in DIR first; may be given again")
        ->type_name("DIR");
    app.add_option("--state-dir", options.stateDirectory, "keep what must survive a restart in DIR")
        ->type_name("DIR")
        ->capture_default_str();
    app.add_option("--bus", options.bus, "system, session, none, or an address (unix:path=...)")
        ->type_name("BUS")
        ->capture_default_str();
    app.add_flag(
        "--instance", instance,
        "one of several on this bus: is found by subflowctl in the same network namespace");
    auto* given = app.add_option("--log-level", level, "debug, info, notice, warning or error")
                      ->transform(CLI::CheckedTransformer(
                          std::map<std::string, Level>{{"debug", Level::debug},
                                                       {"info", Level::info},
                                                       {"notice", Level::notice},
                                                       {"warning", Level::warning},
                                                       {"error", Level::error}}))
                      ->type_name("LEVEL");
    app.add_flag("--check", check, "check the configuration, say what is wrong, and exit");
    app.set_version_flag("--version", std::string{"subflowd "} + SUBFLOWD_VERSION);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const bool asked = app.exit(error) == 0;
        std::exit(asked ? 0 : static_cast<int>(ExitStatus::usage));
    }
    if (given->count() > 0)
        options.logLevel = level;
    if (instance)
        options.station = Options::Station::instance;
    if (check)
        options.task = Options::Task::checkConfiguration;
    return options;
}

} // namespace subflowd::runtime
