// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/diag_row.hpp"

#include "netlink/dump_address.hpp"

#include <arpa/inet.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

namespace subflowd::netlink {
namespace {

template <typename Words>
Bytes bytesOf(const Words& words) {
    return std::as_bytes(std::span(words));
}

} // namespace

std::optional<DiagRow> diagRow(const Message& message) {
    const auto header = readAs<inet_diag_msg>(message.payload);
    if (message.header.nlmsg_type != SOCK_DIAG_BY_FAMILY || !header)
        return std::nullopt;
    const auto local = addressOf(header->idiag_family, bytesOf(header->id.idiag_src));
    const auto remote = addressOf(header->idiag_family, bytesOf(header->id.idiag_dst));
    if (!local || !remote)
        return std::nullopt;
    DiagRow row;
    row.header = *header;
    row.tuple.local = {*local, ntohs(header->id.idiag_sport)};
    row.tuple.remote = {*remote, ntohs(header->id.idiag_dport)};
    if (header->idiag_family == AF_INET6 && remote->family() == Family::ipv4)
        row.tuple.form = core::AddressForm::mapped;
    row.attributes = after(message.payload, sizeof *header);
    return row;
}

} // namespace subflowd::netlink
