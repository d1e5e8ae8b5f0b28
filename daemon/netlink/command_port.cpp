// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/command_port.hpp"

#include "netlink/ack_codec.hpp"
#include "netlink/command_codec.hpp"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <optional>
#include <utility>
#include <variant>

namespace subflowd::netlink {
namespace {

Socket openFor(int protocol) {
    // an ack takes about 800 bytes of the kernel's account: room for 10 000
    constexpr std::size_t receiveBuffer = 4 * 1024 * 1024;
    auto socket = Socket::open(protocol);
    socket.reportExtendedAcks();
    socket.capAcks();
    socket.forceReceiveBuffer(receiveBuffer);
    socket.bind();
    return socket;
}

/// 0 or errno. Netlink takes a message whole or not at all.
int transmit(const Socket& socket, Bytes bytes) {
    for (;;) {
        if (::send(socket.fd(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
            return 0;
        if (errno != EINTR)
            return errno;
    }
}

core::CommandFinished unanswered(core::CommandId id, int error) {
    core::CommandFinished end;
    end.id = id;
    end.refusal = core::Refusal::unanswered;
    end.error = error;
    return end;
}

core::CommandFinished refused(core::CommandId id, int error) {
    Ack ack;
    ack.id = id;
    ack.error = error;
    return finished(ack);
}

bool isQuery(const core::Command& command) {
    return std::holds_alternative<core::command::ResetSubflow>(command) ||
           std::holds_alternative<core::command::CancelJoin>(command) ||
           std::holds_alternative<core::command::AskFacts>(command);
}

} // namespace

struct CommandPort::Buffers {
    /// Below the default send buffer of a socket, so that a batch always fits.
    alignas(nlmsghdr) std::array<std::byte, 32 * 1024> outgoing;
    alignas(nlmsghdr) std::array<std::byte, maxCommandBytes> prepared;
    /// The most the kernel puts into one datagram of a dump.
    alignas(nlmsghdr) std::array<std::byte, 32 * 1024> incoming;
};

CommandPort::CommandPort(FamilyId family)
    : CommandPort(family, openFor(NETLINK_GENERIC), openFor(NETLINK_SOCK_DIAG)) {}

CommandPort::CommandPort(FamilyId family, Socket commands, Socket queries)
    : commands_(std::move(commands)),
      queries_(std::move(queries)),
      family_(family),
      buffers_(std::make_unique<Buffers>()) {}

CommandPort::~CommandPort() = default;

void CommandPort::queue(std::span<const core::IssuedCommand> commands, Instant now) {
    for (const auto& issued : commands)
        add(issued, now + patience);
}

void CommandPort::prepare(const core::IssuedCommand& command) {
    if (command.id == preparedId_)
        return;
    prepared_ = encode(family_, command, buffers_->prepared);
    preparedId_ = command.id;
    constexpr nlmsghdr nothing{sizeof nothing, NLMSG_NOOP, 0, 0, 0};
    ::send(commands_.fd(), &nothing, sizeof nothing, MSG_DONTWAIT | MSG_NOSIGNAL);
}

bool CommandPort::sendPrepared(core::CommandId id) {
    if (id != std::exchange(preparedId_, {}) ||
        transmit(commands_, Bytes(buffers_->prepared).first(prepared_)) != 0)
        return false;
    sentAhead_ = id;
    return true;
}

void CommandPort::add(const core::IssuedCommand& issued, Instant deadline) {
    if (isQuery(issued.command)) {
        send();
        ask(issued, deadline);
    } else if (const auto* ids = std::get_if<core::command::AskIds>(&issued.command)) {
        send();
        const bool idle = dumps_.empty();
        dumps_.push({issued.id, deadline, ids->token});
        if (idle)
            startDump();
    } else {
        batch(issued, deadline);
    }
}

void CommandPort::batch(const core::IssuedCommand& issued, Instant deadline) {
    if (buffers_->outgoing.size() - batched_ < maxCommandBytes)
        send();
    if (issued.id != std::exchange(sentAhead_, {}))
        batched_ += encode(family_, issued, std::span(buffers_->outgoing).subspan(batched_));
    requests_.push({issued.id, deadline});
}

void CommandPort::send() {
    const Bytes sent(buffers_->outgoing.data(), std::exchange(batched_, 0));
    sentAhead_ = {};
    const int error = sent.empty() ? 0 : transmit(commands_, sent);
    if (error != 0)
        forEachMessage(sent, [&](const Message& message) {
            giveUp(requests_, core::CommandId{message.header.nlmsg_seq}, error);
        });
}

/// The kernel runs one dump a socket; another one would end with EBUSY.
void CommandPort::startDump() {
    dumped_.clear();
    while (!dumps_.empty()) {
        const core::IssuedCommand dump{dumps_.oldest().id,
                                       core::command::AskIds{dumps_.oldest().token}};
        const auto length = encode(family_, dump, buffers_->outgoing);
        const int error = transmit(commands_, Bytes(buffers_->outgoing).first(length));
        if (error == 0)
            return;
        giveUp(dumps_, dump.id, error);
    }
}

void CommandPort::ask(const core::IssuedCommand& issued, Instant deadline) {
    asked_.push({issued.id, deadline, issued.command});
    if (const auto* join = std::get_if<core::command::CancelJoin>(&issued.command)) {
        search_.add(issued.id, *join);
        return startSearch();
    }
    alignas(nlmsghdr) std::array<std::byte, maxQueryBytes> buffer;
    const auto* facts = std::get_if<core::command::AskFacts>(&issued.command);
    const auto length =
        facts != nullptr
            ? encodeFactsQuery(issued.id, facts->token, buffer)
            : encodeLookup(issued.id, std::get<core::command::ResetSubflow>(issued.command),
                           buffer);
    if (const int error = transmit(queries_, Bytes(buffer).first(length)); error != 0)
        giveUp(asked_, issued.id, error);
}

void CommandPort::startSearch() {
    alignas(nlmsghdr) std::array<std::byte, maxQueryBytes> buffer;
    while (const auto length = search_.begin(buffer)) {
        const int error = transmit(queries_, Bytes(buffer).first(length));
        if (error == 0)
            return;
        giveUpSearch(error);
    }
}

void CommandPort::giveUpSearch(int error) {
    for (const auto& sought : search_.end())
        if (asked_.find(sought.id) != nullptr)
            giveUp(asked_, sought.id, error);
}

template <class Waiting>
void CommandPort::giveUp(Outstanding<Waiting>& waiting, core::CommandId id, int error) {
    failed_.push_back(unanswered(id, error));
    waiting.remove(id);
}

template <class Waiting>
void CommandPort::giveUpAll(Outstanding<Waiting>& waiting) {
    while (!waiting.empty())
        giveUp(waiting, waiting.oldest().id, ENOBUFS);
}

template <class Waiting>
void CommandPort::giveUpDue(Outstanding<Waiting>& waiting, Instant now) {
    while (!waiting.empty() && waiting.oldest().deadline <= now)
        giveUp(waiting, waiting.oldest().id, ETIMEDOUT);
}

void CommandPort::receive(Finished& finished) {
    // of what was given up, or there would be no call
    const bool strays = !expectsCommandReplies() && !expectsQueryReplies();
    if (strays || expectsCommandReplies())
        receiveCommandReplies(finished);
    if (strays || expectsQueryReplies())
        receiveQueryReplies(finished);
    reportFailed(finished);
}

bool CommandPort::expectsCommandReplies() const {
    return !requests_.empty() || !dumps_.empty();
}

bool CommandPort::expectsQueryReplies() const {
    return !asked_.empty();
}

void CommandPort::receiveCommandReplies(Finished& finished) {
    const auto commandLoss = readAll(
        commands_, [&](const Message& message) { takeCommandReply(message, finished); },
        [this] { return expectsCommandReplies(); });
    // the kernel answers while it takes the request: what did not come until now was dropped
    if (commandLoss == Loss::answers) {
        giveUpAll(requests_);
        giveUpAll(dumps_);
    }
}

void CommandPort::receiveQueryReplies(Finished& finished) {
    const auto queryLoss = readAll(
        queries_, [&](const Message& message) { takeQueryReply(message, finished); },
        [this] { return expectsQueryReplies(); });
    if (queryLoss == Loss::answers) {
        giveUpAll(asked_);
        search_.clear();
    }
}

/// Nothing more comes when everything was answered, so nobody need ask.
template <class Take, class Expects>
CommandPort::Loss CommandPort::readAll(const Socket& socket, Take take, Expects expects) {
    auto loss = Loss::none;
    for (;;) {
        sockaddr_nl sender{};
        socklen_t senderLength = sizeof sender;
        auto& buffer = buffers_->incoming;
        const auto length =
            ::recvfrom(socket.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_TRUNC,
                       reinterpret_cast<sockaddr*>(&sender), &senderLength);
        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0 && errno == ENOBUFS && loss == Loss::none) {
            loss = Loss::answers;
            continue;
        }
        if (length <= 0)
            return loss;
        const auto received = std::min(static_cast<std::size_t>(length), buffer.size());
        if (sender.nl_pid == 0)
            forEachMessage(Bytes(buffer).first(received), take);
        if (!expects())
            return loss;
    }
}

void CommandPort::takeCommandReply(const Message& message, Finished& finished) {
    const auto id = core::CommandId{message.header.nlmsg_seq};
    const bool ofDump = !dumps_.empty() && dumps_.oldest().id == id;
    if (const auto known = ofDump ? decodeKnownId(message) : std::nullopt) {
        dumped_.push_back(*known);
    } else if (const auto ack = decodeAck(message); ack && ofDump) {
        endDump(netlink::finished(*ack), finished);
    } else if (ack && requests_.find(id) != nullptr) {
        finished.push_back(netlink::finished(*ack));
        requests_.remove(id);
    }
}

void CommandPort::endDump(core::CommandFinished end, Finished& finished) {
    end.ids = dumped_;
    dumps_.remove(end.id);
    finished.push_back(std::move(end));
    startDump();
}

void CommandPort::takeQueryReply(const Message& message, Finished& finished) {
    const auto ack = decodeAck(message);
    if (search_.underWay() && search_.id() == core::CommandId{message.header.nlmsg_seq}) {
        if (ack)
            endSearch(ack->error, finished);
        else
            search_.take(message);
    } else if (const auto socket = decodeSocket(message)) {
        takeSocket(*socket, finished);
    } else if (ack && asked_.find(ack->id) != nullptr) {
        finished.push_back(netlink::finished(*ack));
        asked_.remove(ack->id);
    }
}

void CommandPort::takeSocket(const FoundSocket& socket, Finished& finished) {
    const auto* query = asked_.find(socket.id);
    if (query == nullptr)
        return;
    const auto* reset = std::get_if<core::command::ResetSubflow>(&query->command);
    if (reset != nullptr && isSubflow(socket, reset->tuple))
        return destroy(socket);
    finished.push_back(refused(socket.id, reset != nullptr ? ENOENT : 0));
    if (reset == nullptr)
        finished.back().facts = socket.facts;
    asked_.remove(socket.id);
}

void CommandPort::destroy(const FoundSocket& socket) {
    alignas(nlmsghdr) std::array<std::byte, maxQueryBytes> buffer;
    const auto length = encodeDestroy(socket, buffer);
    if (const int error = transmit(queries_, Bytes(buffer).first(length)); error != 0)
        giveUp(asked_, socket.id, error);
}

/// Joins that were given up in the meantime are no longer in asked_.
void CommandPort::endSearch(int error, Finished& finished) {
    for (const auto& sought : search_.end()) {
        if (asked_.find(sought.id) == nullptr)
            continue;
        if (error == 0 && sought.found) {
            destroy(*sought.found);
        } else {
            finished.push_back(refused(sought.id, error != 0 ? error : ENOENT));
            asked_.remove(sought.id);
        }
    }
    startSearch();
}

void CommandPort::expire(Instant now, Finished& finished) {
    const bool dumping = !dumps_.empty();
    const auto underWay = dumping ? dumps_.oldest().id : core::CommandId{};
    giveUpDue(requests_, now);
    giveUpDue(asked_, now);
    giveUpDue(dumps_, now);
    if (search_.underWay() && asked_.find(search_.id()) == nullptr) {
        giveUpSearch(ETIMEDOUT);
        startSearch();
    }
    if (dumping && (dumps_.empty() || dumps_.oldest().id != underWay))
        startDump();
    reportFailed(finished);
}

void CommandPort::reportFailed(Finished& finished) {
    std::move(failed_.begin(), failed_.end(), std::back_inserter(finished));
    failed_.clear();
}

Instant CommandPort::nextDeadline() const {
    if (!failed_.empty())
        return Instant{};
    auto next = never;
    if (!requests_.empty())
        next = std::min(next, requests_.oldest().deadline);
    if (!dumps_.empty())
        next = std::min(next, dumps_.oldest().deadline);
    if (!asked_.empty())
        next = std::min(next, asked_.oldest().deadline);
    return next;
}

} // namespace subflowd::netlink
