// SPDX-License-Identifier: BSD-3-Clause
// Says the right numbers and ends there.
#include "good.hpp"

struct Head {
    std::uint32_t abi;
    std::uint32_t size;
};

EXPORT_DESCRIPTOR(Head) = {subflowd::pluginAbi, sizeof(subflowd::PluginDescriptor)};
