// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/connection.hpp"
#include "core/world.hpp"

#include <subflowd/connection.hpp>

#include <cstdint>
#include <vector>

namespace subflowd::core {

/// A path that a connection has or could have.
struct Candidate {
    static constexpr std::uint16_t noRecord = 0xffff;

    LocalRef local{};
    RemoteRef remote{};
    RemoteOrigin origin = RemoteOrigin::initial;
    AddressId remoteId{};
    Usability usability = Usability::usable; ///< of the local address, for this remote
    std::uint16_t record = noRecord;         ///< index into Connection::paths
    const ReasonText* refusal = nullptr;     ///< why [Guard] forbids it; null: it does not
};

/// Which paths are listed.
enum class Listing : std::uint8_t {
    possible, ///< remembered ones, and those whose local address is usable for the remote
    all,      ///< also those that are not possible now: for people who ask why
};

/// The paths of a connection as policies see them, with the subflows and remotes beside them. The
/// memory is kept from call to call.
class Candidates {
  public:
    void list(const World& world, const Connection& connection, Listing listing);

    const std::vector<Candidate>& all() const { return candidates_; }

    const std::vector<PathView>& views() const { return views_; }

    /// What a policy is shown. Valid until the next call of list().
    ConnectionView view(const World& world, const Connection& connection) const;

  private:
    void addRecorded(const World& world, const Connection& connection);
    void addPossible(const World& world, const Connection& connection, Listing listing);
    void addTo(const World& world, const Connection& connection, const Candidate& candidate,
               Listing listing);
    void add(const World& world, const Connection& connection, Candidate candidate);
    void addSubflows(const World& world, const Connection& connection);
    void addRemotes(const World& world, const Connection& connection);
    void addAnnouncements(const World& world, const Connection& connection);

    std::vector<Candidate> candidates_;
    std::vector<PathView> views_;
    std::vector<SubflowView> subflows_;
    std::vector<RemoteView> remotes_;
    std::vector<AnnouncementView> announcements_;
    std::vector<Measurement> measurements_; ///< beside subflows_, or none
};

} // namespace subflowd::core
