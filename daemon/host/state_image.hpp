// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "host/file_descriptor.hpp"
#include "host/state_record.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace subflowd::host {

/// How many slots a state file has, powers of two.
struct StateCapacity {
    std::size_t connections = 1024;
    std::size_t announced = 1024;

    friend bool operator==(const StateCapacity&, const StateCapacity&) = default;
};

/// A state file in memory: a header, then the slots of connections, then those of announced
/// addresses. Writing to the slots is writing to the file; what was written survives the death of
/// the process at any instruction.
class StateImage {
  public:
    StateImage() = default;

    /// Makes an empty file, replacing any of that name, with all its memory reserved: a full file
    /// system is an error here and never a signal later. Throws std::system_error.
    StateImage(int directory, const std::string& name, StateCapacity capacity);

    StateImage(StateImage&& other) noexcept;
    StateImage& operator=(StateImage&& other) noexcept;
    StateImage(const StateImage&) = delete;
    StateImage& operator=(const StateImage&) = delete;
    ~StateImage();

    const StateCapacity& capacity() const { return capacity_; }

    std::span<ConnectionSlot> connections() const;
    std::span<AnnouncedSlot> announced() const;

  private:
    StateCapacity capacity_{0, 0};
    std::byte* memory_ = nullptr;
};

/// What a state file said that an earlier process left.
struct StateContent {
    std::vector<core::memo::Connection> connections;
    std::vector<core::memo::Announced> announced;
    std::size_t damaged = 0; ///< slots that could not be read

    friend bool operator==(const StateContent&, const StateContent&) = default;
};

/// There is no such file.
struct NoStateFile {};

/// The file is no state file of this version and user: why, for a sentence.
struct NotAStateFile {
    std::string why;
};

/// Reads a whole state file, trusting nothing in it.
std::variant<StateContent, NoStateFile, NotAStateFile> readStateFile(int directory,
                                                                     const std::string& name);

} // namespace subflowd::host
