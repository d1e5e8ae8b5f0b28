// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/outcome.hpp"
#include "core/snapshot.hpp"
#include "host/file_descriptor.hpp"
#include "host/network_namespace.hpp"
#include "host/slot_table.hpp"
#include "host/state_image.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace subflowd::host {

/// Remembers, for one network namespace, what no dump of the kernel tells again: on which side a
/// connection was opened, whether its initial address may be joined, and what its peer announced.
///
/// The file is mapped: a write is a few stores in memory, with no system call and no allocation
/// unless the file has to grow, and survives SIGKILL. Growing makes a larger file beside it, which
/// then takes its name. DIRECTORY/netns-INODE.state, mode 0600.
class StateFile {
  public:
    /// Addresses that are remembered of each connection; the peer may announce more.
    static constexpr std::size_t mostAnnounced = 8;

    /// Opens or makes the file, and the directory if need be. What an earlier process left and
    /// can be read is kept, a file that cannot be read is moved aside (see warnings()). Throws
    /// std::system_error, or std::runtime_error if another daemon has the file.
    StateFile(const std::filesystem::path& directory, NetworkNamespace name);

    /// What was wrong with the file at opening, as sentences.
    const std::vector<std::string>& warnings() const { return warnings_; }

    enum class Written : std::uint8_t {
        yes,
        noRoom, ///< the file had to grow and could not: this memo is not remembered
    };

    Written write(const core::Memo& memo);

    /// What is remembered of a connection, if it is the same connection: tokens are reused, the
    /// initial addresses and ports tell.
    std::optional<core::snapshot::Remembered> recall(Token token,
                                                     const core::FourTuple& initial) const;

    /// Forgets the connections that no longer exist.
    void retain(const std::function<bool(Token)>& exists);

    /// How many connections are remembered.
    std::size_t size() const { return connections_.size(); }

  private:
    Written take(const core::memo::Connection& memo);
    Written take(const core::memo::Announced& memo);
    Written take(const core::memo::Withdrawn& memo);
    Written take(const core::memo::Gone& memo);

    ConnectionSlot* find(Token token) const;
    void forgetAnnounced(Token token);

    StateContent readOld();
    void rebuild(StateCapacity capacity, const StateContent& content);
    Written grow();

    std::filesystem::path directory_;
    std::string name_;
    FileDescriptor folder_;
    FileDescriptor lock_;
    std::vector<std::string> warnings_;
    StateImage image_;
    SlotTable<ConnectionSlot> connections_;
    SlotTable<AnnouncedSlot> announced_;
};

} // namespace subflowd::host
