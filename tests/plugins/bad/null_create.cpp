// SPDX-License-Identifier: BSD-3-Clause
#include "good.hpp"

namespace {

constexpr subflowd::PluginDescriptor descriptor() {
    auto wrong = subflowd::goodDescriptor("null_create");
    wrong.create = nullptr;
    return wrong;
}

} // namespace

EXPORT_DESCRIPTOR(subflowd::PluginDescriptor) = descriptor();
