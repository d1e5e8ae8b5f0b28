// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/control.hpp"

#include "netlink/ack_codec.hpp"
#include "netlink/attributes.hpp"
#include "netlink/mptcp_uapi.hpp"

#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace subflowd::netlink {
namespace {

struct FreeSocket {
    void operator()(nl_sock* socket) const { nl_socket_free(socket); }
};

struct FreeMessage {
    void operator()(nl_msg* message) const { nlmsg_free(message); }
};

using ControlSocket = std::unique_ptr<nl_sock, FreeSocket>;
using Request = std::unique_ptr<nl_msg, FreeMessage>;

constexpr const char* noFamily =
    "this kernel has no MPTCP path management (generic-netlink family mptcp_pm): Linux 5.19 or "
    "later with CONFIG_MPTCP is needed";

[[noreturn]] void fail(const std::string& step, int error) {
    throw std::runtime_error("cannot ask the kernel for its family mptcp_pm: " + step + ": " +
                             nl_geterror(error));
}

/// What CTRL_CMD_GETFAMILY answered.
struct Family {
    KernelFeatures features;
    std::vector<std::uint32_t> commands;
};

template <class Visit>
void forEachNested(nlattr* nest, Visit visit) {
    int left = nla_len(nest);
    for (auto* entry = static_cast<nlattr*>(nla_data(nest)); nla_ok(entry, left);
         entry = nla_next(entry, &left))
        visit(entry);
}

void readOperation(nlattr* entry, Family& family) {
    std::array<nlattr*, CTRL_ATTR_OP_MAX + 1> fields{};
    if (nla_parse_nested(fields.data(), CTRL_ATTR_OP_MAX, entry, nullptr) == 0 &&
        fields[CTRL_ATTR_OP_ID] != nullptr)
        family.commands.push_back(nla_get_u32(fields[CTRL_ATTR_OP_ID]));
}

void readGroup(nlattr* entry, Family& family) {
    std::array<nlattr*, CTRL_ATTR_MCAST_GRP_MAX + 1> fields{};
    if (nla_parse_nested(fields.data(), CTRL_ATTR_MCAST_GRP_MAX, entry, nullptr) != 0)
        return;
    const auto* name = fields[CTRL_ATTR_MCAST_GRP_NAME];
    const auto* id = fields[CTRL_ATTR_MCAST_GRP_ID];
    if (name != nullptr && id != nullptr &&
        std::string_view(nla_get_string(name)) == uapi::eventsGroupName)
        family.features.events = GroupId{nla_get_u32(id)};
}

int readFamily(nl_msg* message, void* result) {
    auto& family = *static_cast<Family*>(result);
    std::array<nlattr*, CTRL_ATTR_MAX + 1> fields{};
    if (genlmsg_parse(nlmsg_hdr(message), 0, fields.data(), CTRL_ATTR_MAX, nullptr) != 0)
        return NL_SKIP;
    if (fields[CTRL_ATTR_FAMILY_ID] != nullptr)
        family.features.family = FamilyId{nla_get_u16(fields[CTRL_ATTR_FAMILY_ID])};
    if (fields[CTRL_ATTR_OPS] != nullptr)
        forEachNested(fields[CTRL_ATTR_OPS], [&](nlattr* op) { readOperation(op, family); });
    if (fields[CTRL_ATTR_MCAST_GROUPS] != nullptr)
        forEachNested(fields[CTRL_ATTR_MCAST_GROUPS],
                      [&](nlattr* group) { readGroup(group, family); });
    return NL_OK;
}

ControlSocket connect() {
    ControlSocket socket(nl_socket_alloc());
    if (!socket)
        fail("no socket", -NLE_NOMEM);
    if (const int error = genl_connect(socket.get()); error < 0)
        fail("no connection", error);
    // the kernel answers while it takes the question: an answer that is lost must not hang anybody
    const timeval patience{1, 0};
    ::setsockopt(nl_socket_get_fd(socket.get()), SOL_SOCKET, SO_RCVTIMEO, &patience,
                 sizeof patience);
    return socket;
}

Request familyRequest() {
    Request request(nlmsg_alloc());
    if (!request || genlmsg_put(request.get(), NL_AUTO_PORT, NL_AUTO_SEQ, GENL_ID_CTRL, 0, 0,
                                CTRL_CMD_GETFAMILY, 1) == nullptr)
        fail("no request", -NLE_NOMEM);
    if (const int error = nla_put_string(request.get(), CTRL_ATTR_FAMILY_NAME, uapi::familyName);
        error < 0)
        fail("no request", error);
    return request;
}

Family askFamily() {
    Family family;
    const auto socket = connect();
    const auto request = familyRequest();
    nl_socket_modify_cb(socket.get(), NL_CB_VALID, NL_CB_CUSTOM, readFamily, &family);
    if (const int error = nl_send_auto(socket.get(), request.get()); error < 0)
        fail("no answer", error);
    // one round for the answer, one for the ack, which alone follows where the family is unknown
    for (int error = 0; error == 0 && family.features.family == FamilyId{};)
        if (error = nl_recvmsgs_default(socket.get()); error == -NLE_OBJ_NOTFOUND)
            throw std::runtime_error(noFamily);
        else if (error < 0)
            fail("no answer", error);
    return family;
}

int readEndpoint(nl_msg* message, void* result) {
    const auto* header = nlmsg_hdr(message);
    const Bytes bytes(reinterpret_cast<const std::byte*>(header), header->nlmsg_len);
    const auto whole = Message::first(bytes);
    if (const auto endpoint = whole ? decodeSignalEndpoint(*whole) : std::nullopt)
        static_cast<std::vector<SignalEndpoint>*>(result)->push_back(*endpoint);
    return NL_OK;
}

/// A GET_ADDR dump without a token: of the endpoints, not of a connection's addresses.
Request endpointsRequest(FamilyId family) {
    Request request(nlmsg_alloc());
    if (!request ||
        genlmsg_put(request.get(), NL_AUTO_PORT, NL_AUTO_SEQ, static_cast<int>(family), 0,
                    NLM_F_DUMP, uapi::command::getAddress, uapi::familyVersion) == nullptr)
        fail("no request", -NLE_NOMEM);
    return request;
}

bool has(const Family& family, std::uint8_t command) {
    return std::ranges::find(family.commands, command) != family.commands.end();
}

} // namespace

std::vector<std::string> KernelFeatures::names() const {
    std::vector<std::string> names;
    if (userspaceCommands)
        names.emplace_back("userspace-commands");
    return names;
}

KernelFeatures resolveKernel() {
    auto family = askFamily();
    if (family.features.events == GroupId{})
        throw std::runtime_error(noFamily);
    family.features.userspaceCommands =
        has(family, uapi::command::announce) && has(family, uapi::command::remove) &&
        has(family, uapi::command::subflowCreate) && has(family, uapi::command::subflowDestroy);
    return family.features;
}

std::vector<SignalEndpoint> signalEndpoints(FamilyId family) {
    std::vector<SignalEndpoint> endpoints;
    const auto socket = connect();
    const auto request = endpointsRequest(family);
    nl_socket_modify_cb(socket.get(), NL_CB_VALID, NL_CB_CUSTOM, readEndpoint, &endpoints);
    auto error = nl_send_auto(socket.get(), request.get());
    if (error >= 0)
        error = nl_recvmsgs_default(socket.get()); // all parts of the answer
    if (error < 0)
        throw std::runtime_error(
            std::string{"the kernel does not list the endpoints of its own path manager: "} +
            nl_geterror(error));
    return endpoints;
}

} // namespace subflowd::netlink
