// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "netlink/attributes.hpp"

#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace subflowd::netlink::test {

/// Builds a netlink message by hand: a fixed header, then attributes and nests.
class DumpMessageBuilder {
  public:
    template <typename Header>
    DumpMessageBuilder(std::uint16_t type, const Header& fixed, std::uint16_t flags = 0) {
        append(nlmsghdr{0, type, flags, 0, 0});
        append(fixed);
    }

    template <typename Value>
    DumpMessageBuilder& attribute(std::uint16_t type, const Value& value) {
        return nest(type, [&value](DumpMessageBuilder& inner) { inner.append(value); });
    }

    DumpMessageBuilder& text(std::uint16_t type, std::string_view value) {
        return nest(type, [value](DumpMessageBuilder& inner) {
            for (const char letter : value)
                inner.append(letter);
            inner.append('\0');
        });
    }

    DumpMessageBuilder& bytes(std::uint16_t type, std::initializer_list<std::uint8_t> value) {
        return nest(type, [&value](DumpMessageBuilder& inner) {
            for (const auto byte : value)
                inner.append(byte);
        });
    }

    /// An attribute whose content `fill` appends.
    DumpMessageBuilder& nest(std::uint16_t type,
                             const std::function<void(DumpMessageBuilder&)>& fill) {
        const auto start = bytes_.size();
        append(nlattr{0, type});
        fill(*this);
        setLength<std::uint16_t>(start);
        return pad();
    }

    /// A fixed part whose first field is its own 16-bit length (struct rtnexthop).
    template <typename Header>
    DumpMessageBuilder& record(const Header& fixed,
                               const std::function<void(DumpMessageBuilder&)>& fill) {
        const auto start = bytes_.size();
        append(fixed);
        fill(*this);
        setLength<std::uint16_t>(start);
        return pad();
    }

    template <typename Value>
    void append(const Value& value) {
        const auto* first = reinterpret_cast<const std::byte*>(&value);
        bytes_.insert(bytes_.end(), first, first + sizeof value);
    }

    /// The finished message.
    std::vector<std::byte> build() {
        setLength<std::uint32_t>(0);
        return bytes_;
    }

  private:
    template <typename Length>
    void setLength(std::size_t start) {
        const auto length = static_cast<Length>(bytes_.size() - start);
        std::memcpy(bytes_.data() + start, &length, sizeof length);
    }

    DumpMessageBuilder& pad() {
        bytes_.resize((bytes_.size() + 3) & ~std::size_t{3});
        return *this;
    }

    std::vector<std::byte> bytes_;
};

/// Calls `decode` with every shorter version of a message, both cut off and saying so in its
/// header. Each is a heap block of its own, so that AddressSanitizer sees any read past its end.
template <typename Decode>
void decodeTruncated(const std::vector<std::byte>& whole, Decode&& decode) {
    for (std::size_t length = 0; length < whole.size(); ++length) {
        std::vector<std::byte> cut(whole.begin(),
                                   whole.begin() + static_cast<std::ptrdiff_t>(length));
        cut.shrink_to_fit();
        decode(Bytes(cut));
        if (length < sizeof(nlmsghdr))
            continue;
        const auto claimed = static_cast<std::uint32_t>(length);
        std::memcpy(cut.data(), &claimed, sizeof claimed);
        decode(Bytes(cut));
    }
}

} // namespace subflowd::netlink::test
