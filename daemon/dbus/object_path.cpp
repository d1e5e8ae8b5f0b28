// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/object_path.hpp"

#include <systemd/sd-bus.h>

#include <cstdlib>
#include <memory>
#include <new>

namespace subflowd::dbus {

namespace {

struct Freed {
    void operator()(char* text) const { std::free(text); }
};

} // namespace

sdbus::ObjectPath objectPath(const char* parent, const std::string& name) {
    char* made = nullptr;
    if (sd_bus_path_encode(parent, name.c_str(), &made) < 0)
        throw std::bad_alloc{};
    const std::unique_ptr<char, Freed> path{made};
    return sdbus::ObjectPath{path.get()};
}

} // namespace subflowd::dbus
