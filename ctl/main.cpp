// SPDX-License-Identifier: BSD-3-Clause
#include "commands.hpp"
#include "failure.hpp"
#include "options.hpp"

#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <iostream>

namespace {

using namespace subflowd::ctl;

Terminal terminalOf(int descriptor) {
    const char* noColour = std::getenv("NO_COLOR");
    return {::isatty(descriptor) == 1, noColour && *noColour != '\0'};
}

ExitCode runSaying(const Options& options) {
    try {
        return run(options, std::cout);
    } catch (const CommandFailure& failure) {
        std::cerr << "subflowctl: " << failure.what() << '\n';
        return failure.code();
    } catch (const std::exception& failure) {
        std::cerr << "subflowctl: " << failure.what() << '\n';
        return ExitCode::failed;
    }
}

} // namespace

int main(int argc, char** argv) {
    const auto parsed =
        parseOptions({argv + 1, argv + argc}, terminalOf(STDOUT_FILENO), std::cout, std::cerr);
    const auto code = parsed.options ? runSaying(*parsed.options) : parsed.exitCode;
    return static_cast<int>(code);
}
