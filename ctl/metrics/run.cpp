// SPDX-License-Identifier: BSD-3-Clause
#include "metrics/run.hpp"

#include "client.hpp"
#include "doctor/collect.hpp"
#include "failure.hpp"
#include "metrics/families.hpp"

#include <ostream>

namespace subflowd::ctl::metrics {

namespace {

Input collect(const std::string& bus) {
    Input input;
    input.counters = doctor::readCounters();
    try {
        Client client{bus};
        input.daemon = client.status();
        input.links = client.links();
        if (client.seesAll()) // a count of some would look like one of all
            input.connections = client.connections({});
    } catch (const CommandFailure& failure) {
        if (failure.code() != ExitCode::notRunning)
            throw;
    }
    return input;
}

} // namespace

ExitCode run(const Options& options, std::ostream& out) {
    const auto all = families(collect(options.bus));
    out << (options.format == Format::json ? metricsJson(all) : openMetrics(all));
    return ExitCode::ok;
}

} // namespace subflowd::ctl::metrics
