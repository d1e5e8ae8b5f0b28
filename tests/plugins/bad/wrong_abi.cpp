// SPDX-License-Identifier: BSD-3-Clause
// Built against other headers, so nothing of it may run: its initialiser would tell.
#include "good.hpp"

#include <cstdlib>

namespace {

const int ran = ::setenv("SUBFLOWD_TEST_WRONG_ABI_RAN", "yes", 1);

constexpr subflowd::PluginDescriptor descriptor() {
    auto wrong = subflowd::goodDescriptor("wrong_abi");
    wrong.abi = subflowd::pluginAbi + 1;
    return wrong;
}

} // namespace

EXPORT_DESCRIPTOR(subflowd::PluginDescriptor) = descriptor();
