// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/command_codec.hpp"

#include "netlink/message_writer.hpp"
#include "netlink/mptcp_uapi.hpp"
#include "netlink/v4_mapped.hpp"

#include <linux/genetlink.h>
#include <sys/socket.h>

#include <optional>
#include <variant>

namespace subflowd::netlink {
namespace {

namespace attribute = uapi::address_attribute;

/// One end of a subflow, as MPTCP_PM_ATTR_ADDR and MPTCP_PM_ATTR_ADDR_REMOTE carry it.
struct AddressNest {
    IpAddress address;
    core::AddressForm form = core::AddressForm::plain;
    std::optional<AddressId> id;
    std::uint16_t port = 0; ///< 0: not sent
    std::optional<std::uint32_t> flags;
    LinkIndex link = noLink;
};

AddressNest nestOf(const Endpoint& endpoint, core::AddressForm form) {
    AddressNest nest;
    nest.address = endpoint.address;
    nest.form = form;
    nest.port = endpoint.port;
    return nest;
}

class Encoder {
  public:
    Encoder(FamilyId family, core::CommandId id, std::span<std::byte> buffer)
        : buffer_(buffer), family_(family), id_(id) {}

    std::size_t operator()(const core::command::CreateSubflow& create) const {
        auto message = begin(uapi::command::subflowCreate, NLM_F_ACK, create.token);
        AddressNest local;
        local.address = create.local;
        local.id = create.localId;
        local.port = create.localPort;
        local.link = create.link;
        if (create.priority == Priority::backup)
            local.flags = uapi::address_flag::backup;
        put(message, uapi::command_attribute::address, local);
        auto remote = nestOf(create.remote, core::AddressForm::plain);
        if (create.remoteId != initialAddressId)
            remote.id = create.remoteId;
        put(message, uapi::command_attribute::remote, remote);
        return message.finish();
    }

    std::size_t operator()(const core::command::DestroySubflow& destroy) const {
        const auto& [local, remote, form] = destroy.tuple;
        auto message = begin(uapi::command::subflowDestroy, NLM_F_ACK, destroy.token);
        put(message, uapi::command_attribute::address, nestOf(local, form));
        put(message, uapi::command_attribute::remote, nestOf(remote, form));
        return message.finish();
    }

    std::size_t operator()(const core::command::SetPriority& change) const {
        auto message = begin(uapi::command::setFlags, NLM_F_ACK, change.token);
        auto local = nestOf(change.tuple.local, change.tuple.form);
        local.flags = change.priority == Priority::backup ? uapi::address_flag::backup : 0;
        put(message, uapi::command_attribute::address, local);
        put(message, uapi::command_attribute::remote,
            nestOf(change.tuple.remote, change.tuple.form));
        return message.finish();
    }

    std::size_t operator()(const core::command::Announce& announce) const {
        auto message = begin(uapi::command::announce, NLM_F_ACK, announce.token);
        auto local = nestOf(announce.local, core::AddressForm::plain);
        local.id = announce.localId;
        local.flags = uapi::address_flag::signal;
        local.link = announce.link;
        put(message, uapi::command_attribute::address, local);
        return message.finish();
    }

    std::size_t operator()(const core::command::RemoveAddress& remove) const {
        auto message = begin(uapi::command::remove, NLM_F_ACK, remove.token);
        message.put(uapi::command_attribute::localId, remove.localId);
        return message.finish();
    }

    std::size_t operator()(const core::command::AskIds& ask) const {
        return begin(uapi::command::getAddress, NLM_F_DUMP, ask.token).finish();
    }

    std::size_t operator()(const core::command::ResetSubflow&) const { return 0; }

    std::size_t operator()(const core::command::CancelJoin&) const { return 0; }

    std::size_t operator()(const core::command::AskFacts&) const { return 0; }

  private:
    MessageWriter begin(std::uint8_t command, std::uint16_t flags, Token token) const {
        MessageWriter message(buffer_, static_cast<std::uint16_t>(family_), flags,
                              static_cast<std::uint32_t>(id_));
        message.putFixed(genlmsghdr{command, uapi::familyVersion, 0});
        message.put(uapi::command_attribute::token, token);
        return message;
    }

    static void put(MessageWriter& message, std::uint16_t type, const AddressNest& nest) {
        const auto begin = message.beginNest(type);
        putAddress(message, nest.address, nest.form);
        if (nest.id)
            message.put(attribute::id, *nest.id);
        if (nest.port != 0)
            message.put(attribute::port, nest.port);
        if (nest.flags)
            message.put(attribute::flags, *nest.flags);
        if (nest.link != noLink)
            message.put(attribute::interfaceIndex, nest.link);
        message.endNest(begin);
    }

    static void putAddress(MessageWriter& message, const IpAddress& address,
                           core::AddressForm form) {
        const bool isV4 = address.family() == Family::ipv4;
        const bool asV4 = isV4 && form == core::AddressForm::plain;
        message.put(attribute::family, asV4 ? std::uint16_t{AF_INET} : std::uint16_t{AF_INET6});
        if (isV4 && !asV4)
            message.put(attribute::address6, v4Mapped(address));
        else
            message.putAddress(asV4 ? attribute::address4 : attribute::address6, address);
    }

    std::span<std::byte> buffer_;
    FamilyId family_;
    core::CommandId id_;
};

} // namespace

std::size_t encode(FamilyId family, const core::IssuedCommand& issued,
                   std::span<std::byte> buffer) {
    if (buffer.size() < maxCommandBytes)
        return 0;
    return std::visit(Encoder(family, issued.id, buffer), issued.command);
}

} // namespace subflowd::netlink
