// SPDX-License-Identifier: BSD-3-Clause
#include "good.hpp"

EXPORT_DESCRIPTOR(subflowd::PluginDescriptor) = subflowd::goodDescriptor("another");
