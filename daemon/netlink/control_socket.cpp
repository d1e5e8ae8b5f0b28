// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/control_socket.hpp"

#include "netlink/ack_codec.hpp"
#include "netlink/mptcp_uapi.hpp"

#include <netlink/errno.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstddef>
#include <new>
#include <optional>
#include <stdexcept>
#include <system_error>

namespace subflowd::netlink {
namespace {

/// A question that was asked, and what came of it.
struct Exchange {
    const std::function<void(const Message&)>& onMessage;
    std::optional<Answer> end;
};

std::optional<Message> wholeMessage(const nlmsghdr* header) {
    return Message::first({reinterpret_cast<const std::byte*>(header), header->nlmsg_len});
}

int takeMessage(nl_msg* message, void* exchange) {
    const auto& onMessage = static_cast<Exchange*>(exchange)->onMessage;
    if (const auto whole = wholeMessage(nlmsg_hdr(message)); whole && onMessage)
        onMessage(*whole);
    return NL_OK;
}

int takeEnd(nl_msg* /*message*/, void* exchange) {
    static_cast<Exchange*>(exchange)->end = Answer{};
    return NL_STOP;
}

/// libnl reduces errno to codes of its own and knows no extended ack: both are in the message,
/// whose header is before what it hands over.
int takeError(sockaddr_nl* /*from*/, nlmsgerr* error, void* exchange) {
    const auto* header =
        reinterpret_cast<const nlmsghdr*>(reinterpret_cast<const std::byte*>(error) - NLMSG_HDRLEN);
    const auto whole = wholeMessage(header);
    const auto ack = whole ? decodeAck(*whole) : std::nullopt;
    static_cast<Exchange*>(exchange)->end =
        ack ? Answer{ack->error, std::string{ack->text}} : Answer{-error->error, {}};
    return NL_STOP;
}

Answer failedWith(int code) {
    const bool silent = code == -NLE_AGAIN;
    return {silent ? ETIMEDOUT : EIO, nl_geterror(code)};
}

} // namespace

void FreeMessage::operator()(nl_msg* message) const {
    nlmsg_free(message);
}

void ControlSocket::FreeSocket::operator()(nl_sock* socket) const {
    nl_socket_free(socket);
}

std::string toString(const Answer& answer) {
    auto text = std::generic_category().message(answer.error);
    return answer.text.empty() ? text : text + ": " + answer.text;
}

ControlRequest controlRequest(FamilyId family, std::uint8_t command, std::uint16_t flags) {
    ControlRequest request(nlmsg_alloc());
    if (!request || genlmsg_put(request.get(), NL_AUTO_PORT, NL_AUTO_SEQ, static_cast<int>(family),
                                0, flags, command, uapi::familyVersion) == nullptr)
        throw std::bad_alloc{};
    return request;
}

ControlSocket::ControlSocket() : socket_(nl_socket_alloc()) {
    const int error = socket_ ? genl_connect(socket_.get()) : -NLE_NOMEM;
    if (error < 0)
        throw std::runtime_error(std::string{"no socket of generic netlink can be had: "} +
                                 nl_geterror(error));
    const int fd = nl_socket_get_fd(socket_.get());
    // the kernel answers while it takes the question: an answer that is lost must not hang anybody
    const timeval patience{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const int on = 1;
    ::setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
    ::setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
}

Answer ControlSocket::ask(const ControlRequest& request,
                          const std::function<void(const Message&)>& onMessage) const {
    Exchange exchange{onMessage, std::nullopt};
    auto* socket = socket_.get();
    nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, takeMessage, &exchange);
    nl_socket_modify_cb(socket, NL_CB_ACK, NL_CB_CUSTOM, takeEnd, &exchange);
    nl_socket_modify_cb(socket, NL_CB_FINISH, NL_CB_CUSTOM, takeEnd, &exchange);
    nl_socket_modify_err_cb(socket, NL_CB_CUSTOM, takeError, &exchange);
    if (const int code = nl_send_auto(socket, request.get()); code < 0)
        return failedWith(code);
    while (!exchange.end)
        if (const int code = nl_recvmsgs_default(socket); code < 0 && !exchange.end)
            return failedWith(code);
    return *exchange.end;
}

} // namespace subflowd::netlink
