// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>

namespace subflowd {

/// An address family, without the numbers of any kernel.
enum class Family : std::uint8_t { ipv4, ipv6 };

/// How far an address reaches (RFC 1918, RFC 3927, RFC 4193, RFC 4291, RFC 6598, RFC 6890).
enum class Scope : std::uint8_t {
    unspecified, ///< 0.0.0.0/8, ::
    loopback,    ///< 127.0.0.0/8, ::1
    linkLocal,   ///< 169.254.0.0/16, fe80::/10
    multicast,   ///< 224.0.0.0/4, ff00::/8
    reserved,    ///< 240.0.0.0/4 and the limited broadcast address
    unique,      ///< private: 10/8, 172.16/12, 192.168/16, 100.64/10, fc00::/7
    global,      ///< everything else
};

/// An IPv4 or IPv6 address (as text: address_text.hpp). A v4-mapped IPv6 address (::ffff:a.b.c.d)
/// given as bytes becomes the IPv4 address it means, so that equal destinations compare equal.
class IpAddress {
  public:
    /// 0.0.0.0
    constexpr IpAddress() = default;

    /// From four bytes in network byte order.
    static constexpr IpAddress v4(std::array<std::uint8_t, 4> bytes) {
        IpAddress address;
        for (std::size_t i = 0; i < 4; ++i)
            address.bytes_[i] = bytes[i];
        return address;
    }

    /// From four numbers: IpAddress::v4(10, 0, 0, 1).
    static constexpr IpAddress v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
        return v4({a, b, c, d});
    }

    /// From sixteen bytes in network byte order; v4-mapped becomes IPv4.
    static constexpr IpAddress v6(std::array<std::uint8_t, 16> bytes) {
        if (isV4Mapped(bytes))
            return v4(bytes[12], bytes[13], bytes[14], bytes[15]);
        IpAddress address;
        address.family_ = Family::ipv6;
        address.bytes_ = bytes;
        return address;
    }

    /// Whether sixteen bytes are an IPv4 address in IPv6 clothes (RFC 4291 §2.5.5.2).
    static constexpr bool isV4Mapped(const std::array<std::uint8_t, 16>& bytes) {
        for (std::size_t i = 0; i < 10; ++i)
            if (bytes[i] != 0)
                return false;
        return bytes[10] == 0xff && bytes[11] == 0xff;
    }

    constexpr Family family() const { return family_; }

    /// Network byte order; the first four for IPv4, the rest is zero.
    constexpr const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }

    constexpr Scope scope() const { return family_ == Family::ipv4 ? scopeV4() : scopeV6(); }

    /// In words: what the compiler makes of the bytes is a call of memcmp().
    friend constexpr bool operator==(const IpAddress& a, const IpAddress& b) {
        using Words = std::array<std::uint64_t, 2>;
        const auto [a0, a1] = std::bit_cast<Words>(a.bytes_);
        const auto [b0, b1] = std::bit_cast<Words>(b.bytes_);
        return a.family_ == b.family_ && a0 == b0 && a1 == b1;
    }

    friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) = default;

  private:
    constexpr Scope scopeV4() const {
        const auto a = bytes_[0];
        const auto b = bytes_[1];
        if (a == 0)
            return Scope::unspecified;
        if (a == 127)
            return Scope::loopback;
        if (a == 169 && b == 254)
            return Scope::linkLocal;
        if (a >= 240)
            return Scope::reserved;
        if (a >= 224)
            return Scope::multicast;
        const bool isPrivate = a == 10 || (a == 172 && (b & 0xf0) == 16) || (a == 192 && b == 168);
        return isPrivate || (a == 100 && (b & 0xc0) == 64) ? Scope::unique : Scope::global;
    }

    constexpr Scope scopeV6() const {
        bool restIsZero = true;
        for (std::size_t i = 0; i < 15; ++i)
            restIsZero = restIsZero && bytes_[i] == 0;
        if (restIsZero && bytes_[15] <= 1)
            return bytes_[15] == 0 ? Scope::unspecified : Scope::loopback;
        if (bytes_[0] == 0xff)
            return Scope::multicast;
        if (bytes_[0] == 0xfe && (bytes_[1] & 0xc0) == 0x80)
            return Scope::linkLocal;
        return (bytes_[0] & 0xfe) == 0xfc ? Scope::unique : Scope::global;
    }

    Family family_ = Family::ipv4;
    std::array<std::uint8_t, 16> bytes_{};
};

/// An address and a port.
struct Endpoint {
    IpAddress address;
    std::uint16_t port = 0; ///< host byte order

    friend constexpr bool operator==(const Endpoint&, const Endpoint&) = default;
    friend constexpr auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

/// A network: an address and how many of its leading bits count. The other bits are zero.
class Prefix {
  public:
    /// 0.0.0.0/0
    constexpr Prefix() = default;

    /// Clears the bits beyond `length`; a length beyond the family's (32, 128) is cut to it.
    constexpr Prefix(IpAddress address, std::uint8_t length) {
        const std::uint8_t most = address.family() == Family::ipv4 ? 32 : 128;
        length_ = length < most ? length : most;
        auto bytes = address.bytes();
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] &= mask(i);
        address_ = address.family() == Family::ipv4
                       ? IpAddress::v4(bytes[0], bytes[1], bytes[2], bytes[3])
                       : IpAddress::v6(bytes);
    }

    constexpr IpAddress address() const { return address_; }

    constexpr std::uint8_t length() const { return length_; }

    constexpr bool contains(const IpAddress& candidate) const {
        if (candidate.family() != address_.family())
            return false;
        for (std::size_t i = 0; i * 8 < length_; ++i)
            if ((candidate.bytes()[i] & mask(i)) != address_.bytes()[i])
                return false;
        return true;
    }

    friend constexpr bool operator==(const Prefix&, const Prefix&) = default;

  private:
    constexpr std::uint8_t mask(std::size_t byte) const {
        if (length_ >= (byte + 1) * 8)
            return 0xff;
        if (length_ <= byte * 8)
            return 0;
        return static_cast<std::uint8_t>(0xff00 >> (length_ - byte * 8));
    }

    IpAddress address_;
    std::uint8_t length_ = 0;
};

} // namespace subflowd
