// SPDX-License-Identifier: BSD-3-Clause
#include "quiet/run.hpp"

#include "client.hpp"
#include "failure.hpp"
#include "json_view.hpp"
#include "kernel_view.hpp"
#include "quiet/traffic.hpp"

#include <algorithm>
#include <chrono>
#include <ostream>
#include <thread>
#include <utility>

namespace subflowd::ctl::quiet {

namespace {

using Clock = std::chrono::steady_clock;

/// Longer than senders pause for by themselves, on all but the slowest paths.
constexpr std::chrono::milliseconds lookEvery{50};

top::LinksByAddress linksWith(const std::string& name) {
    const auto links = KernelView{{}}.links();
    if (std::ranges::find(links, name, &Link::name) == links.end())
        throw CommandFailure(ExitCode::nothingMatched, "There is no link " + name + '.');
    return top::linksByAddress(links);
}

bool becomesQuiet(const Options& options, const top::LinksByAddress& links) {
    const auto end = Clock::now() + options.patience;
    auto before = netlink::sampleSockets();
    while (Clock::now() < end) {
        std::this_thread::sleep_for(lookEvery);
        auto now = netlink::sampleSockets();
        if (!isCarrying(options.link, before, now, links))
            return true;
        before = std::move(now);
    }
    return false;
}

} // namespace

ExitCode run(const Options& options, std::ostream& out) {
    const Client daemon{options.bus}; // without it nobody has traffic go elsewhere
    if (!becomesQuiet(options, linksWith(options.link)))
        throw CommandFailure(ExitCode::failed,
                             "Connections still use " + options.link +
                                 ": drain it first (subflowctl link drain), or wait longer "
                                 "(--timeout).");
    out << (options.format == Format::json ? doneJson() : "Nothing is under way on the link.\n");
    return ExitCode::ok;
}

} // namespace subflowd::ctl::quiet
