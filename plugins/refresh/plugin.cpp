// SPDX-License-Identifier: BSD-3-Clause
#include "refresh.hpp"

SUBFLOWD_PLUGIN(subflowd::refresh::Refresh);
