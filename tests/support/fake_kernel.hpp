// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/input.hpp"
#include "core/outcome.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace subflowd::test {

/// What answers at a remote endpoint.
enum class Answer : std::uint8_t {
    accepts,      ///< MP_JOIN succeeds
    refuses,      ///< RST on the SYN: ECONNREFUSED
    silent,       ///< the SYN is lost
    notMultipath, ///< plain TCP answers: closed without error, never established
    rejects,      ///< the peer's limit: established, then closed at once without error (K8)
};

/// A Linux kernel as far as path managers see it: connections, subflows, the table of address ids
/// with its quirks, peers, links. Commands change it and yield what the real one would report.
/// Quirks are named as in the kernel notes: K2, K8, K9, K14, K15, K22.
class FakeKernel {
  public:
    using Duration = subflowd::Duration;

    struct Subflow {
        core::FourTuple tuple;
        AddressId localId{};
        AddressId remoteId{};
        Priority priority = Priority::regular;
        Priority peerPriority = Priority::regular;
        bool established = false; ///< the peer accepts it, from `since` on
        Instant since{};
        bool initial = false;
        bool openedHere = true;
        Instant deadSince = never; ///< what it sent since then is not acknowledged
        std::uint64_t rate = 0;    ///< bytes a second that it carries, each way
    };

    struct TableEntry {
        IpAddress address;
        std::uint16_t port = 0;
        AddressId id{};
        friend bool operator==(const TableEntry&, const TableEntry&) = default;
    };

    struct Connection {
        core::event::Connection facts;
        bool established = false;
        bool kernelManaged = false;
        bool halfClosed = false; ///< no join (ENOTCONN), and no event about subflows any more
        std::vector<Subflow> subflows;
        std::vector<TableEntry> table;
        std::vector<AddressId> announced;  ///< by this host
        std::vector<AddressId> rmAddrSent; ///< RM_ADDR that went out
    };

    /// What is reported, and when.
    struct Report {
        Instant at{};
        std::uint64_t order = 0;
        core::Input input;
    };

    // The host.

    void addLink(LinkIndex index, std::string name, LinkKind kind = LinkKind::veth);
    void setCarrier(LinkIndex index, bool carrier);
    void setUp(LinkIndex index, bool up);
    void enslave(LinkIndex index, LinkIndex master);
    void renameLink(LinkIndex index, std::string name);
    void removeLink(LinkIndex index);
    void addAddress(LinkIndex link, std::string_view address);
    void removeAddress(LinkIndex link, std::string_view address);
    void addRoute(LinkIndex link, std::string_view prefix);
    void removeRoute(LinkIndex link, std::string_view prefix);
    void dumpNetwork();

    // Applications and peers.

    /// An application connects; CREATED is reported. Ends are written "10.0.0.1:1000", or
    /// "[::ffff:10.0.0.1]:1000" for an IPv6 socket that talks IPv4.
    Token connect(std::string_view local, std::string_view remote,
                  JoinInitial joinInitial = JoinInitial::allowed, Side side = Side::client);
    /// The first data was acknowledged; ESTABLISHED is reported.
    void establish(Token token);
    void close(Token token);
    void announceFromPeer(Token token, std::uint8_t id, std::string_view remote);
    void withdrawFromPeer(Token token, std::uint8_t id);
    void joinFromPeer(Token token, std::string_view local, std::string_view remote,
                      std::uint8_t remoteId);
    void closeSubflow(Token token, std::string_view remote, std::uint8_t error);
    void closeFirstJoin(Token token, std::uint8_t error);
    /// The same of the subflow from a local address.
    void breakSubflow(Token token, std::string_view local, std::string_view remote,
                      std::uint8_t error);
    void setPriorityFromPeer(Token token, std::string_view local, std::string_view remote,
                             Priority priority);
    void answer(std::string_view remote, Answer answer);

    /// Nothing comes through from a local address to a host, from now on; subflows and joins are
    /// not told.
    void swallow(std::string_view local, std::string_view host);
    /// It comes through again. Subflows that were struck do not notice, or do.
    void bringAgain(std::string_view local, std::string_view host);
    void recover(std::string_view local, std::string_view host);
    void answer(core::HealthQuestion question);

    /// The reader of the event socket is told that events were lost.
    void reportLoss();

    // What the daemon does.

    void execute(const core::IssuedCommand& command);
    void snapshot(const std::map<Token, core::snapshot::Remembered>& remembered);

    /// Takes a request for a listening socket; what came of it is reported.
    void listen(const core::ListenerRequest& request);

    // Troubles.

    bool acksComeLate = false;      ///< events overtake the acks of the commands that caused them
    bool losesEvents = false;       ///< the event socket overflows: events vanish
    bool tellsIds = true;           ///< GET_ADDR knows tokens; older kernels refuse
    LinkIndex boundDevice = noLink; ///< of every application's socket, and what follows
    std::uint32_t owner = 1000;
    std::uint32_t mark = 0;
    std::string controlGroup;
    std::set<std::uint16_t> takenPorts; ///< local ports that others have
    int listenError = 0;                ///< errno of every attempt to listen
    Duration dumpTakes{};               ///< from a snapshot's rows being taken to their being read
    Duration factsTake = std::chrono::milliseconds(10); ///< the answer to AskFacts
    Duration roundTrip = std::chrono::milliseconds(10);

    // What happened.

    Connection& operator[](Token token) { return connections_.at(token); }

    bool exists(Token token) const { return connections_.contains(token); }

    const std::map<Token, Connection>& connections() const { return connections_; }

    std::vector<core::IssuedCommand> log; ///< every command, as executed
    std::set<Endpoint> listening;         ///< the daemon's sockets

    bool hasReport() const { return !reports_.empty(); }

    Instant nextReport() const;
    core::Input takeReport();

    /// Whoever read the reports is gone, with what it had not read yet. What happens later is
    /// reported to the next one.
    void forgetReader();

    void setNow(Instant now) { now_ = now; }

  private:
    void report(core::Input input, Duration after = {});
    void reportEvent(core::KernelEvent event, Duration after = {});
    void finish(const core::IssuedCommand& command, int error = 0,
                core::Refusal refusal = core::Refusal::byErrno, std::string message = {});
    bool refuseFor(const core::IssuedCommand& command, Token token);
    bool isTaken(const Endpoint& local) const;
    bool knows(Connection& connection, const IpAddress& address, std::uint16_t port, AddressId id);
    static AddressId implicitId(Connection& connection, const IpAddress& address);
    static void forget(Connection& connection, const IpAddress& address);
    Subflow& find(Token token, std::string_view local, std::string_view remote);
    void reportClosed(const Connection& connection, const Subflow& subflow, std::uint8_t error,
                      Duration after = {});
    Instant swallowedSince(const core::FourTuple& tuple) const;
    core::TcpActivity activity() const;
    core::HealthReport samples() const;
    void establishJoin(Token token, const core::FourTuple& tuple);

    void run(const core::IssuedCommand& command, const core::command::CreateSubflow& create);
    void run(const core::IssuedCommand& command, const core::command::DestroySubflow& destroy);
    void run(const core::IssuedCommand& command, const core::command::ResetSubflow& reset);
    void run(const core::IssuedCommand& command, const core::command::CancelJoin& cancel);
    void run(const core::IssuedCommand& command, const core::command::SetPriority& set);
    void run(const core::IssuedCommand& command, const core::command::Announce& announce);
    void run(const core::IssuedCommand& command, const core::command::RemoveAddress& remove);
    void run(const core::IssuedCommand& command, const core::command::AskIds& ask);
    void run(const core::IssuedCommand& command, const core::command::AskFacts& ask);

    Instant now_{};
    std::uint64_t order_ = 0;
    std::uint32_t nextToken_ = 0x1000;
    std::uint16_t nextPort_ = 40000;
    std::map<Token, Connection> connections_;
    std::map<Endpoint, Answer> answers_;
    std::map<std::pair<IpAddress, IpAddress>, Instant> swallowed_; ///< local and remote
    std::map<LinkIndex, core::network::Link> links_;
    std::set<IpAddress> addresses_;
    std::vector<core::NetworkChange> addressFacts_;
    std::vector<core::network::Route> routes_;
    std::vector<Report> reports_;
};

} // namespace subflowd::test
