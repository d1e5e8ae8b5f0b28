// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/host_queries.hpp"

#include "netlink/diag_codec.hpp"
#include "netlink/inquiry.hpp"

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <functional>
#include <system_error>
#include <utility>

namespace subflowd::netlink {
namespace {

/// A message that is being written; large enough for every question here.
class Question {
  public:
    Question(std::uint16_t type, std::uint16_t flags)
        : header_(mnl_nlmsg_put_header(buffer_.data())) {
        header_->nlmsg_type = type;
        header_->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    }

    template <class Fixed>
    void put(const Fixed& fixed) {
        *static_cast<Fixed*>(mnl_nlmsg_put_extra_header(header_, sizeof fixed)) = fixed;
    }

    void put(std::uint16_t type, const IpAddress& address) {
        const std::size_t length = address.family() == Family::ipv4 ? 4 : 16;
        mnl_attr_put(header_, type, length, address.bytes().data());
    }

    std::vector<std::byte> bytes() const {
        return {buffer_.begin(), buffer_.begin() + header_->nlmsg_len};
    }

  private:
    alignas(NLMSG_ALIGNTO) std::array<std::byte, 128> buffer_{};
    nlmsghdr* header_;
};

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
    const bool v4 = from.family() == Family::ipv4;
    rtmsg route{};
    route.rtm_family = v4 ? AF_INET : AF_INET6;
    route.rtm_src_len = route.rtm_dst_len = v4 ? 32 : 128;
    Question question(RTM_GETROUTE, NLM_F_ACK);
    question.put(route);
    question.put(RTA_SRC, from);
    question.put(RTA_DST, to);
    LinkIndex link = noLink;
    const int error = Inquiry(NETLINK_ROUTE).ask(question.bytes(), [&](const Message& message) {
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
