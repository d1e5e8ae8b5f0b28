// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

/// Reading netlink messages from bytes nobody vouches for. Inline, free of allocation, and at any
/// alignment: the event path runs through here.
namespace subflowd::netlink {

using Bytes = std::span<const std::byte>;

/// The value at the start of `bytes`, in host byte order; nothing if there are too few bytes.
/// Longer is fine: the kernel may widen an attribute.
template <class Value>
std::optional<Value> readAs(Bytes bytes) {
    if (bytes.size() < sizeof(Value))
        return std::nullopt;
    Value value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

/// A string of the kernel's (NLA_STRING), with or without the 0 at its end.
inline std::string_view textOf(Bytes value) {
    const std::string_view text(reinterpret_cast<const char*>(value.data()), value.size());
    return text.substr(0, text.find('\0'));
}

/// What follows the first `count` bytes; empty if there are no more.
inline Bytes after(Bytes bytes, std::size_t count) {
    return bytes.subspan(count < bytes.size() ? count : bytes.size());
}

/// What follows `count` bytes and their padding.
inline Bytes afterAligned(Bytes bytes, std::size_t count) {
    return after(bytes, (count + (NLA_ALIGNTO - 1)) & ~std::size_t{NLA_ALIGNTO - 1});
}

inline constexpr std::size_t attributeHeaderBytes = sizeof(nlattr);

enum class Walk : std::uint8_t { whole, brokenOff };

/// Calls `visit(type, payload)` for each attribute, flags of the type removed.
/// Breaks off at an attribute that is longer than what is left.
template <class Visit>
Walk forEachAttribute(Bytes attributes, Visit&& visit) {
    while (attributes.size() >= attributeHeaderBytes) {
        const auto header = *readAs<nlattr>(attributes);
        if (header.nla_len < attributeHeaderBytes || header.nla_len > attributes.size())
            return Walk::brokenOff;
        visit(static_cast<std::uint16_t>(header.nla_type & NLA_TYPE_MASK),
              attributes.subspan(attributeHeaderBytes, header.nla_len - attributeHeaderBytes));
        attributes = afterAligned(attributes, header.nla_len);
    }
    return attributes.empty() ? Walk::whole : Walk::brokenOff;
}

/// The value of the first attribute of a type; empty if there is none.
inline Bytes findAttribute(Bytes attributes, std::uint16_t wanted) {
    Bytes found;
    forEachAttribute(attributes, [&found, wanted](std::uint16_t type, Bytes value) {
        if (type == wanted && found.empty())
            found = value;
    });
    return found;
}

/// The first message of `bytes`, cut to its own length; nothing if it is not whole.
struct Message {
    nlmsghdr header{};
    Bytes payload;

    static std::optional<Message> first(Bytes bytes) {
        const auto header = readAs<nlmsghdr>(bytes);
        if (!header || header->nlmsg_len < NLMSG_HDRLEN || header->nlmsg_len > bytes.size())
            return std::nullopt;
        return Message{*header, bytes.subspan(NLMSG_HDRLEN, header->nlmsg_len - NLMSG_HDRLEN)};
    }
};

/// Calls `visit(message)` for each whole message of a datagram.
template <class Visit>
void forEachMessage(Bytes datagram, Visit&& visit) {
    while (const auto message = Message::first(datagram)) {
        visit(*message);
        datagram = afterAligned(datagram, message->header.nlmsg_len);
    }
}

} // namespace subflowd::netlink
