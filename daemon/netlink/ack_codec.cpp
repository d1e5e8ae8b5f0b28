// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/ack_codec.hpp"

#include "netlink/mptcp_uapi.hpp"

#include <linux/genetlink.h>

#include <array>
#include <cerrno>
#include <limits>
#include <string>

namespace subflowd::netlink {
namespace {

/// The kernel has negative errnos. What is none counts as EPROTO: a refusal that cannot be read.
int positiveErrno(std::int32_t error) {
    if (error > 0 || error == std::numeric_limits<std::int32_t>::min())
        return EPROTO;
    return -error;
}

void readExtendedAck(Bytes attributes, Ack& ack) {
    forEachAttribute(attributes, [&ack](std::uint16_t type, Bytes value) {
        if (type == NLMSGERR_ATTR_MSG)
            ack.text = textOf(value);
        else if (type == NLMSGERR_ATTR_MISS_TYPE)
            ack.missingAttribute = readAs<std::uint32_t>(value);
    });
}

/// Where the attributes of an NLMSG_ERROR begin: behind the request it quotes, of which
/// NETLINK_CAP_ACK leaves the header.
Bytes extendedAckOf(const Message& message, const nlmsgerr& error) {
    const bool quotesHeaderOnly =
        error.error == 0 || (message.header.nlmsg_flags & NLM_F_CAPPED) != 0;
    const std::size_t quoted = quotesHeaderOnly ? NLMSG_HDRLEN : error.msg.nlmsg_len;
    return afterAligned(message.payload, sizeof error.error + quoted);
}

std::optional<Ack> decodeError(const Message& message) {
    const auto error = readAs<nlmsgerr>(message.payload);
    if (!error)
        return std::nullopt;
    Ack ack;
    ack.id = core::CommandId{message.header.nlmsg_seq};
    ack.error = positiveErrno(error->error);
    if ((message.header.nlmsg_flags & NLM_F_ACK_TLVS) != 0)
        readExtendedAck(extendedAckOf(message, *error), ack);
    return ack;
}

std::optional<Ack> decodeDone(const Message& message) {
    const auto error = readAs<std::int32_t>(message.payload);
    Ack ack;
    ack.id = core::CommandId{message.header.nlmsg_seq};
    ack.error = error ? positiveErrno(*error) : 0;
    if (error && (message.header.nlmsg_flags & NLM_F_ACK_TLVS) != 0)
        readExtendedAck(after(message.payload, sizeof *error), ack);
    return ack;
}

struct AddressFields {
    std::optional<IpAddress> address;
    std::uint16_t port = 0;
    std::optional<std::uint8_t> id;
    std::uint32_t flags = 0;
    LinkIndex link = noLink;
};

void readField(std::uint16_t type, Bytes value, AddressFields& fields) {
    namespace attribute = uapi::address_attribute;
    if (type == attribute::address4) {
        if (const auto bytes = readAs<std::array<std::uint8_t, 4>>(value))
            fields.address = IpAddress::v4(*bytes);
    } else if (type == attribute::address6) {
        if (const auto bytes = readAs<std::array<std::uint8_t, 16>>(value))
            fields.address = IpAddress::v6(*bytes);
    } else if (type == attribute::port) {
        fields.port = readAs<std::uint16_t>(value).value_or(0);
    } else if (type == attribute::id) {
        fields.id = readAs<std::uint8_t>(value);
    } else if (type == attribute::flags) {
        fields.flags = readAs<std::uint32_t>(value).value_or(0);
    } else if (type == attribute::interfaceIndex) {
        fields.link = LinkIndex{readAs<std::uint32_t>(value).value_or(0)};
    }
}

/// One entry of a GET_ADDR reply; without an address if the message is none.
AddressFields fieldsOf(const Message& message) {
    AddressFields fields;
    const auto genl = readAs<genlmsghdr>(message.payload);
    if (message.header.nlmsg_type < NLMSG_MIN_TYPE || !genl ||
        genl->cmd != uapi::command::getAddress)
        return fields;
    forEachAttribute(after(message.payload, sizeof *genl), [&](std::uint16_t type, Bytes nest) {
        if (type == uapi::command_attribute::address)
            forEachAttribute(nest, [&fields](std::uint16_t inner, Bytes value) {
                readField(inner, value, fields);
            });
    });
    return fields;
}

std::string messageOf(const Ack& ack) {
    if (ack.text.empty() && ack.missingAttribute)
        return "attribute " + std::to_string(*ack.missingAttribute) + " is missing";
    return std::string(ack.text);
}

} // namespace

std::optional<Ack> decodeAck(const Message& message) {
    switch (message.header.nlmsg_type) {
    case NLMSG_ERROR:
        return decodeError(message);
    case NLMSG_DONE:
        return decodeDone(message);
    default:
        return std::nullopt;
    }
}

std::optional<core::KnownId> decodeKnownId(const Message& message) {
    const auto fields = fieldsOf(message);
    if (!fields.address || !fields.id)
        return std::nullopt;
    return core::KnownId{{*fields.address, fields.port}, AddressId{*fields.id}};
}

std::optional<core::KernelEndpoint> decodeEndpoint(const Message& message) {
    const auto fields = fieldsOf(message);
    if (!fields.address)
        return std::nullopt;
    return core::KernelEndpoint{{*fields.address, fields.port},
                                AddressId{fields.id.value_or(0)},
                                static_cast<core::EndpointFlags>(fields.flags),
                                fields.link};
}

core::Refusal refusalOf(int error, std::string_view text) {
    if (error == 0)
        return core::Refusal::none;
    if (text == "invalid token")
        return core::Refusal::unknownToken;
    // before 6.15: "invalid request; userspace PM not selected"
    if (text.ends_with("userspace PM not selected"))
        return core::Refusal::kernelManaged;
    if (text == "did not match address and id")
        return core::Refusal::idMismatch;
    return core::Refusal::byErrno;
}

core::CommandFinished finished(const Ack& ack) {
    core::CommandFinished result;
    result.id = ack.id;
    result.error = ack.error;
    result.refusal = refusalOf(ack.error, ack.text);
    result.message = messageOf(ack);
    return result;
}

} // namespace subflowd::netlink
