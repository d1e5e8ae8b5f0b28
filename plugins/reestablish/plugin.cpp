// SPDX-License-Identifier: BSD-3-Clause
#include "reestablish.hpp"

SUBFLOWD_PLUGIN(subflowd::reestablish::Reestablish);
