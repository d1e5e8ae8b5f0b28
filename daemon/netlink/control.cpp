// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/control.hpp"

#include "netlink/attributes.hpp"
#include "netlink/control_socket.hpp"
#include "netlink/mptcp_uapi.hpp"

#include <linux/genetlink.h>
#include <netlink/attr.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <stdexcept>
#include <string_view>

namespace subflowd::netlink {
namespace {

constexpr const char* noFamily =
    "this kernel has no MPTCP path management (generic-netlink family mptcp_pm): Linux 5.19 or "
    "later with CONFIG_MPTCP is needed";

/// What CTRL_CMD_GETFAMILY answered.
struct FamilyEntry {
    KernelFeatures features;
    std::vector<std::uint32_t> commands;
};

void readOperation(Bytes entry, FamilyEntry& family) {
    if (const auto id = readAs<std::uint32_t>(findAttribute(entry, CTRL_ATTR_OP_ID)))
        family.commands.push_back(*id);
}

void readGroup(Bytes entry, FamilyEntry& family) {
    const auto id = readAs<std::uint32_t>(findAttribute(entry, CTRL_ATTR_MCAST_GRP_ID));
    if (id && textOf(findAttribute(entry, CTRL_ATTR_MCAST_GRP_NAME)) == uapi::eventsGroupName)
        family.features.events = GroupId{*id};
}

void readFamily(const Message& message, FamilyEntry& family) {
    const auto attributes = after(message.payload, sizeof(genlmsghdr));
    if (const auto id = readAs<std::uint16_t>(findAttribute(attributes, CTRL_ATTR_FAMILY_ID)))
        family.features.family = FamilyId{*id};
    forEachAttribute(findAttribute(attributes, CTRL_ATTR_OPS),
                     [&](std::uint16_t, Bytes entry) { readOperation(entry, family); });
    forEachAttribute(findAttribute(attributes, CTRL_ATTR_MCAST_GROUPS),
                     [&](std::uint16_t, Bytes entry) { readGroup(entry, family); });
}

FamilyEntry askFamily() {
    FamilyEntry family;
    const auto request = controlRequest(FamilyId{GENL_ID_CTRL}, CTRL_CMD_GETFAMILY);
    if (nla_put_string(request.get(), CTRL_ATTR_FAMILY_NAME, uapi::familyName) < 0)
        throw std::bad_alloc{};
    const auto answer = ControlSocket{}.ask(
        request, [&family](const Message& message) { readFamily(message, family); });
    if (answer.error == ENOENT)
        throw std::runtime_error(noFamily);
    if (answer.error != 0)
        throw std::runtime_error("cannot ask the kernel for its family mptcp_pm: " +
                                 toString(answer));
    return family;
}

bool has(const FamilyEntry& family, std::uint8_t command) {
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

} // namespace subflowd::netlink
