// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/endpoint_changes.hpp"
#include "core/outcome.hpp"
#include "host/endpoint_memory.hpp"
#include "netlink/endpoints.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace subflowd::runtime {

/// Mode=kernel: keeps the endpoints of the in-kernel path manager as links and roles have them.
/// Only those that it made are its business, and a file tells the next daemon which these are. The
/// kernel reports no change of endpoints, so they are looked at when a wish is another; what others
/// did to them meanwhile stays until then.
class EndpointKeeper {
  public:
    using Say = std::function<void(const core::LogRecord&)>;

    EndpointKeeper(netlink::FamilyId family, host::EndpointMemory memory, Say say);

    /// Has the wishes come true, as far as the kernel goes along.
    void keep(std::span<const core::EndpointWish> wishes);

    /// The next keep() sees to every wish, the same as before or not.
    void lookAgain() { settled_.clear(); }

    /// Mode=kernel is over: what the daemon made goes, and its subflows with it.
    void release();

  private:
    void change(std::span<const core::EndpointChange> changes);
    netlink::Answer perform(const core::EndpointChange& change);
    void note(const core::EndpointChange& change);
    void settle(std::span<const core::EndpointWish> wishes);
    void remember(std::span<const core::KernelEndpoint> endpoints);
    void tellOfForeign(std::span<const core::EndpointWish> wishes,
                       std::span<const core::KernelEndpoint> existing);
    void tellOfUnknownFlags(std::span<const core::KernelEndpoint> existing);
    void complain(core::LogRecord::Level level, LinkIndex link, const std::string& text);

    netlink::FamilyId family_;
    host::EndpointMemory memory_;
    Say say_;
    std::vector<core::KernelEndpoint> ours_;
    std::vector<core::EndpointWish> settled_;
    std::vector<std::string> complaints_; ///< of the last time: they are not said again
    std::vector<std::string> complained_; ///< of the time before
};

} // namespace subflowd::runtime
