// SPDX-License-Identifier: BSD-3-Clause
#include "fullmesh.hpp"

SUBFLOWD_PLUGIN(subflowd::fullmesh::Fullmesh);
