// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/host_queries.hpp"

#include "netlink/diag_codec.hpp"
#include "netlink/inquiry.hpp"
#include "netlink/message_writer.hpp"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <functional>
#include <system_error>
#include <utility>

namespace subflowd::netlink {
namespace {

/// Which way packets from one address to another would go.
std::vector<std::byte> routeQuestion(const IpAddress& from, const IpAddress& to) {
    const bool v4 = from.family() == Family::ipv4;
    rtmsg route{};
    route.rtm_family = v4 ? AF_INET : AF_INET6;
    route.rtm_src_len = route.rtm_dst_len = v4 ? 32 : 128;
    return writtenMessage(RTM_GETROUTE, NLM_F_ACK, [&](MessageWriter& message) {
        message.putFixed(route);
        message.putAddress(RTA_SRC, from);
        message.putAddress(RTA_DST, to);
    });
}

bool saysNoRoute(int error) {
    return error == ENETUNREACH || error == EHOSTUNREACH || error == EACCES || error == EINVAL;
}

void ask(Inquiry& inquiry, DiagDump dump, const std::function<void(const Message&)>& onRow) {
    if (const int error = inquiry.ask(diagDumpRequest(dump), onRow); error != 0)
        throw std::system_error(error, std::generic_category(),
                                "The kernel does not list its MPTCP sockets (is the module "
                                "mptcp_diag there?)");
}

} // namespace

std::optional<LinkIndex> routedLink(const IpAddress& from, const IpAddress& to) {
    LinkIndex link = noLink;
    const int error =
        Inquiry(NETLINK_ROUTE).ask(routeQuestion(from, to), [&](const Message& message) {
            forEachAttribute(after(message.payload, NLMSG_ALIGN(sizeof(rtmsg))),
                             [&link](std::uint16_t type, Bytes value) {
                                 if (type == RTA_OIF)
                                     link = LinkIndex{readAs<std::uint32_t>(value).value_or(0)};
                             });
        });
    if (error != 0 && !saysNoRoute(error))
        return std::nullopt;
    return link;
}

SocketSamples sampleSockets() {
    SocketSamples samples;
    Inquiry inquiry(NETLINK_SOCK_DIAG);
    for (const auto dump : {DiagDump::connectionsIpv4, DiagDump::connectionsIpv6})
        ask(inquiry, dump, [&samples](const Message& row) {
            if (auto sample = decodeConnectionSample(row))
                samples.connections.push_back(*sample);
        });
    for (const auto dump : {DiagDump::subflowsIpv4, DiagDump::subflowsIpv6})
        ask(inquiry, dump, [&samples](const Message& row) {
            if (auto sample = decodeSubflowSample(row))
                samples.subflows.push_back(*sample);
        });
    return samples;
}

} // namespace subflowd::netlink
