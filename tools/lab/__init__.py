# SPDX-License-Identifier: BSD-3-Clause
"""A laboratory for Multipath TCP: network namespaces, uplinks, real MPTCP sockets, the daemon on a
bus of its own, and the kernel's own view of what happened.

Used by tests/kernel and tools/demo. Needs root and nothing but Python's standard library,
iproute2, util-linux and dbus-daemon."""
