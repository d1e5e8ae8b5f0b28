// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace subflowd::netlink::test {

/// A generic-netlink message by hand, so that tests can write what no kernel of today sends.
class MessageBuilder {
  public:
    static constexpr std::uint16_t family = 28;

    explicit MessageBuilder(std::uint8_t command) {
        nlmsghdr header{};
        header.nlmsg_type = family;
        put(&header, sizeof header);
        genlmsghdr genl{};
        genl.cmd = command;
        genl.version = 1;
        put(&genl, sizeof genl);
    }

    template <class Value>
    MessageBuilder& add(std::uint16_t type, const Value& value) {
        const nlattr header{static_cast<std::uint16_t>(sizeof(nlattr) + sizeof value), type};
        put(&header, sizeof header);
        put(&value, sizeof value);
        bytes_.resize((bytes_.size() + 3) / 4 * 4);
        return setLength();
    }

    MessageBuilder& type(std::uint16_t type) {
        std::memcpy(bytes_.data() + offsetof(nlmsghdr, nlmsg_type), &type, sizeof type);
        return *this;
    }

    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

  private:
    void put(const void* value, std::size_t count) {
        const auto* from = static_cast<const std::byte*>(value);
        bytes_.insert(bytes_.end(), from, from + count);
        setLength();
    }

    MessageBuilder& setLength() {
        const auto length = static_cast<std::uint32_t>(bytes_.size());
        std::memcpy(bytes_.data(), &length, sizeof length);
        return *this;
    }

    std::vector<std::byte> bytes_;
};

} // namespace subflowd::netlink::test
