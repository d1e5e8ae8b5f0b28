// SPDX-License-Identifier: BSD-3-Clause
#include "ndiffports.hpp"

SUBFLOWD_PLUGIN(subflowd::ndiffports::Ndiffports);
