// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/engine.hpp"
#include "fullmesh.hpp"
#include "netlink/message_builder.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace subflowd::bench {

/// What the kernel says of one connection from this host to a server, and the second subflow of it.
/// Connections are numbered from 1; the number is the token.
class Messages {
  public:
    explicit Messages(std::uint32_t number);

    std::span<const std::byte> created() const { return created_.bytes(); }

    std::span<const std::byte> established() const { return established_.bytes(); }

    std::span<const std::byte> joined() const { return joined_.bytes(); }

    std::span<const std::byte> initialEnded() const { return initialEnded_.bytes(); }

    std::span<const std::byte> joinEnded() const { return joinEnded_.bytes(); }

    std::span<const std::byte> closed() const { return closed_.bytes(); }

  private:
    netlink::test::MessageBuilder created_;
    netlink::test::MessageBuilder established_;
    netlink::test::MessageBuilder joined_;
    netlink::test::MessageBuilder initialEnded_;
    netlink::test::MessageBuilder joinEnded_;
    netlink::test::MessageBuilder closed_;
};

/// The rows of inet_diag for the connections from 1 to a number, each with two subflows.
std::vector<core::SnapshotPart> rows(std::uint32_t connections);

/// A host with two links that makes a second subflow for each connection: the daemon's hot path,
/// from the kernel's bytes to the bytes of the commands, without the sockets between.
class Host {
  public:
    Host();

    void open(const Messages& messages);
    void close(const Messages& messages);

    /// Opens the connections from 1 to this number.
    void openUpTo(std::uint32_t connections);

    const core::Outcome& step(const core::Input& input) { return engine_.step(now_, input); }

    const core::Engine& engine() const { return engine_; }

    /// Bytes of commands so far.
    std::size_t sent() const { return sent_; }

  private:
    void hear(std::span<const std::byte> message);
    void perform(const core::Outcome& outcome);

    fullmesh::Fullmesh policy_{Settings{}};
    core::Engine engine_;
    Instant now_{std::chrono::hours(1)};
    std::vector<core::CommandId> unanswered_;
    std::size_t sent_ = 0;
};

} // namespace subflowd::bench
