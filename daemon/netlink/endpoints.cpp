// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/endpoints.hpp"

#include "netlink/ack_codec.hpp"
#include "netlink/mptcp_uapi.hpp"

#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include <functional>
#include <new>
#include <stdexcept>
#include <string>

namespace subflowd::netlink {
namespace {

using core::EndpointFlags;
namespace attribute = uapi::address_attribute;
namespace flag = uapi::address_flag;

static_assert(static_cast<EndpointFlags>(flag::signal) == EndpointFlags::signal);
static_assert(static_cast<EndpointFlags>(flag::subflow) == EndpointFlags::subflow);
static_assert(static_cast<EndpointFlags>(flag::backup) == EndpointFlags::backup);
static_assert(static_cast<EndpointFlags>(flag::fullmesh) == EndpointFlags::fullmesh);
static_assert(static_cast<EndpointFlags>(flag::implicit) == EndpointFlags::implicit);
static_assert(static_cast<EndpointFlags>(flag::laminar) == EndpointFlags::laminar);

/// There is room for far more than is put into a request here: only memory can be lacking.
void check(int code) {
    if (code < 0)
        throw std::bad_alloc{};
}

template <class Value>
void put(const ControlRequest& request, int type, const Value& value) {
    check(nla_put(request.get(), type, sizeof value, &value));
}

void put(const ControlRequest& request, const IpAddress& address) {
    const bool v4 = address.family() == Family::ipv4;
    put(request, attribute::family, static_cast<std::uint16_t>(v4 ? AF_INET : AF_INET6));
    check(nla_put(request.get(), v4 ? attribute::address4 : attribute::address6, v4 ? 4 : 16,
                  address.bytes().data()));
}

/// A request about one endpoint, whose attributes `fill` puts.
Answer ask(FamilyId family, std::uint8_t command,
           const std::function<void(const ControlRequest&)>& fill) {
    const auto request = controlRequest(family, command);
    auto* nest = nla_nest_start(request.get(), NLA_F_NESTED | uapi::command_attribute::address);
    check(nest == nullptr ? -1 : 0);
    fill(request);
    nla_nest_end(request.get(), nest);
    return ControlSocket{}.ask(request);
}

[[noreturn]] void fail(const char* what, const Answer& answer) {
    throw std::runtime_error(std::string{"the kernel does not tell the "} + what +
                             " of its own path manager: " + toString(answer));
}

void readLimits(const Message& message, core::KernelLimits& limits) {
    namespace command = uapi::command_attribute;
    forEachAttribute(after(message.payload, sizeof(genlmsghdr)),
                     [&limits](std::uint16_t type, Bytes value) {
                         if (type == command::subflows)
                             limits.subflows = readAs<std::uint32_t>(value).value_or(0);
                         else if (type == command::acceptedAddresses)
                             limits.acceptedAddresses = readAs<std::uint32_t>(value).value_or(0);
                     });
}

} // namespace

std::vector<core::KernelEndpoint> kernelEndpoints(FamilyId family) {
    std::vector<core::KernelEndpoint> endpoints;
    // without a token: the endpoints, not a connection's addresses
    const auto answer =
        ControlSocket{}.ask(controlRequest(family, uapi::command::getAddress, NLM_F_DUMP),
                            [&endpoints](const Message& message) {
                                if (const auto endpoint = decodeEndpoint(message))
                                    endpoints.push_back(*endpoint);
                            });
    if (answer.error != 0)
        fail("endpoints", answer);
    return endpoints;
}

std::vector<SignalEndpoint> signalEndpoints(FamilyId family) {
    std::vector<SignalEndpoint> announced;
    for (const auto& one : kernelEndpoints(family))
        if (hasAny(one.flags, EndpointFlags::signal))
            announced.push_back({one.endpoint, one.link});
    return announced;
}

core::KernelLimits kernelLimits(FamilyId family) {
    core::KernelLimits limits;
    const auto answer =
        ControlSocket{}.ask(controlRequest(family, uapi::command::getLimits),
                            [&limits](const Message& message) { readLimits(message, limits); });
    if (answer.error != 0)
        fail("limits", answer);
    return limits;
}

Answer addEndpoint(FamilyId family, const core::KernelEndpoint& endpoint) {
    return ask(family, uapi::command::addAddress, [&endpoint](const ControlRequest& request) {
        put(request, endpoint.endpoint.address);
        put(request, attribute::flags, static_cast<std::uint32_t>(endpoint.flags));
        if (endpoint.id != AddressId{})
            put(request, attribute::id, static_cast<std::uint8_t>(endpoint.id));
        if (endpoint.endpoint.port != 0)
            put(request, attribute::port, endpoint.endpoint.port);
        if (endpoint.link != noLink)
            put(request, attribute::interfaceIndex, static_cast<std::uint32_t>(endpoint.link));
    });
}

Answer removeEndpoint(FamilyId family, AddressId id) {
    return ask(family, uapi::command::removeAddress, [id](const ControlRequest& request) {
        put(request, attribute::id, static_cast<std::uint8_t>(id));
    });
}

Answer setEndpointFlags(FamilyId family, AddressId id, EndpointFlags flags) {
    return ask(family, uapi::command::setFlags, [id, flags](const ControlRequest& request) {
        put(request, attribute::id, static_cast<std::uint8_t>(id));
        put(request, attribute::flags, static_cast<std::uint32_t>(flags));
    });
}

Answer setKernelLimits(FamilyId family, const core::KernelLimits& limits) {
    const auto request = controlRequest(family, uapi::command::setLimits);
    put(request, uapi::command_attribute::subflows, limits.subflows);
    put(request, uapi::command_attribute::acceptedAddresses, limits.acceptedAddresses);
    return ControlSocket{}.ask(request);
}

} // namespace subflowd::netlink
