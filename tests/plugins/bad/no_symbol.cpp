// SPDX-License-Identifier: BSD-3-Clause
#include "good.hpp"

extern "C" __attribute__((visibility("default"))) const int something_else = 1;
