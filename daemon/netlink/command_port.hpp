// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/command.hpp"
#include "netlink/attributes.hpp"
#include "netlink/command_outstanding.hpp"
#include "netlink/family.hpp"
#include "netlink/join_search.hpp"
#include "netlink/query_codec.hpp"
#include "netlink/socket.hpp"

#include <subflowd/time.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace subflowd::netlink {

/// Carries commands to the kernel and its answers back. Never waits: send() returns when the
/// kernel has the commands, and each ends in exactly one CommandFinished of receive() or expire().
///
/// Two sockets: mptcp_pm for most commands, inet_diag for ResetSubflow, CancelJoin and AskFacts.
/// Commands of one socket are carried out in order; AskIds and CancelJoin, which are dumps, wait
/// for the dump before. ResetSubflow and CancelJoin look the socket up first and then name it by
/// its cookie: SOCK_DESTROY by addresses alone would hit the application's listening socket where
/// the subflow is gone.
class CommandPort {
  public:
    /// Opens both sockets in the network namespace of the calling thread. Throws
    /// std::system_error.
    explicit CommandPort(FamilyId family);

    /// Takes over open sockets.
    CommandPort(FamilyId family, Socket commands, Socket queries);

    CommandPort(CommandPort&&) noexcept = default;
    CommandPort& operator=(CommandPort&&) noexcept = default;
    ~CommandPort();

    /// Takes commands to be sent, in order.
    void queue(std::span<const core::IssuedCommand> commands, Instant now);

    /// Sends what was queued, many in one system call. Commands the kernel did not take end at the
    /// next receive() or expire(), at once due.
    void send();

    /// Makes a command ready that may be wanted soon, if it is not, instead of another one. Sends
    /// the kernel a message that it ignores (NLMSG_NOOP), so that the way is in the caches then.
    void prepare(const core::IssuedCommand& command);

    /// Sends the command of this number if it is the one that was prepared; whether the kernel took
    /// it. Then queue() is to be given it before the next send(), and does not send it again.
    bool sendPrepared(core::CommandId id);

    /// Appends the ends of the commands that were answered, of both sockets.
    void receive(std::vector<core::CommandFinished>& finished);

    /// Appends the ends of the commands that went unanswered for `patience`.
    void expire(Instant now, std::vector<core::CommandFinished>& finished);

    /// When expire() has something to do; `never` if nothing is outstanding.
    [[nodiscard]] Instant nextDeadline() const;

    /// What to poll for reading, receive() then: mptcp_pm and inet_diag.
    [[nodiscard]] std::array<int, 2> fds() const noexcept {
        return {commands_.fd(), queries_.fd()};
    }

    /// How long the kernel may take for an answer.
    static constexpr Duration patience = std::chrono::seconds{1};

  private:
    using Finished = std::vector<core::CommandFinished>;

    struct Buffers;

    struct Request {
        core::CommandId id{};
        Instant deadline{};
    };

    struct Dump {
        core::CommandId id{};
        Instant deadline{};
        Token token{};
    };

    struct Query {
        core::CommandId id{};
        Instant deadline{};
        core::Command command; ///< ResetSubflow, CancelJoin or AskFacts
    };

    enum class Loss : std::uint8_t { none, answers };

    void add(const core::IssuedCommand& issued, Instant deadline);
    void batch(const core::IssuedCommand& issued, Instant deadline);
    void startDump();
    void ask(const core::IssuedCommand& issued, Instant deadline);
    void startSearch();
    void giveUpSearch(int error);
    template <class Request>
    void giveUp(Outstanding<Request>& waiting, core::CommandId id, int error);
    template <class Request>
    void giveUpAll(Outstanding<Request>& waiting);
    template <class Request>
    void giveUpDue(Outstanding<Request>& waiting, Instant now);
    template <class Take, class Expects>
    Loss readAll(const Socket& socket, Take take, Expects expects);
    bool expectsCommandReplies() const;
    bool expectsQueryReplies() const;
    void receiveCommandReplies(Finished& finished);
    void receiveQueryReplies(Finished& finished);
    void takeCommandReply(const Message& message, Finished& finished);
    void takeQueryReply(const Message& message, Finished& finished);
    void takeSocket(const FoundSocket& socket, Finished& finished);
    void destroy(const FoundSocket& socket);
    void endSearch(int error, Finished& finished);
    void endDump(core::CommandFinished end, Finished& finished);
    void reportFailed(Finished& finished);

    Socket commands_;
    Socket queries_;
    FamilyId family_;
    std::unique_ptr<Buffers> buffers_;
    std::size_t batched_ = 0;  ///< bytes of buffers_->outgoing
    std::size_t prepared_ = 0; ///< bytes of buffers_->prepared
    core::CommandId preparedId_{};
    core::CommandId sentAhead_{}; ///< and not queued yet; none: 0
    Outstanding<Request> requests_;
    Outstanding<Dump> dumps_; ///< the oldest is under way
    Outstanding<Query> asked_;
    JoinSearch search_;                 ///< for the CancelJoins of asked_
    std::vector<core::KnownId> dumped_; ///< of the dump under way
    Finished failed_;                   ///< not reported yet
};

} // namespace subflowd::netlink
