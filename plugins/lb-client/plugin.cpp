// SPDX-License-Identifier: BSD-3-Clause
#include "lb_client.hpp"

SUBFLOWD_PLUGIN(subflowd::lb_client::LbClient);
