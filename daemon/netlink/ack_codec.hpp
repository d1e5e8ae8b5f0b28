// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/command.hpp"
#include "core/kernel_endpoint.hpp"
#include "netlink/attributes.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace subflowd::netlink {

/// The end of a request: NLMSG_ERROR, which acknowledges too, or the NLMSG_DONE of a dump.
struct Ack {
    core::CommandId id{};
    int error = 0;         ///< errno, positive; 0: carried out
    std::string_view text; ///< of the extended ack; lives as long as the message
    std::optional<std::uint32_t> missingAttribute; ///< NLMSGERR_ATTR_MISS_TYPE

    friend bool operator==(const Ack&, const Ack&) = default;
};

/// Decodes an ack, with NETLINK_CAP_ACK or without. Nothing if the message is none.
[[nodiscard]] std::optional<Ack> decodeAck(const Message& message);

/// Decodes one entry of a GET_ADDR reply. Nothing if the message is none.
[[nodiscard]] std::optional<core::KnownId> decodeKnownId(const Message& message);

/// Decodes one entry of a GET_ADDR reply, as an endpoint. Nothing if the message is none.
[[nodiscard]] std::optional<core::KernelEndpoint> decodeEndpoint(const Message& message);

/// What a refusal means. The one place that looks at the kernel's texts, which tell apart what
/// errno (EINVAL) does not, and which have changed with 6.15.
[[nodiscard]] core::Refusal refusalOf(int error, std::string_view text);

/// The end of the command, with neither `ids` nor `facts`.
[[nodiscard]] core::CommandFinished finished(const Ack& ack);

} // namespace subflowd::netlink
