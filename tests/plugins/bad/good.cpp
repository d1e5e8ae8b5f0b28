// SPDX-License-Identifier: BSD-3-Clause
#include "good.hpp"

using subflowd::EveryPath;

SUBFLOWD_PLUGIN(EveryPath);
