// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/outcome.hpp"

#include <array>
#include <cstdint>
#include <optional>

/// The entries of the state file, byte by byte. The file never leaves the machine: numbers are in
/// host byte order.
namespace subflowd::host {

struct EndpointRecord {
    std::array<std::uint8_t, 16> address;
    std::uint16_t port;
    std::uint8_t family; ///< subflowd::Family
    std::uint8_t zero;
};

/// An entry about a connection. All bytes zero: an empty slot.
struct ConnectionSlot {
    std::uint32_t check; ///< over the other members: a torn or damaged slot is recognised
    std::uint32_t token;
    EndpointRecord local;
    EndpointRecord remote;
    std::uint8_t side;        ///< subflowd::Side
    std::uint8_t joinInitial; ///< subflowd::JoinInitial
    std::uint8_t form;        ///< core::AddressForm
    std::uint8_t used;        ///< 0 or 1
};

/// An entry about an address that a peer announced. All bytes zero: an empty slot.
struct AnnouncedSlot {
    std::uint32_t check;
    std::uint32_t token; ///< of the connection
    EndpointRecord remote;
    std::uint8_t id;
    std::uint8_t used;
    std::array<std::uint8_t, 2> zero;
};

static_assert(sizeof(ConnectionSlot) == 52);
static_assert(sizeof(AnnouncedSlot) == 32);

ConnectionSlot slotOf(const core::memo::Connection& memo);
AnnouncedSlot slotOf(const core::memo::Announced& memo);

/// What a slot says; nothing if it is damaged. The slot is not empty.
std::optional<core::memo::Connection> memoOf(const ConnectionSlot& slot);
std::optional<core::memo::Announced> memoOf(const AnnouncedSlot& slot);

/// A hash for recognising damage (FNV-1a).
std::uint32_t checksum(const void* bytes, std::size_t size);

} // namespace subflowd::host
