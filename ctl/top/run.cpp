// SPDX-License-Identifier: BSD-3-Clause
#include "top/run.hpp"

#include "kernel_view.hpp"
#include "top/terminal.hpp"
#include "top/view.hpp"

#include <unistd.h>

#include <ostream>
#include <thread>
#include <utility>

namespace subflowd::ctl::top {

namespace {

using Clock = std::chrono::steady_clock;

/// Samples the kernel's counters, and tells what happened since the last time.
class Sampler {
  public:
    Sampler() : taken_(Clock::now()), samples_(netlink::sampleSockets()) {}

    Frame next() {
        const auto now = Clock::now();
        auto samples = netlink::sampleSockets();
        const auto links = linksByAddress(KernelView{{}}.links());
        auto frame =
            compare(samples_, samples,
                    std::chrono::duration_cast<std::chrono::microseconds>(now - taken_), links);
        taken_ = now;
        samples_ = std::move(samples);
        return frame;
    }

  private:
    Clock::time_point taken_;
    netlink::SocketSamples samples_;
};

void follow(Sampler& sampler, const Options& options) {
    Terminal terminal;
    terminal.show("Measuring; q leaves.\n");
    while (terminal.wait(options.interval) == Terminal::Answer::goOn)
        terminal.show(frameText(sampler.next(), terminal.size(), options.colouring));
}

} // namespace

ExitCode run(const Options& options, std::ostream& out) {
    const bool json = options.format == Format::json;
    Sampler sampler;
    if (!json && options.repetition == Repetition::untilLeft && ::isatty(STDOUT_FILENO) == 1) {
        follow(sampler, options);
        return ExitCode::ok;
    }
    do {
        std::this_thread::sleep_for(options.interval);
        const auto frame = sampler.next();
        out << (json ? frameJson(frame, std::chrono::system_clock::now())
                     : frameText(frame, {}, options.colouring));
        out.flush();
    } while (options.repetition == Repetition::untilLeft && out.good());
    return ExitCode::ok;
}

} // namespace subflowd::ctl::top
