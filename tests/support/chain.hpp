// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "support/lab.hpp"
#include "support/scripted_policy.hpp"

#include <subflowd/address_text.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace subflowd::test {

/// Two policies in a chain, on a host with eth0 (10.0.0.1) and eth1 (10.0.1.1).
class Chain : public testing::Test {
  protected:
    static constexpr auto server = "10.9.0.1:443";

    void SetUp() override { lab.twoUplinks(); }

    /// A connection from 10.0.0.1 that is established, with what follows from it done.
    Token connected(JoinInitial joinInitial = JoinInitial::allowed) {
        return lab.connected("10.0.0.1:" + std::to_string(nextPort_++), server, joinInitial);
    }

    core::PathReport explain(Token token, std::string_view local,
                             std::string_view remote = server) {
        for (const auto& path : lab.engine->explain(lab.now, token))
            if (path.local == parseAddress(local) && path.remote == parseEndpoint(remote))
                return path;
        ADD_FAILURE() << "no path " << local << " -> " << remote;
        return {};
    }

    std::string why(Token token, std::string_view local, std::string_view remote = server) {
        const auto path = explain(token, local, remote);
        return path.by + ": " + std::string{codeOf(path.reason)};
    }

    ScriptedPolicy first;
    ScriptedPolicy second;
    Lab lab{{{"first", &first}, {"second", &second}}};

  private:
    std::uint16_t nextPort_ = 1000;
};

inline constexpr auto other = IpAddress::v4(10, 0, 1, 1); ///< the address of eth1
inline constexpr Reason reason{&because, 0, 0};

inline const ScriptedPolicy::Say wantsAll = [](const auto& connection, const auto&, Plan& plan) {
    wantAll(connection, plan);
};

} // namespace subflowd::test
