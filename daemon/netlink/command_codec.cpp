// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/command_codec.hpp"

#include "netlink/mptcp_uapi.hpp"

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
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
        : message_(mnl_nlmsg_put_header(buffer.data())) {
        message_->nlmsg_type = static_cast<std::uint16_t>(family);
        message_->nlmsg_seq = static_cast<std::uint32_t>(id);
    }

    std::size_t length() const { return message_->nlmsg_len; }

    void operator()(const core::command::CreateSubflow& create) {
        begin(uapi::command::subflowCreate, NLM_F_ACK, create.token);
        AddressNest local;
        local.address = create.local;
        local.id = create.localId;
        local.port = create.localPort;
        local.link = create.link;
        if (create.priority == Priority::backup)
            local.flags = uapi::address_flag::backup;
        put(uapi::command_attribute::address, local);
        auto remote = nestOf(create.remote, core::AddressForm::plain);
        if (create.remoteId != initialAddressId)
            remote.id = create.remoteId;
        put(uapi::command_attribute::remote, remote);
    }

    void operator()(const core::command::DestroySubflow& destroy) {
        begin(uapi::command::subflowDestroy, NLM_F_ACK, destroy.token);
        put(uapi::command_attribute::address, nestOf(destroy.tuple.local, destroy.tuple.form));
        put(uapi::command_attribute::remote, nestOf(destroy.tuple.remote, destroy.tuple.form));
    }

    void operator()(const core::command::SetPriority& change) {
        begin(uapi::command::setFlags, NLM_F_ACK, change.token);
        auto local = nestOf(change.tuple.local, change.tuple.form);
        local.flags = change.priority == Priority::backup ? uapi::address_flag::backup : 0;
        put(uapi::command_attribute::address, local);
        put(uapi::command_attribute::remote, nestOf(change.tuple.remote, change.tuple.form));
    }

    void operator()(const core::command::Announce& announce) {
        begin(uapi::command::announce, NLM_F_ACK, announce.token);
        auto local = nestOf(announce.local, core::AddressForm::plain);
        local.id = announce.localId;
        local.flags = uapi::address_flag::signal;
        local.link = announce.link;
        put(uapi::command_attribute::address, local);
    }

    void operator()(const core::command::RemoveAddress& remove) {
        begin(uapi::command::remove, NLM_F_ACK, remove.token);
        mnl_attr_put_u8(message_, uapi::command_attribute::localId,
                        static_cast<std::uint8_t>(remove.localId));
    }

    void operator()(const core::command::AskIds& ask) {
        begin(uapi::command::getAddress, NLM_F_DUMP, ask.token);
    }

    void operator()(const core::command::ResetSubflow&) { message_->nlmsg_len = 0; }

    void operator()(const core::command::CancelJoin&) { message_->nlmsg_len = 0; }

    void operator()(const core::command::AskFacts&) { message_->nlmsg_len = 0; }

  private:
    void begin(std::uint8_t command, int flags, Token token) {
        message_->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
        auto* header =
            static_cast<genlmsghdr*>(mnl_nlmsg_put_extra_header(message_, sizeof(genlmsghdr)));
        header->cmd = command;
        header->version = uapi::familyVersion;
        mnl_attr_put_u32(message_, uapi::command_attribute::token,
                         static_cast<std::uint32_t>(token));
    }

    void put(std::uint16_t type, const AddressNest& nest) {
        auto* start = mnl_attr_nest_start(message_, type);
        putAddress(nest.address, nest.form);
        if (nest.id)
            mnl_attr_put_u8(message_, attribute::id, static_cast<std::uint8_t>(*nest.id));
        if (nest.port != 0)
            mnl_attr_put_u16(message_, attribute::port, nest.port);
        if (nest.flags)
            mnl_attr_put_u32(message_, attribute::flags, *nest.flags);
        if (nest.link != noLink)
            mnl_attr_put_u32(message_, attribute::interfaceIndex,
                             static_cast<std::uint32_t>(nest.link));
        mnl_attr_nest_end(message_, start);
    }

    void putAddress(const IpAddress& address, core::AddressForm form) {
        const bool isV4 = address.family() == Family::ipv4;
        const bool asV4 = isV4 && form == core::AddressForm::plain;
        mnl_attr_put_u16(message_, attribute::family, asV4 ? AF_INET : AF_INET6);
        if (asV4)
            mnl_attr_put(message_, attribute::address4, 4, address.bytes().data());
        else
            mnl_attr_put(message_, attribute::address6, 16,
                         (isV4 ? mapped(address) : address.bytes()).data());
    }

    static std::array<std::uint8_t, 16> mapped(const IpAddress& address) {
        std::array<std::uint8_t, 16> bytes{};
        bytes[10] = bytes[11] = 0xff;
        std::copy_n(address.bytes().begin(), 4, bytes.begin() + 12);
        return bytes;
    }

    nlmsghdr* message_;
};

} // namespace

std::size_t encode(FamilyId family, const core::IssuedCommand& issued,
                   std::span<std::byte> buffer) {
    if (buffer.size() < maxCommandBytes)
        return 0;
    Encoder encoder(family, issued.id, buffer);
    std::visit(encoder, issued.command);
    return encoder.length();
}

} // namespace subflowd::netlink
