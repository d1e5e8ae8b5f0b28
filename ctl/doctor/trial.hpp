// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "doctor/facts.hpp"

namespace subflowd::ctl::doctor {

/// Opens an MPTCP connection from the loopback address of the family to itself, and closes it. The
/// only way to learn whether the kernel asks for MPTCP at present: the verdict about a black hole
/// is shown nowhere. Nothing leaves the host.
Trial tryMultipath(Family family);

} // namespace subflowd::ctl::doctor
