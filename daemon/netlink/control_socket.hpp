// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "netlink/attributes.hpp"
#include "netlink/family.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

struct nl_msg;
struct nl_sock;

namespace subflowd::netlink {

/// How a request of the control plane ended.
struct Answer {
    int error = 0;    ///< errno; 0: carried out
    std::string text; ///< the kernel's own words (extended ack), or libnl's

    friend bool operator==(const Answer&, const Answer&) = default;
};

/// "Numerical result out of range: too many addresses or duplicate one: -34".
[[nodiscard]] std::string toString(const Answer& answer);

struct FreeMessage {
    void operator()(nl_msg* message) const;
};

/// A request that libnl's nla_put() and the like complete.
using ControlRequest = std::unique_ptr<nl_msg, FreeMessage>;

/// A request of a generic-netlink family without attributes yet; `flags` beside NLM_F_REQUEST and
/// NLM_F_ACK. Throws std::bad_alloc.
[[nodiscard]] ControlRequest controlRequest(FamilyId family, std::uint8_t command,
                                            std::uint16_t flags = 0);

/// Generic netlink for the control plane (libnl), in the network namespace of the calling thread.
/// Answers are waited for: the kernel gives them while it takes the question, some 20 us.
class ControlSocket {
  public:
    /// Throws std::runtime_error if there is no socket to be had.
    ControlSocket();

    /// Sends a request and calls `onMessage` for each message of the answer but its end.
    [[nodiscard]] Answer ask(const ControlRequest& request,
                             const std::function<void(const Message&)>& onMessage = {}) const;

  private:
    struct FreeSocket {
        void operator()(nl_sock* socket) const;
    };

    std::unique_ptr<nl_sock, FreeSocket> socket_;
};

} // namespace subflowd::netlink
