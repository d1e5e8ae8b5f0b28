// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/answer.hpp"
#include "dbus/bus_names.hpp"
#include "dbus/encode.hpp"
#include "dbus/filter_arguments.hpp"
#include "dbus/manager.hpp"
#include "dbus/notation.hpp"
#include "dbus/pages.hpp"
#include "dbus/pending.hpp"
#include "dbus/sdbus_compat.hpp"

#include <memory>
#include <system_error>
#include <tuple>
#include <utility>

/// The methods that show connections. Their arguments are read first; then it is asked what the
/// caller may see, and for those who see only their own connections, which those are.
namespace subflowd::dbus {

namespace {

using Rows = std::tuple<std::vector<wire::Connection>, std::uint64_t>;

/// Keeps a page under 20 ms of the daemon's time.
constexpr std::uint32_t mostRows = 10'000;

/// Each costs a list of all sockets.
constexpr std::size_t mostAskingOwners = 64;

void requireLimit(std::uint32_t limit) {
    if (limit == 0 || limit > mostRows)
        throw compat::makeError(error::invalidArgs, "The limit must be from 1 to " +
                                                        std::to_string(mostRows) + ", not " +
                                                        std::to_string(limit) + ".");
}

template <class Pending>
void refuse(const Pending& pending, const sdbus::Error& failure) {
    try {
        pending->returnError(failure);
    } catch (const sdbus::Error&) {
        // The bus is gone, and with it whoever asked.
    }
}

template <class Pending, class Value>
void reply(const Pending& pending, const Value& value) {
    pending->returnResults(value);
}

template <class Pending, class... Values>
void reply(const Pending& pending, const std::tuple<Values...>& all) {
    std::apply([&pending](const auto&... values) { pending->returnResults(values...); }, all);
}

/// Replies with what is made, or with the error that it throws.
template <class Pending, class Make>
void answer(const Pending& pending, Make make) {
    try {
        reply(pending, make());
    } catch (const sdbus::Error& failure) {
        refuse(pending, failure);
    }
}

Rows rowsOf(const Host& host, const ConnectionFilter& filter, const Page& page) {
    const auto now = host.now();
    std::vector<wire::Connection> rows;
    rows.reserve(page.tokens.size());
    for (const auto token : page.tokens)
        if (const auto report = host.engine().report(token); report && matches(filter, *report))
            rows.push_back(dbus::encode(*report, now));
    return {std::move(rows), page.next};
}

} // namespace

/// Goes on with what the caller may see.
template <class Pending, class Then>
void Manager::look(const Pending& pending, Then then) {
    authority_.look(caller(), [pending, then = std::move(then)](const auto& seen) {
        if (const auto* failure = std::get_if<sdbus::Error>(&seen))
            refuse(pending, *failure);
        else
            then(std::get<Sight>(seen));
    });
}

/// Goes on with the owners of all connections.
template <class Pending, class Then>
void Manager::askOwners(const Pending& pending, Then then) {
    if (askingOwners_ >= mostAskingOwners)
        return refuse(pending,
                      compat::makeError(error::limitsExceeded,
                                        "Too many callers wait for the kernel to say whose "
                                        "connections are: try again later."));
    ++askingOwners_;
    host_.askOwners([this, then = std::move(then)](const Owners& owners) {
        --askingOwners_;
        then(owners);
    });
}

/// What is others' and what is not there look the same.
void Manager::requireSight(const Sight& sight, Token token) {
    if (!sight.only || host_.ownerOf(token) == sight.only)
        return;
    throw compat::makeError(
        error::accessDenied,
        "You have no connection with the token " + tokenText(token) +
            "; those of others are shown to root, the daemon's own user and those whom polkit "
            "authorises (" +
            action::see + ").");
}

void Manager::SeesAll(sdbus::Result<bool>&& result) {
    const auto pending = keep(std::move(result));
    look(pending,
         [pending](const Sight& sight) { answer(pending, [&sight] { return !sight.only; }); });
}

void Manager::ListConnections(sdbus::Result<std::vector<wire::Connection>, std::uint64_t>&& result,
                              wire::Dictionary arguments, std::uint32_t limit,
                              std::uint64_t cursor) {
    requireLimit(limit);
    const auto filter = connectionFilter(arguments, host_.engine().links());
    const auto pending = keep(std::move(result));
    const auto show = [this, pending, filter, limit, cursor](std::vector<Token> tokens) {
        answer(pending,
               [&] { return rowsOf(host_, filter, pageOf(std::move(tokens), limit, cursor)); });
    };
    look(pending, [this, pending, show](const Sight& sight) {
        if (!sight.only)
            return show(host_.engine().tokens());
        askOwners(pending, [this, show, user = *sight.only](const Owners& owners) {
            show(ownedBy(user, owners, host_.engine().tokens()));
        });
    });
}

core::ConnectionReport Manager::connection(Token token) const {
    auto report = host_.engine().report(token);
    if (!report)
        throw noSuchConnection(token);
    return *std::move(report);
}

void Manager::GetConnection(sdbus::Result<wire::Connection>&& result, std::uint32_t number) {
    const auto pending = keep(std::move(result));
    look(pending, [this, pending, token = Token{number}](const Sight& sight) {
        answer(pending, [&] {
            requireSight(sight, token);
            return encode(connection(token), host_.now());
        });
    });
}

void Manager::Explain(sdbus::Result<std::vector<wire::Path>>&& result, std::uint32_t number) {
    const auto pending = keep(std::move(result));
    look(pending, [this, pending, token = Token{number}](const Sight& sight) {
        answer(pending, [&] {
            requireSight(sight, token);
            const auto now = host_.now();
            const auto known = connection(token);
            std::vector<wire::Path> paths;
            for (const auto& path : host_.engine().explain(now, known.token))
                paths.push_back(encode(path, now));
            return paths;
        });
    });
}

void Manager::OpenMonitor(sdbus::Result<sdbus::UnixFd>&& result, wire::Dictionary arguments) {
    const auto filter = changeFilter(arguments, host_.engine().links());
    const auto pending = keep(std::move(result));
    look(pending, [this, pending, filter](const Sight& sight) {
        if (!sight.only)
            return answer(pending, [&] { return openMonitor(filter, std::nullopt); });
        const auto user = *sight.only;
        if (filter.token)
            return answer(pending, [&] {
                requireSight(sight, *filter.token);
                return openMonitor(filter, OwnChanges{user, {*filter.token}});
            });
        askOwners(pending, [this, pending, filter, user](const Owners& owners) {
            answer(pending, [&] { return openMonitor(filter, changesOf(user, owners)); });
        });
    });
}

/// Whoever opened a connection while the kernel listed them was perhaps not among those listed.
OwnChanges Manager::changesOf(UserId user, const Owners& owners) {
    const auto tokens = host_.engine().tokens();
    auto own = ownedBy(user, owners, tokens);
    for (const auto token : tokens)
        if (!owners.contains(token) && host_.ownerOf(token) == user)
            own.push_back(token);
    return {user, own};
}

sdbus::UnixFd Manager::openMonitor(const ChangeFilter& filter, std::optional<OwnChanges> own) {
    if (monitors_.size() >= Monitors::most)
        throw compat::makeError(error::limitsExceeded, "Too many monitors are open: " +
                                                           std::to_string(monitors_.size()) + ".");
    try {
        return sdbus::UnixFd{monitors_.open(filter, std::move(own)).release(), sdbus::adopt_fd};
    } catch (const std::system_error& failure) {
        throw sdbus::createError(failure.code().value(), "The monitor cannot be opened");
    }
}

} // namespace subflowd::dbus
