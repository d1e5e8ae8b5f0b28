// SPDX-License-Identifier: BSD-3-Clause
#include "support/fake_kernel.hpp"

#include <subflowd/address_text.hpp>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <string>

namespace subflowd::test {

using namespace core;

namespace {

Endpoint endpoint(std::string_view text) {
    return parseEndpoint(text).value();
}

AddressForm formOf(std::string_view text) {
    return text.starts_with("[::ffff:") ? AddressForm::mapped : AddressForm::plain;
}

} // namespace

void FakeKernel::report(Input input, Duration after) {
    reports_.push_back({now_ + after, ++order_, std::move(input)});
}

void FakeKernel::reportEvent(KernelEvent event, Duration after) {
    if (!losesEvents)
        report(std::move(event), after);
}

Instant FakeKernel::nextReport() const {
    return std::ranges::min_element(reports_, {},
                                    [](const Report& r) {
                                        return std::pair{r.at, r.order};
                                    })
        ->at;
}

Input FakeKernel::takeReport() {
    const auto first = std::ranges::min_element(reports_, {}, [](const Report& r) {
        return std::pair{r.at, r.order};
    });
    auto input = std::move(first->input);
    reports_.erase(first);
    return input;
}

void FakeKernel::forgetReader() {
    std::erase_if(reports_, [this](const Report& report) {
        return report.at <= now_ || !std::holds_alternative<KernelEvent>(report.input);
    });
}

void FakeKernel::answer(std::string_view remote, Answer answer) {
    answers_[endpoint(remote)] = answer;
}

Token FakeKernel::connect(std::string_view local, std::string_view remote, JoinInitial joinInitial,
                          Side side) {
    const auto token = static_cast<Token>(nextToken_++);
    Connection connection;
    connection.facts = {
        token, side, joinInitial, {endpoint(local), endpoint(remote), formOf(local)}};
    Subflow initial;
    initial.tuple = connection.facts.initial;
    initial.established = true;
    initial.since = now_;
    initial.initial = true;
    initial.openedHere = side == Side::client;
    connection.subflows.push_back(initial);
    connections_[token] = connection;
    reportEvent(event::Created{connection.facts});
    return token;
}

void FakeKernel::establish(Token token) {
    auto& connection = connections_.at(token);
    connection.established = true;
    reportEvent(event::Established{connection.facts});
}

void FakeKernel::close(Token token) {
    connections_.erase(token);
    reportEvent(event::Closed{token});
}

void FakeKernel::announceFromPeer(Token token, std::uint8_t id, std::string_view remote) {
    reportEvent(event::Announced{token, static_cast<AddressId>(id), endpoint(remote)});
}

void FakeKernel::withdrawFromPeer(Token token, std::uint8_t id) {
    reportEvent(event::Removed{token, static_cast<AddressId>(id)});
}

void FakeKernel::joinFromPeer(Token token, std::string_view local, std::string_view remote,
                              std::uint8_t remoteId) {
    auto& connection = connections_.at(token);
    Subflow subflow;
    subflow.tuple = {endpoint(local), endpoint(remote)};
    subflow.localId = implicitId(connection, subflow.tuple.local.address);
    subflow.remoteId = static_cast<AddressId>(remoteId);
    subflow.established = true;
    subflow.since = now_;
    subflow.openedHere = false;
    connection.subflows.push_back(subflow);
    reportEvent(event::SubflowEstablished{
        {token, subflow.tuple, subflow.localId, subflow.remoteId, Priority::regular, noLink}});
}

void FakeKernel::closeSubflow(Token token, std::string_view remote, std::uint8_t error) {
    auto& connection = connections_.at(token);
    const auto at = std::ranges::find_if(connection.subflows, [&](const Subflow& subflow) {
        return subflow.tuple.remote == endpoint(remote);
    });
    reportClosed(connection, *at, error);
    connection.subflows.erase(at);
}

void FakeKernel::breakSubflow(Token token, std::string_view local, std::string_view remote,
                              std::uint8_t error) {
    auto& connection = connections_.at(token);
    auto& subflow = find(token, local, remote);
    reportClosed(connection, subflow, error);
    connection.subflows.erase(connection.subflows.begin() + (&subflow - &connection.subflows[0]));
}

void FakeKernel::setPriorityFromPeer(Token token, std::string_view local, std::string_view remote,
                                     Priority priority) {
    auto& subflow = find(token, local, remote);
    subflow.peerPriority = priority;
    reportEvent(event::SubflowPriority{
        {token, subflow.tuple, subflow.localId, subflow.remoteId, priority, noLink}});
}

FakeKernel::Subflow& FakeKernel::find(Token token, std::string_view local,
                                      std::string_view remote) {
    auto& connection = connections_.at(token);
    const auto at = std::ranges::find_if(connection.subflows, [&](const Subflow& subflow) {
        return subflow.tuple.local.address == parseAddress(local) &&
               subflow.tuple.remote == endpoint(remote);
    });
    if (at == connection.subflows.end())
        throw std::out_of_range("no subflow " + std::string{local} + " -> " + std::string{remote});
    return *at;
}

void FakeKernel::reportLoss() {
    losesEvents = false;
    report(EventsLost{});
}

void FakeKernel::closeFirstJoin(Token token, std::uint8_t error) {
    auto& connection = connections_.at(token);
    const auto at = std::ranges::find_if(connection.subflows, [](const Subflow& subflow) {
        return !subflow.initial && subflow.established;
    });
    reportClosed(connection, *at, error);
    connection.subflows.erase(at);
}

void FakeKernel::reportClosed(const Connection& connection, const Subflow& subflow,
                              std::uint8_t error, Duration after) {
    if (!connection.established || connection.halfClosed)
        return; // only while the connection is established
    event::SubflowClosed closed;
    closed.token = connection.facts.token;
    closed.tuple = subflow.tuple;
    closed.localId = subflow.localId;
    closed.remoteId = subflow.remoteId;
    closed.error = error;
    reportEvent(closed, after);
}

void FakeKernel::execute(const IssuedCommand& command) {
    log.push_back(command);
    std::visit([&](const auto& one) { run(command, one); }, command.command);
}

void FakeKernel::listen(const ListenerRequest& request) {
    if (request.action == ListenerRequest::Action::close) {
        listening.erase(request.local);
        return;
    }
    if (listenError == 0)
        listening.insert(request.local);
    report(ListenerOpened{request.local, listenError});
}

void FakeKernel::finish(const IssuedCommand& command, int error, Refusal refusal,
                        std::string message) {
    CommandFinished finished;
    finished.id = command.id;
    finished.refusal = error == 0 ? Refusal::none : refusal;
    finished.error = error;
    finished.message = std::move(message);
    report(finished, acksComeLate ? 2 * roundTrip : Duration{});
}

bool FakeKernel::refuseFor(const IssuedCommand& command, Token token) {
    if (!connections_.contains(token)) {
        finish(command, EINVAL, Refusal::unknownToken, "invalid token");
        return true;
    }
    if (connections_.at(token).kernelManaged) {
        finish(command, EINVAL, Refusal::kernelManaged, "userspace PM not selected");
        return true;
    }
    return false;
}

/// K14: the table is keyed by address and port, and by id; both must agree.
bool FakeKernel::knows(Connection& connection, const IpAddress& address, std::uint16_t port,
                       AddressId id) {
    if (address == connection.facts.initial.local.address)
        return id == initialAddressId;
    for (const auto& entry : connection.table) {
        const bool same = entry.address == address && entry.port == port;
        if (same != (entry.id == id))
            return false;
        if (same)
            return true;
    }
    connection.table.push_back({address, port, id});
    return true;
}

/// K16: a local address that the peer joins gets an id without anybody asking.
AddressId FakeKernel::implicitId(Connection& connection, const IpAddress& address) {
    if (address == connection.facts.initial.local.address)
        return initialAddressId;
    const auto known = std::ranges::find(connection.table, address, &TableEntry::address);
    if (known != connection.table.end())
        return known->id;
    AddressId id{1};
    while (std::ranges::find(connection.table, id, &TableEntry::id) != connection.table.end())
        id = static_cast<AddressId>(static_cast<unsigned>(id) + 1);
    connection.table.push_back({address, 0, id});
    return id;
}

/// K15: the first entry with the address goes, whoever else uses it.
void FakeKernel::forget(Connection& connection, const IpAddress& address) {
    const auto at = std::ranges::find(connection.table, address, &TableEntry::address);
    if (at != connection.table.end())
        connection.table.erase(at);
}

bool FakeKernel::isTaken(const Endpoint& local) const {
    const auto uses = [&local](const Subflow& subflow) { return subflow.tuple.local == local; };
    return takenPorts.contains(local.port) ||
           std::ranges::any_of(connections_, [&uses](const auto& one) {
               return std::ranges::any_of(one.second.subflows, uses);
           });
}

void FakeKernel::run(const IssuedCommand& command, const command::CreateSubflow& create) {
    if (refuseFor(command, create.token))
        return;
    auto& connection = connections_.at(create.token);
    if (!connection.established || connection.halfClosed)
        return finish(command, ENOTCONN, Refusal::byErrno, "connect error: -107");
    if (!knows(connection, create.local, create.localPort, create.localId))
        return finish(command, EINVAL, Refusal::idMismatch, "did not match address and id");
    const auto link = links_.find(create.link);
    int error = 0;
    if (!addresses_.contains(create.local))
        error = EADDRNOTAVAIL;
    else if (link != links_.end() && (!link->second.up || !link->second.carrier))
        error = ENETUNREACH;
    else if (isTaken({create.local, create.localPort}))
        error = EADDRINUSE;
    if (error != 0) {
        forget(connection, create.local);
        return finish(command, error, Refusal::byErrno, "connect error");
    }
    Subflow subflow;
    subflow.tuple = {{create.local, create.localPort == 0 ? nextPort_++ : create.localPort},
                     create.remote};
    subflow.localId = create.localId;
    subflow.remoteId = create.remoteId;
    subflow.priority = create.priority;
    connection.subflows.push_back(subflow);
    finish(command);
    establishJoin(create.token, subflow.tuple);
}

/// The peer's answer to a SYN, a round trip later.
void FakeKernel::establishJoin(Token token, const FourTuple& tuple) {
    auto& connection = connections_.at(token);
    auto& subflow = connection.subflows.back();
    const auto known = answers_.find(tuple.remote);
    auto answer = known == answers_.end() ? Answer::accepts : known->second;
    if (swallowedSince(tuple) != never)
        answer = Answer::silent;
    const auto gone = [&](std::uint8_t error, Duration after) {
        reportClosed(connection, subflow, error, after);
        connection.subflows.pop_back();
    };
    const event::SubflowEstablished up{
        {token, tuple, subflow.localId, subflow.remoteId, Priority::regular, noLink}};
    switch (answer) {
    case Answer::accepts:
        subflow.established = true;
        subflow.since = now_ + roundTrip;
        reportEvent(up, roundTrip);
        break;
    case Answer::rejects:
        reportEvent(up, roundTrip);
        gone(0, 2 * roundTrip);
        break;
    case Answer::refuses:
        gone(ECONNREFUSED, roundTrip);
        break;
    case Answer::notMultipath:
        gone(0, roundTrip);
        break;
    case Answer::silent:
        break;
    }
}

void FakeKernel::run(const IssuedCommand& command, const command::DestroySubflow& destroy) {
    if (refuseFor(command, destroy.token))
        return;
    auto& connection = connections_.at(destroy.token);
    const auto at = std::ranges::find(connection.subflows, destroy.tuple, &Subflow::tuple);
    if (at == connection.subflows.end() || at->tuple.form != destroy.tuple.form)
        return finish(command, ESRCH, Refusal::byErrno, "subflow not found");
    forget(connection, destroy.tuple.local.address);
    finish(command);
    reportClosed(connection, *at, 0);
    connection.subflows.erase(at);
}

void FakeKernel::run(const IssuedCommand& command, const command::ResetSubflow& reset) {
    if (!connections_.contains(reset.token))
        return finish(command, ENOENT);
    auto& connection = connections_.at(reset.token);
    const auto at = std::ranges::find(connection.subflows, reset.tuple, &Subflow::tuple);
    if (at == connection.subflows.end())
        return finish(command, ENOENT);
    finish(command);
    reportClosed(connection, *at, ECONNABORTED);
    connection.subflows.erase(at);
}

/// K24: the event of a cancelled join tells no remote port.
void FakeKernel::run(const IssuedCommand& command, const command::CancelJoin& cancel) {
    if (!connections_.contains(cancel.token))
        return finish(command, ENOENT);
    auto& connection = connections_.at(cancel.token);
    const auto at = std::ranges::find_if(connection.subflows, [&](const Subflow& subflow) {
        return !subflow.established && subflow.tuple.local.address == cancel.local &&
               subflow.tuple.remote == cancel.remote;
    });
    if (at == connection.subflows.end())
        return finish(command, ENOENT);
    finish(command);
    auto closed = *at;
    closed.tuple.remote.port = 0;
    reportClosed(connection, closed, ECONNABORTED);
    connection.subflows.erase(at);
}

void FakeKernel::run(const IssuedCommand& command, const command::SetPriority& set) {
    if (refuseFor(command, set.token))
        return;
    auto& connection = connections_.at(set.token);
    const auto at = std::ranges::find(connection.subflows, set.tuple, &Subflow::tuple);
    if (at == connection.subflows.end())
        return finish(command, EINVAL, Refusal::byErrno, "subflow not found");
    at->priority = set.priority;
    finish(command);
}

void FakeKernel::run(const IssuedCommand& command, const command::Announce& announce) {
    if (refuseFor(command, announce.token))
        return;
    auto& connection = connections_.at(announce.token);
    if (!knows(connection, announce.local.address, announce.local.port, announce.localId))
        return finish(command, EINVAL, Refusal::idMismatch, "did not match address and id");
    connection.announced.push_back(announce.localId);
    finish(command);
}

void FakeKernel::run(const IssuedCommand& command, const command::RemoveAddress& remove) {
    if (refuseFor(command, remove.token))
        return;
    auto& connection = connections_.at(remove.token);
    const auto at = std::ranges::find(connection.table, remove.localId, &TableEntry::id);
    if (remove.localId != initialAddressId && at == connection.table.end())
        return finish(command, EINVAL, Refusal::byErrno, "address with id not found");
    if (at != connection.table.end())
        connection.table.erase(at);
    connection.rmAddrSent.push_back(remove.localId);
    finish(command);
}

void FakeKernel::run(const IssuedCommand& command, const command::AskIds& ask) {
    if (refuseFor(command, ask.token))
        return;
    if (!tellsIds)
        return finish(command, EINVAL, Refusal::byErrno, "missing attribute");
    CommandFinished finished;
    finished.id = command.id;
    for (const auto& entry : connections_.at(ask.token).table)
        finished.ids.push_back({{entry.address, entry.port}, entry.id});
    report(finished);
}

void FakeKernel::run(const IssuedCommand& command, const command::AskFacts& ask) {
    CommandFinished finished;
    finished.id = command.id;
    if (connections_.contains(ask.token))
        finished.facts = ConnectionFacts{owner, mark, 0, boundDevice};
    else
        finished.refusal = Refusal::byErrno;
    finished.controlGroup = controlGroup;
    report(finished, factsTake);
}

} // namespace subflowd::test
