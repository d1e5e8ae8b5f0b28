// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/outcome.hpp"
#include "host/endpoint_memory.hpp"
#include "netlink/endpoints.hpp"

#include <cstdint>
#include <functional>
#include <optional>

namespace subflowd::runtime {

/// Mode=kernel: raises the limits of the in-kernel path manager, as far as the kernel goes, and
/// gives them back unless somebody changed them meanwhile. A file tells the next daemon what they
/// were.
class LimitKeeper {
  public:
    using Say = std::function<void(const core::LogRecord&)>;

    LimitKeeper(netlink::FamilyId family, host::LimitMemory memory, Say say);

    /// So many subflows beyond the initial one, and announced addresses; never fewer than the
    /// daemon found.
    void raiseTo(std::uint32_t most);

    void giveBack();

  private:
    void raise(const core::KernelLimits& found, std::uint32_t most);
    netlink::Answer trySet(const core::KernelLimits& base, std::uint32_t most) const;
    netlink::Answer search(const core::KernelLimits& base, std::uint32_t refused) const;
    void remember(const std::optional<host::RaisedLimits>& raised);

    netlink::FamilyId family_;
    host::LimitMemory memory_;
    Say say_;
    std::optional<host::RaisedLimits> raised_;
};

} // namespace subflowd::runtime
