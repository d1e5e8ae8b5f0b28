// SPDX-License-Identifier: BSD-3-Clause
#include "announce.hpp"

SUBFLOWD_PLUGIN(subflowd::announce::Announce);
