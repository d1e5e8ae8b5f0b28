// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "host/file_descriptor.hpp"

#include <string>

/// Descriptors that the service manager keeps from one run of the service to the next
/// (FileDescriptorStoreMax= of systemd.service(5)).
namespace subflowd::host {

/// What an earlier run left under a name; not open: nothing. What else was left is closed. The
/// first call takes all there is.
FileDescriptor takeKept(const std::string& name);

/// Has a copy kept under a name, in place of what was there, until the service is stopped. Does
/// nothing where nobody keeps it.
void keep(const std::string& name, int descriptor);

} // namespace subflowd::host
