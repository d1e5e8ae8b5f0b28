// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/report.hpp"
#include "core/request.hpp"
#include "dbus/wire.hpp"

#include <span>
#include <string>

/// The arguments of the methods that change something, as org.subflowd1.xml describes them. Each
/// throws the error InvalidArgs, with a sentence, for what cannot be understood.
namespace subflowd::dbus {

/// The keys local, remote and link.
core::request::PathName pathName(const wire::Dictionary& path,
                                 std::span<const core::LinkReport> links);

/// "10.0.0.1" or "10.0.0.1:443".
Endpoint addressArgument(const std::string& text);

Priority priorityArgument(const std::string& text);

/// A role, or nothing for "configured".
std::optional<Role> roleArgument(const std::string& text);

/// Throws NoSuchLink.
LinkIndex linkArgument(const std::string& name, std::span<const core::LinkReport> links);

} // namespace subflowd::dbus
