// SPDX-License-Identifier: BSD-3-Clause
#include "good.hpp"

namespace {

constexpr subflowd::PluginDescriptor descriptor() {
    auto wrong = subflowd::goodDescriptor("wrong_toolchain");
    wrong.toolchain = "another standard library";
    return wrong;
}

} // namespace

EXPORT_DESCRIPTOR(subflowd::PluginDescriptor) = descriptor();
