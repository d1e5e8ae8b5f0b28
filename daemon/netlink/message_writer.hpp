// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "netlink/attributes.hpp"

#include <subflowd/address.hpp>

#include <linux/netlink.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

namespace subflowd::netlink {

/// Writes one netlink message, its padding zeroed, to a buffer that its owner knows to be large
/// enough. Inline and without branches where sizes are known: a join waits for this.
class MessageWriter {
  public:
    /// `flags`: NLM_F_REQUEST is among them anyway.
    MessageWriter(std::span<std::byte> buffer, std::uint16_t type, std::uint16_t flags,
                  std::uint32_t sequence)
        : buffer_(buffer),
          header_{0, type, static_cast<std::uint16_t>(NLM_F_REQUEST | flags), sequence, 0} {}

    /// The part of fixed layout that the family has between header and attributes.
    template <class Fixed>
    void putFixed(const Fixed& fixed) {
        append(fixed);
    }

    /// An attribute in host byte order, as the value lies in memory.
    template <class Value>
    void put(std::uint16_t type, const Value& value) {
        append(nlattr{attributeHeaderBytes + sizeof value, type});
        append(value);
    }

    /// An attribute of 4 or 16 bytes, by the family of the address.
    void putAddress(std::uint16_t type, const IpAddress& address) {
        if (address.family() == Family::ipv6)
            return put(type, address.bytes());
        std::array<std::uint8_t, 4> bytes{};
        std::copy_n(address.bytes().begin(), bytes.size(), bytes.begin());
        put(type, bytes);
    }

    /// Where the nest begins, for endNest().
    [[nodiscard]] std::size_t beginNest(std::uint16_t type) {
        const auto begin = length_;
        append(nlattr{0, static_cast<std::uint16_t>(NLA_F_NESTED | type)});
        return begin;
    }

    /// What was put since is in the nest.
    void endNest(std::size_t begin) {
        const auto bytes = static_cast<std::uint16_t>(length_ - begin);
        std::memcpy(buffer_.data() + begin, &bytes, sizeof bytes); // nla_len comes first
    }

    /// Writes the header, which has the length, and returns that, in bytes.
    [[nodiscard]] std::size_t finish() {
        header_.nlmsg_len = static_cast<std::uint32_t>(length_);
        std::memcpy(buffer_.data(), &header_, sizeof header_);
        return length_;
    }

  private:
    template <class Part>
    void append(const Part& part) {
        static_assert(std::is_trivially_copyable_v<Part>);
        constexpr std::size_t padding = NLMSG_ALIGN(sizeof part) - sizeof part;
        std::memcpy(buffer_.data() + length_, &part, sizeof part);
        std::memset(buffer_.data() + length_ + sizeof part, 0, padding);
        length_ += sizeof part + padding;
    }

    std::span<std::byte> buffer_;
    nlmsghdr header_;
    std::size_t length_ = sizeof(nlmsghdr);
};

/// A small request, of at most 128 bytes, whose sequence number is given when it is sent.
template <class Put>
std::vector<std::byte> writtenMessage(std::uint16_t type, std::uint16_t flags, Put&& put) {
    constexpr std::size_t most = 128;
    std::vector<std::byte> bytes(most);
    MessageWriter message(bytes, type, flags, 0);
    put(message);
    bytes.resize(message.finish());
    return bytes;
}

} // namespace subflowd::netlink
