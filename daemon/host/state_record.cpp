// SPDX-License-Identifier: BSD-3-Clause
#include "host/state_record.hpp"

#include <algorithm>
#include <cstddef>

namespace subflowd::host {

namespace {

template <class Slot>
std::uint32_t checkOf(const Slot& slot) {
    return checksum(reinterpret_cast<const std::byte*>(&slot) + sizeof slot.check,
                    sizeof slot - sizeof slot.check);
}

template <class Slot>
Slot sealed(Slot slot) {
    slot.used = 1;
    slot.check = checkOf(slot);
    return slot;
}

EndpointRecord recordOf(const Endpoint& endpoint) {
    return {endpoint.address.bytes(), endpoint.port,
            static_cast<std::uint8_t>(endpoint.address.family()), 0};
}

bool isSound(const EndpointRecord& record) {
    return record.family <= static_cast<std::uint8_t>(Family::ipv6);
}

Endpoint endpointOf(const EndpointRecord& record) {
    const auto& bytes = record.address;
    const auto address = record.family == static_cast<std::uint8_t>(Family::ipv6)
                             ? IpAddress::v6(bytes)
                             : IpAddress::v4(bytes[0], bytes[1], bytes[2], bytes[3]);
    return {address, record.port};
}

bool isSound(const ConnectionSlot& slot) {
    return slot.used == 1 && slot.check == checkOf(slot) && isSound(slot.local) &&
           isSound(slot.remote) && slot.side <= static_cast<std::uint8_t>(Side::server) &&
           slot.joinInitial <= static_cast<std::uint8_t>(JoinInitial::denied) &&
           slot.form <= static_cast<std::uint8_t>(core::AddressForm::mapped);
}

bool isSound(const AnnouncedSlot& slot) {
    return slot.used == 1 && slot.check == checkOf(slot) && isSound(slot.remote);
}

} // namespace

ConnectionSlot slotOf(const core::memo::Connection& memo) {
    return sealed(ConnectionSlot{0, static_cast<std::uint32_t>(memo.token),
                                 recordOf(memo.initial.local), recordOf(memo.initial.remote),
                                 static_cast<std::uint8_t>(memo.side),
                                 static_cast<std::uint8_t>(memo.joinInitial),
                                 static_cast<std::uint8_t>(memo.initial.form), 1});
}

AnnouncedSlot slotOf(const core::memo::Announced& memo) {
    return sealed(AnnouncedSlot{0,
                                static_cast<std::uint32_t>(memo.token),
                                recordOf(memo.remote),
                                static_cast<std::uint8_t>(memo.id),
                                1,
                                {}});
}

std::optional<core::memo::Connection> memoOf(const ConnectionSlot& slot) {
    if (!isSound(slot))
        return std::nullopt;
    return core::memo::Connection{Token{slot.token},
                                  {endpointOf(slot.local), endpointOf(slot.remote),
                                   static_cast<core::AddressForm>(slot.form)},
                                  static_cast<Side>(slot.side),
                                  static_cast<JoinInitial>(slot.joinInitial)};
}

std::optional<core::memo::Announced> memoOf(const AnnouncedSlot& slot) {
    if (!isSound(slot))
        return std::nullopt;
    return core::memo::Announced{Token{slot.token}, AddressId{slot.id}, endpointOf(slot.remote)};
}

std::uint32_t checksum(const void* bytes, std::size_t size) {
    std::uint32_t hash = 2166136261U;
    const auto* const first = static_cast<const std::uint8_t*>(bytes);
    std::for_each(first, first + size,
                  [&hash](std::uint8_t byte) { hash = (hash ^ byte) * 16777619U; });
    return hash;
}

} // namespace subflowd::host
