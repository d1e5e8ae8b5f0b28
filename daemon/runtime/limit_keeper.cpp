// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/limit_keeper.hpp"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace subflowd::runtime {

namespace {

using core::KernelLimits;
using Level = core::LogRecord::Level;

KernelLimits raised(const KernelLimits& base, std::uint32_t most) {
    return {std::max(base.subflows, most), std::max(base.acceptedAddresses, most)};
}

std::string text(const KernelLimits& limits) {
    return "subflows " + std::to_string(limits.subflows) + ", add_addr_accepted " +
           std::to_string(limits.acceptedAddresses);
}

} // namespace

LimitKeeper::LimitKeeper(netlink::FamilyId family, host::LimitMemory memory, Say say)
    : family_(family),
      memory_(std::move(memory)),
      say_(std::move(say)),
      raised_(memory_.recall()) {}

void LimitKeeper::raiseTo(std::uint32_t most) {
    try {
        raise(netlink::kernelLimits(family_), most);
    } catch (const std::runtime_error& error) {
        say_({Level::warning, {}, noLink, error.what()});
    }
}

void LimitKeeper::raise(const KernelLimits& found, std::uint32_t most) {
    const auto base = raised_ && raised_->after == found ? raised_->before : found;
    const auto wanted = raised(base, most);
    if (wanted == found)
        return;
    remember(host::RaisedLimits{base, wanted});
    auto answer = trySet(base, most);
    if (answer.error == EINVAL)
        answer = search(base, most);
    const auto after = netlink::kernelLimits(family_);
    remember(after == base ? std::nullopt : std::optional{host::RaisedLimits{base, after}});
    if (answer.error != 0)
        say_({Level::warning,
              {},
              noLink,
              "the limits of the in-kernel path manager cannot be raised: " + toString(answer)});
    else if (after != found)
        say_({Level::info,
              {},
              noLink,
              "the limits of the in-kernel path manager are now " + text(after) + "; they were " +
                  text(found) + (after == wanted ? "" : ", and the kernel takes no more")});
}

netlink::Answer LimitKeeper::trySet(const KernelLimits& base, std::uint32_t most) const {
    return netlink::setKernelLimits(family_, raised(base, most));
}

/// The kernel has a maximum, which differs between versions and which only its refusals tell: the
/// largest value that it takes is searched for, and is then in force.
netlink::Answer LimitKeeper::search(const KernelLimits& base, std::uint32_t refused) const {
    auto taken = std::min(base.subflows, base.acceptedAddresses);
    while (taken + 1 < refused) {
        const auto middle = taken + (refused - taken) / 2;
        auto answer = trySet(base, middle);
        if (answer.error == 0)
            taken = middle;
        else if (answer.error == EINVAL)
            refused = middle;
        else
            return answer;
    }
    return {};
}

void LimitKeeper::giveBack() {
    if (!raised_)
        return;
    try {
        const auto [before, after] = *raised_;
        if (netlink::kernelLimits(family_) != after) {
            say_({Level::info,
                  {},
                  noLink,
                  "the limits of the in-kernel path manager stay: somebody changed them"});
        } else if (const auto answer = netlink::setKernelLimits(family_, before);
                   answer.error != 0) {
            say_({Level::warning,
                  {},
                  noLink,
                  "the limits of the in-kernel path manager cannot be given back: " +
                      toString(answer)});
            return;
        } else {
            say_({Level::info,
                  {},
                  noLink,
                  "the limits of the in-kernel path manager are again " + text(before)});
        }
        remember(std::nullopt);
    } catch (const std::runtime_error& error) {
        say_({Level::warning, {}, noLink, error.what()});
    }
}

void LimitKeeper::remember(const std::optional<host::RaisedLimits>& raised) {
    raised_ = raised;
    if (const int error = memory_.remember(raised); error != 0)
        say_({Level::warning,
              {},
              noLink,
              "what the limits of the in-kernel path manager were cannot be written to the state "
              "directory, and will not be known after a crash: " +
                  std::generic_category().message(error)});
}

} // namespace subflowd::runtime
