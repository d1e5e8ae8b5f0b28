// SPDX-License-Identifier: BSD-3-Clause
#include "good.hpp"

namespace {

constexpr subflowd::PluginDescriptor descriptor() {
    auto wrong = subflowd::goodDescriptor("wrong_size");
    wrong.size = sizeof wrong - sizeof(void*);
    return wrong;
}

} // namespace

EXPORT_DESCRIPTOR(subflowd::PluginDescriptor) = descriptor();
