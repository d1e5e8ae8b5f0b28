// SPDX-License-Identifier: BSD-3-Clause
#include "core/request_handler.hpp"

#include "core/reasons.hpp"
#include "core/records.hpp"
#include "core/reporter.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

namespace subflowd::core {

namespace {

using Effect = OpenRequest::Effect;
using Wish = AnnouncementOrder::Wish;

/// In the order of Request.
constexpr std::array<const char*, std::variant_size_v<Request>> names{"a subflow",
                                                                      "the end of a subflow",
                                                                      "a priority",
                                                                      "an announcement",
                                                                      "a withdrawal",
                                                                      "other policies",
                                                                      "its policies",
                                                                      "another attempt",
                                                                      "orders be forgotten",
                                                                      "a role",
                                                                      "a drain"};

Token tokenOf(const Request& request) {
    return std::visit(
        [](const auto& one) {
            if constexpr (requires { one.token; })
                return one.token;
            else
                return Token{};
        },
        request);
}

bool fits(const World& world, const request::PathName& name, LocalRef ref) {
    const auto& local = world.links.local(ref);
    return (!name.local || *name.local == local.address) &&
           (name.link == noLink || name.link == local.link);
}

bool fits(const World& world, const request::PathName& name, LocalRef local, RemoteRef ref) {
    const auto& remote = world.remotes[ref].endpoint;
    return fits(world, name, local) && (!name.remote || *name.remote == remote.address) &&
           (name.remotePort == 0 || name.remotePort == remote.port);
}

std::optional<Wish> wishOf(const Orders* orders, LocalRef local, std::uint16_t port) {
    const auto* order = orders ? orders->findAnnouncement(local, port) : nullptr;
    return order ? std::optional{order->wish} : std::nullopt;
}

const ReasonText* whyNotManaged(Mode mode, ManagedBy managedBy) {
    if (mode == Mode::observe)
        return &reasons::observing;
    if (mode == Mode::kernel)
        return &reasons::kernelDecides;
    return managedBy == ManagedBy::kernel ? &reasons::kernelManages : nullptr;
}

} // namespace

void RequestHandler::handle(const Requested& requested) {
    world_.log(LogRecord::Level::info,
               std::string{"an operator asks for "} + names[requested.request.index()],
               tokenOf(requested.request));
    std::visit([&](const auto& one) { apply(requested.id, one); }, requested.request);
}

void RequestHandler::answer(RequestId id, RequestResult result, std::string message) {
    world_.outcome.answers.push_back({id, result, 0, std::move(message)});
}

Connection* RequestHandler::manageable(RequestId id, Token token) {
    auto* connection = world_.connections.find(token);
    if (!connection || connection->partial) {
        answer(id, RequestResult::noSuchConnection, "there is no such connection");
        return nullptr;
    }
    if (const auto* obstacle = whyNotManaged(world_.configuration->mode, connection->managedBy)) {
        answer(id, RequestResult::notManaged, std::string{obstacle->sentence});
        return nullptr;
    }
    return connection;
}

Connection* RequestHandler::established(RequestId id, Token token) {
    auto* connection = manageable(id, token);
    if (connection && connection->state != ConnectionState::established) {
        answer(id, RequestResult::notEstablished, std::string{reasons::notEstablished.sentence});
        return nullptr;
    }
    return connection;
}

void RequestHandler::apply(RequestId id, const request::CreateSubflow& create) {
    auto* connection = established(id, create.token);
    if (!connection)
        return;
    const auto& initial = world_.remotes[connection->remote].endpoint;
    const auto port = create.path.remotePort != 0 ? create.path.remotePort : initial.port;
    const Endpoint remote{create.path.remote.value_or(initial.address), port};
    const auto local = localFor(create.path, remote);
    if (!local)
        return answer(id, RequestResult::noSuchAddress,
                      "this host has no such address of the remote's family there");
    if (!world_.orders.hasRoom(connection->token))
        return answer(id, RequestResult::limitReached, "the connection has too many orders");
    const auto ref = world_.remotes.acquire(remote);
    const bool isInitial = ref == connection->remote && connection->side == Side::client;
    const auto index =
        records::ensurePath(world_, *connection, *local, ref,
                            isInitial ? RemoteOrigin::initial : RemoteOrigin::announced);
    world_.remotes.release(ref);
    auto& path = connection->paths[index];
    records::forgive(world_, *connection, path);
    place(*connection, opened(id, *connection, path),
          {*local, ref, Presence::wanted, create.priority});
}

void RequestHandler::apply(RequestId id, const request::DestroySubflow& destroy) {
    auto* connection = established(id, destroy.token);
    if (!connection)
        return;
    const auto index = pathOfSubflow(id, *connection, destroy.path);
    if (!index)
        return;
    const auto& path = connection->paths[*index];
    auto open = opened(id, *connection, path);
    open.effect = Effect::ended;
    place(*connection, open, {path.local, path.remote, Presence::away, std::nullopt});
}

void RequestHandler::apply(RequestId id, const request::SetPriority& set) {
    auto* connection = established(id, set.token);
    if (!connection)
        return;
    const auto index = pathOfSubflow(id, *connection, set.path);
    if (!index)
        return;
    const auto& path = connection->paths[*index];
    const auto& local = world_.links.local(path.local);
    if (set.priority == Priority::regular && (local.drained || local.role == Role::backup))
        return answer(id, RequestResult::refused,
                      local.drained ? "its link is drained" : "the role of its link is backup");
    auto open = opened(id, *connection, path);
    open.effect = Effect::prioritised;
    open.priority = set.priority;
    auto order = open.formerly;
    order.priority = set.priority;
    place(*connection, open, order);
}

void RequestHandler::apply(RequestId id, const request::Announce& announce) {
    auto* connection = manageable(id, announce.token);
    if (!connection)
        return;
    const auto local = localAt(announce.local.address);
    if (!local)
        return answer(id, RequestResult::noSuchAddress, "this host has no such address");
    const auto port = records::saidPort(*connection, announce.local.port);
    if (port == 0 && announce.local.address == world_.links.local(connection->local).address)
        return answer(id, RequestResult::refused,
                      "the peer knows the address: the connection began there");
    if (!world_.orders.hasRoom(connection->token))
        return answer(id, RequestResult::limitReached, "the connection has too many orders");
    OpenRequest open;
    open.id = id;
    open.token = connection->token;
    open.effect = Effect::announced;
    open.local = *local;
    open.port = port;
    place(*connection, open, Wish::announced);
}

void RequestHandler::apply(RequestId id, const request::Withdraw& withdraw) {
    auto* connection = manageable(id, withdraw.token);
    if (!connection)
        return;
    const auto port = records::saidPort(*connection, withdraw.local.port);
    const auto own = std::ranges::find_if(connection->announcements, [&](const auto& each) {
        return world_.links.local(each.local).address == withdraw.local.address &&
               each.port == port;
    });
    if (own == connection->announcements.end())
        return answer(id, RequestResult::notAnnounced,
                      "the address is not announced on the connection");
    OpenRequest open;
    open.id = id;
    open.token = connection->token;
    open.effect = Effect::withdrawn;
    open.local = own->local;
    open.localId = own->id;
    open.port = port;
    place(*connection, open, Wish::withdrawn);
}

void RequestHandler::apply(RequestId id, const request::SetPolicies& set) {
    auto* connection = manageable(id, set.token);
    if (!connection)
        return;
    PolicyOrder order{set.policies, {}};
    for (const auto& name : set.policies) {
        const auto policy = findPolicy(*world_.configuration, connection->rule, name);
        if (!policy)
            return answer(id, RequestResult::noSuchPolicy, "there is no policy " + name);
        order.chain.push_back(*policy);
    }
    world_.orders.set(connection->token, std::move(order));
    evaluator_.evaluate(world_, *connection);
    answer(id, RequestResult::done);
}

void RequestHandler::apply(RequestId id, const request::ResetPolicies& reset) {
    auto* connection = manageable(id, reset.token);
    if (!connection)
        return;
    world_.orders.set(connection->token, std::nullopt);
    evaluator_.evaluate(world_, *connection);
    answer(id, RequestResult::done);
}

void RequestHandler::apply(RequestId id, const request::Retry& retry) {
    auto* connection = manageable(id, retry.token);
    if (!connection)
        return;
    const bool all = retry.path == request::PathName{};
    bool found = all;
    if (all)
        connection->released = world_.now;
    for (auto& path : connection->paths) {
        if (!all && !fits(world_, retry.path, path.local, path.remote))
            continue;
        records::forgive(world_, *connection, path);
        found = true;
    }
    if (!found)
        return answer(id, RequestResult::noSuchPath, "the connection has no such path");
    evaluator_.evaluate(world_, *connection);
    answer(id, RequestResult::done);
}

void RequestHandler::apply(RequestId id, const request::Release& release) {
    auto* connection = manageable(id, release.token);
    if (!connection)
        return;
    bool released = world_.orders.of(connection->token) != nullptr;
    if (released && release.path == request::PathName{}) {
        world_.orders.forget(world_.links, world_.remotes, connection->token);
    } else if (released) {
        released = releasePaths(*connection, release.path);
        released = releaseAnnouncements(*connection, release.path) || released;
    }
    if (!released)
        return answer(id, RequestResult::nothingOrdered, "nothing of the kind was ordered");
    evaluator_.evaluate(world_, *connection);
    answer(id, RequestResult::done);
}

bool RequestHandler::releasePaths(const Connection& connection, const request::PathName& name) {
    const auto paths = world_.orders.of(connection.token)->paths;
    bool released = false;
    for (const auto& order : paths) {
        if (!fits(world_, name, order.local, order.remote))
            continue;
        released = true;
        world_.orders.set(world_.links, world_.remotes, connection.token,
                          {order.local, order.remote, Presence::asPlanned, std::nullopt});
    }
    return released;
}

/// An announcement has no remote, so who names one does not mean it.
bool RequestHandler::releaseAnnouncements(const Connection& connection,
                                          const request::PathName& name) {
    const auto* orders = world_.orders.of(connection.token);
    if (!orders || name.remote || name.remotePort != 0)
        return false;
    const auto announcements = orders->announcements;
    bool released = false;
    for (const auto& order : announcements) {
        const bool samePort = name.localPort == 0 || name.localPort == order.port;
        if (!samePort || !fits(world_, name, order.local))
            continue;
        released = true;
        world_.orders.set(world_.links, connection.token, order.local, order.port, std::nullopt);
    }
    return released;
}

void RequestHandler::apply(RequestId id, const request::SetRole& set) {
    const auto name = existingLink(id, set.link);
    if (name.empty())
        return;
    world_.links.orderRole(std::string{name}, set.role);
    world_.sweepWanted = true;
    answer(id, RequestResult::done);
}

void RequestHandler::apply(RequestId id, const request::Drain& drain) {
    const auto name = existingLink(id, drain.link);
    if (name.empty())
        return;
    world_.links.orderDrain(std::string{name}, drain.draining);
    world_.sweepWanted = true;
    answer(id, RequestResult::done);
}

std::string_view RequestHandler::existingLink(RequestId id, LinkIndex link) {
    const auto name = world_.links.name(link);
    if (name.empty())
        answer(id, RequestResult::noSuchLink, "there is no such link");
    return name;
}

/// The path of the subflows that are called so.
std::optional<std::uint16_t> RequestHandler::pathOfSubflow(RequestId id,
                                                           const Connection& connection,
                                                           const request::PathName& name) {
    std::optional<std::uint16_t> found;
    for (const auto& subflow : connection.subflows) {
        const auto& path = connection.paths[subflow.path];
        const bool samePort = name.localPort == 0 || name.localPort == subflow.localPort;
        if (subflow.closing || !samePort || !fits(world_, name, path.local, path.remote))
            continue;
        if (found && *found != subflow.path) {
            answer(id, RequestResult::ambiguous,
                   "more than one subflow is called so: name its remote, too");
            return std::nullopt;
        }
        found = subflow.path;
    }
    if (!found)
        answer(id, RequestResult::noSuchSubflow, "the connection has no such subflow");
    return found;
}

/// The local address that is meant; of several the first that can be used.
std::optional<LocalRef> RequestHandler::localFor(const request::PathName& name,
                                                 const Endpoint& remote) const {
    std::optional<LocalRef> found;
    for (std::size_t i = 0; i < world_.links.localCount(); ++i) {
        const auto ref = static_cast<LocalRef>(i);
        const auto& local = world_.links.local(ref);
        if (!local.present || local.address.family() != remote.address.family() ||
            !fits(world_, name, ref))
            continue;
        if (world_.links.usability(ref, remote.address) == Usability::usable)
            return ref;
        if (!found)
            found = ref;
    }
    return found;
}

std::optional<LocalRef> RequestHandler::localAt(const IpAddress& address) const {
    for (std::size_t i = 0; i < world_.links.localCount(); ++i) {
        const auto ref = static_cast<LocalRef>(i);
        if (world_.links.local(ref).present && world_.links.local(ref).address == address)
            return ref;
    }
    return std::nullopt;
}

OpenRequest RequestHandler::opened(RequestId id, const Connection& connection,
                                   const Path& path) const {
    OpenRequest open;
    open.id = id;
    open.token = connection.token;
    open.local = path.local;
    open.remote = path.remote;
    open.formerly = {path.local, path.remote, Presence::asPlanned, std::nullopt};
    if (const auto* orders = world_.orders.of(connection.token))
        if (const auto* known = orders->find(path.local, path.remote))
            open.formerly = *known;
    return open;
}

void RequestHandler::place(Connection& connection, const OpenRequest& open,
                           const PathOrder& order) {
    world_.orders.set(world_.links, world_.remotes, connection.token, order);
    evaluator_.evaluate(world_, connection);
    if (const auto refused = objection(connection, open)) {
        open_.undo(open);
        forgetUntried(connection, open);
        world_.outcome.answers.push_back(*refused);
        return;
    }
    open_.add(open);
}

void RequestHandler::place(Connection& connection, const OpenRequest& open, Wish wish) {
    auto placed = open;
    placed.formerWish = wishOf(world_.orders.of(connection.token), open.local, open.port);
    world_.orders.set(world_.links, connection.token, open.local, open.port, wish);
    evaluator_.evaluate(world_, connection);
    open_.add(placed);
}

/// Why a subflow that was ordered is not even asked for.
std::optional<RequestFinished> RequestHandler::objection(const Connection& connection,
                                                         const OpenRequest& open) {
    const bool follows = open.effect != Effect::created || open_.isMet(connection, open) ||
                         open_.commandFor(open) != CommandId{} ||
                         connection.factsState == FactsState::asked;
    if (follows)
        return std::nullopt;
    const auto& local = world_.links.local(open.local);
    for (const auto& path : reporter::explain(world_, planner_, connection)) {
        const bool same = path.local == local.address && path.link == local.link &&
                          path.remote == world_.remotes[open.remote].endpoint;
        if (!same || path.reason.text == &reasons::operatorCreated)
            continue;
        const bool limited = path.reason.text == &reasons::connectionLimit;
        return RequestFinished{open.id,
                               limited ? RequestResult::limitReached : RequestResult::refused, 0,
                               sentenceOf(path.reason)};
    }
    return std::nullopt;
}

/// A path that was never tried is of no interest to anybody.
void RequestHandler::forgetUntried(Connection& connection, const OpenRequest& open) {
    const auto* path = records::findPath(connection, open.local, open.remote);
    const auto* orders = world_.orders.of(connection.token);
    const bool ordered = orders && orders->find(open.local, open.remote);
    if (!path || ordered || path->tried != Instant{} || path->lastChange != Instant{})
        return;
    records::removePath(world_, connection,
                        static_cast<std::size_t>(path - connection.paths.data()));
}

} // namespace subflowd::core
