// SPDX-License-Identifier: BSD-3-Clause
#include "client.hpp"

#include "dbus/bus_names.hpp"
#include "dbus/sdbus_compat.hpp"
#include "decode.hpp"
#include "failure.hpp"
#include "host/network_namespace.hpp"
#include "manager_proxy.h"
#include "name_owner.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>

namespace subflowd::ctl {

namespace {

/// Small pages keep the daemon free for the kernel's events in between.
constexpr std::uint32_t pageRows = 1000;

CommandFailure unreachable(const std::string& sentence) {
    return {ExitCode::notRunning, sentence};
}

CommandFailure notRunning() {
    return unreachable(
        "subflowd is not running on this bus; start it, or give its bus with --bus.");
}

bool isOneOf(const std::string& name, std::initializer_list<const char*> names) {
    return std::ranges::find(names, name) != names.end();
}

/// What the bus or the daemon answered, with the exit code that fits.
CommandFailure translated(const sdbus::Error& failure) {
    const std::string& name = failure.getName();
    const std::string& message = failure.getMessage();
    if (isOneOf(name, {"org.freedesktop.DBus.Error.ServiceUnknown",
                       "org.freedesktop.DBus.Error.NameHasNoOwner",
                       "org.freedesktop.DBus.Error.NoReply"}))
        return notRunning();
    if (isOneOf(name, {dbus::error::accessDenied, dbus::error::interactionRequired}))
        return {ExitCode::notAuthorised, message};
    if (isOneOf(name,
                {dbus::error::noSuchConnection, dbus::error::noSuchLink, dbus::error::noSuchAddress,
                 dbus::error::noSuchSubflow, dbus::error::noSuchPath, dbus::error::noSuchPolicy,
                 dbus::error::notAnnounced, dbus::error::nothingOrdered}))
        return {ExitCode::nothingMatched, message};
    if (name == dbus::error::invalidArgs)
        return {ExitCode::usage, message};
    if (name == dbus::error::invalidConfiguration)
        return {ExitCode::failed,
                "The configuration cannot be used; the old one stays in force.\n" + message};
    return {ExitCode::failed, message};
}

template <class Call>
auto translating(Call call) {
    try {
        return call();
    } catch (const sdbus::Error& failure) {
        throw translated(failure);
    }
}

std::unique_ptr<sdbus::IConnection> connect(const std::string& bus) {
    try {
        return dbus::compat::openBus(bus);
    } catch (const sdbus::Error& failure) {
        throw unreachable("Cannot connect to the D-Bus '" + bus + "' (" + failure.getMessage() +
                          "); is it running?");
    }
}

std::uint32_t number(Token token) {
    return static_cast<std::uint32_t>(token);
}

dbus::wire::Dictionary arguments(const Client::PathWords& path) {
    dbus::wire::Dictionary arguments;
    for (const auto& [key, value] : path)
        arguments.emplace(key, sdbus::Variant{value});
    return arguments;
}

/// The daemon of this network namespace, if it is one of several on the bus; the only one else.
///
/// A call would start a daemon that is enabled, and with it change who manages connections: that is
/// for whoever wants it to run, not for whoever looks.
std::string nameOfRunningDaemon(sdbus::IConnection& bus) {
    const auto here = static_cast<std::uint64_t>(host::currentNetworkNamespace());
    return translating([&] {
        for (auto name : {dbus::instanceName(here), std::string{dbus::serviceName}})
            if (hasOwner(bus, name))
                return name;
        throw notRunning();
    });
}

/// One packet, one line; empty at the end.
std::string_view receiveLine(int socket, std::span<char> packet) {
    ssize_t size = 0;
    do
        size = ::recv(socket, packet.data(), packet.size(), MSG_TRUNC);
    while (size < 0 && errno == EINTR);
    const auto length = static_cast<std::size_t>(size);
    if (size < 0 || length > packet.size())
        throw CommandFailure(ExitCode::failed, std::string{"The lines broke off: "} +
                                                   std::strerror(size < 0 ? errno : EMSGSIZE) +
                                                   ".");
    const std::string_view line{packet.data(), length};
    return line.substr(0, line.find_last_not_of('\n') + 1);
}

/// Until the daemon ends.
[[noreturn]] void forEachLine(int socket, std::size_t longest,
                              const std::function<void(std::string_view)>& onLine) {
    std::vector<char> packet(longest);
    for (auto line = receiveLine(socket, packet); !line.empty(); line = receiveLine(socket, packet))
        onLine(line);
    throw unreachable("The daemon ended, and the lines with it; it is no longer running.");
}

} // namespace

/// The generated proxy is a base class, so that the connection must be a member beside it.
class ManagerProxy final : public sdbus::ProxyInterfaces<org::subflowd1::Manager_proxy> {
  public:
    ManagerProxy(sdbus::IConnection& connection, const std::string& daemon)
        : ProxyInterfaces(connection, dbus::compat::ServiceName{daemon},
                          sdbus::ObjectPath{dbus::managerPath}) {}

    /// A message knows its bus, and nothing else tells.
    sd_bus* bus() {
        const auto call = getProxy().createMethodCall(dbus::compat::InterfaceName{INTERFACE_NAME},
                                                      dbus::compat::MethodName{"GetStatus"});
        return sd_bus_message_get_bus(dbus::compat::rawMessage(call));
    }

    dbus::wire::ManagedObjects objects() {
        dbus::wire::ManagedObjects objects;
        getProxy()
            .callMethod("GetManagedObjects")
            .onInterface(dbus::objectsInterface)
            .storeResultsTo(objects);
        return objects;
    }
};

class Client::Proxy {
  public:
    explicit Proxy(std::unique_ptr<sdbus::IConnection> connection)
        : connection_(std::move(connection)),
          manager_(*connection_, nameOfRunningDaemon(*connection_)) {}

    ManagerProxy* operator->() { return &manager_; }

    sd_bus* bus() { return manager_.bus(); }

  private:
    std::unique_ptr<sdbus::IConnection> connection_;
    ManagerProxy manager_;
};

Client::Client(const std::string& bus) : proxy_(std::make_unique<Proxy>(connect(bus))) {}

Client::~Client() = default;

Status Client::status() {
    return translating([this] { return decode((*proxy_)->GetStatus()); });
}

bool Client::seesAll() {
    return translating([this] {
        try {
            return (*proxy_)->SeesAll();
        } catch (const sdbus::Error& failure) {
            if (failure.getName() == "org.freedesktop.DBus.Error.UnknownMethod")
                return true; // an older daemon, which shows everybody everything
            throw;
        }
    });
}

std::vector<Connection> Client::connections(const Filter& filter) {
    return translating([&] {
        const auto names = linkNames((*proxy_)->ListLinks());
        std::vector<Connection> all;
        std::uint64_t cursor = 0;
        do {
            const auto [rows, next] =
                (*proxy_)->ListConnections(filterArguments(filter), pageRows, cursor);
            for (const auto& row : rows)
                all.push_back(decode(row, names));
            cursor = next;
        } while (cursor != 0);
        return all;
    });
}

Connection Client::connection(Token token) {
    return translating([&] {
        const auto row = (*proxy_)->GetConnection(static_cast<std::uint32_t>(token));
        return decode(row, linkNames((*proxy_)->ListLinks()));
    });
}

std::vector<Path> Client::explain(Token token) {
    return translating([&] {
        const auto rows = (*proxy_)->Explain(static_cast<std::uint32_t>(token));
        const auto names = linkNames((*proxy_)->ListLinks());
        std::vector<Path> paths;
        paths.reserve(rows.size());
        for (const auto& row : rows)
            paths.push_back(decode(row, names));
        return paths;
    });
}

std::vector<Link> Client::links() {
    return translating([this] {
        std::vector<Link> links;
        for (const auto& link : (*proxy_)->ListLinks())
            links.push_back(decode(link));
        return links;
    });
}

std::vector<Policy> Client::policies() {
    return translating([this] {
        auto policies = decode((*proxy_)->GetStatus()).policies;
        describe(policies, (*proxy_)->objects());
        return policies;
    });
}

void Client::monitor(const Filter& filter, const std::function<void(std::string_view)>& onLine) {
    const auto socket =
        translating([&] { return (*proxy_)->OpenMonitor(filterArguments(filter)); });
    constexpr std::size_t longest = 1 << 14;
    forEachLine(socket.get(), longest, onLine);
}

void Client::record(const std::function<void(std::string_view)>& onLine) {
    const auto socket = translating([&] { return (*proxy_)->Record(); });
    constexpr std::size_t longest = 1 << 22; // a configuration is one line
    forEachLine(socket.get(), longest, onLine);
}

void Client::reload() {
    translating([this] { (*proxy_)->Reload(); });
}

void Client::allowQuestions() {
    constexpr std::uint64_t patience = 150'000'000; // microseconds; the daemon gives up earlier
    translating([this] {
        auto* bus = proxy_->bus();
        sd_bus_set_allow_interactive_authorization(bus, 1);
        sd_bus_set_method_call_timeout(bus, patience);
    });
}

void Client::createSubflow(Token token, const PathWords& path, const std::string& priority) {
    translating([&] { (*proxy_)->CreateSubflow(number(token), arguments(path), priority); });
}

void Client::destroySubflow(Token token, const PathWords& path) {
    translating([&] { (*proxy_)->DestroySubflow(number(token), arguments(path)); });
}

void Client::setPriority(Token token, const PathWords& path, const std::string& priority) {
    translating([&] { (*proxy_)->SetPriority(number(token), arguments(path), priority); });
}

void Client::announce(Token token, const std::string& address) {
    translating([&] { (*proxy_)->Announce(number(token), address); });
}

void Client::withdraw(Token token, const std::string& address) {
    translating([&] { (*proxy_)->Withdraw(number(token), address); });
}

void Client::setPolicies(Token token, const std::vector<std::string>& policies) {
    translating([&] { (*proxy_)->SetPolicies(number(token), policies); });
}

void Client::resetPolicies(Token token) {
    translating([&] { (*proxy_)->ResetPolicies(number(token)); });
}

void Client::setPolicyOptions(const std::string& policy, const PolicyOptions& options) {
    translating([&] { (*proxy_)->SetPolicyOptions(policy, options); });
}

void Client::retry(Token token, const PathWords& path) {
    translating([&] { (*proxy_)->Retry(number(token), arguments(path)); });
}

void Client::release(Token token, const PathWords& path) {
    translating([&] { (*proxy_)->Release(number(token), arguments(path)); });
}

void Client::setLinkRole(const std::string& link, const std::string& role) {
    translating([&] { (*proxy_)->SetLinkRole(link, role); });
}

void Client::drainLink(const std::string& link) {
    translating([&] { (*proxy_)->DrainLink(link); });
}

void Client::undrainLink(const std::string& link) {
    translating([&] { (*proxy_)->UndrainLink(link); });
}

} // namespace subflowd::ctl
