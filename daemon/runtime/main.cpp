// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/configurator.hpp"
#include "runtime/daemon.hpp"
#include "runtime/exit_status.hpp"
#include "runtime/options.hpp"

#include <exception>
#include <iostream>

namespace {

using namespace subflowd::runtime;

ExitStatus checkConfiguration(const Options& options) {
    Configurator configurator{options};
    const auto reading = configurator.read();
    if (!reading.diagnostics.empty())
        std::cerr << toText(reading.diagnostics) << '\n';
    return reading.core ? ExitStatus::success : ExitStatus::badConfiguration;
}

ExitStatus runTask(const Options& options) {
    if (options.task == Options::Task::checkConfiguration)
        return checkConfiguration(options);
    runDaemon(options);
    return ExitStatus::success;
}

} // namespace

int main(int argc, char** argv) {
    auto status = ExitStatus::failure;
    try {
        status = runTask(readOptions(argc, argv));
    } catch (const StartFailure& failure) {
        std::cerr << "subflowd: " << failure.what() << '\n';
        status = failure.status();
    } catch (const std::exception& error) {
        std::cerr << "subflowd: " << error.what() << '\n';
    }
    return static_cast<int>(status);
}
