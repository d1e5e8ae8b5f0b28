// SPDX-License-Identifier: BSD-3-Clause
#include "good.hpp"

namespace {

constexpr subflowd::PluginDescriptor descriptor() {
    auto wrong = subflowd::goodDescriptor("makes_none");
    wrong.create = [](const subflowd::Settings&) -> subflowd::Policy* { return nullptr; };
    return wrong;
}

} // namespace

EXPORT_DESCRIPTOR(subflowd::PluginDescriptor) = descriptor();
