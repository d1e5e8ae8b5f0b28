// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "dbus/wire.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace subflowd::dbus {

/// Follows a service and the objects that it manages, if it is there. Nothing waits for it: it may
/// be absent, come late, restart or hang. It is never started by this, because messages go to the
/// owner of its name, and only while there is one.
class ObjectWatch {
  public:
    using Interfaces = wire::Interfaces;

    /// Who is told. Called from inside the bus connection; must not throw.
    class Listener {
      public:
        Listener() = default;
        Listener(const Listener&) = delete;
        Listener& operator=(const Listener&) = delete;
        virtual ~Listener() = default;

        /// Another owner, or none (empty): nothing is known any more.
        virtual void ownerChanged(const std::string& owner) = 0;

        /// Properties of an object, new or changed.
        virtual void changed(const std::string& path, const std::string& interface,
                             const wire::Dictionary& properties) = 0;

        /// An object lost interfaces; it is gone if it has no other.
        virtual void removed(const std::string& path,
                             const std::vector<std::string>& interfaces) = 0;

        /// All objects that there were have been told.
        virtual void allKnown() = 0;
    };

    struct Service {
        const char* name;
        const char* root; ///< the path of its object manager, above all its objects
    };

    /// The connection and the listener must outlive it.
    ObjectWatch(sdbus::IConnection& connection, const Service& service, Listener& listener);

    /// Its unique name; empty: it is not there.
    const std::string& owner() const { return owner_; }

    /// An object of the owner.
    std::unique_ptr<sdbus::IProxy> proxyFor(const std::string& path) const;

    /// Has a handler called for a signal of the owner without arguments, with the object's path.
    void follow(const std::string& member, std::function<void(const std::string&)> handler);

  private:
    using Handler = std::function<void(sdbus::Message&)>;

    void watch();
    void onSignal(const std::string& rest, Handler handler);
    void ownedBy(const std::string& owner);
    void askAll();
    void tell(const std::string& path, const Interfaces& interfaces);

    sdbus::IConnection& connection_;
    Service service_;
    std::string below_; ///< of a match: only objects of the service
    Listener& listener_;
    std::vector<sdbus::Slot> matches_;
    std::unique_ptr<sdbus::IProxy> bus_;
    std::string owner_;
    std::unique_ptr<sdbus::IProxy> objects_;
};

} // namespace subflowd::dbus
