// SPDX-License-Identifier: BSD-3-Clause
#include "host/state_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace subflowd::host {

namespace {

namespace fs = std::filesystem;

constexpr auto any = [](const auto& /*slot*/) { return true; };

[[noreturn]] void failToUse(const fs::path& path, int error) {
    throw std::system_error(error, std::generic_category(),
                            "The state directory needs " + path.string() +
                                ", which cannot be had; choose another with --state-dir");
}

FileDescriptor openDirectory(const fs::path& path) {
    std::error_code error;
    fs::create_directories(path, error);
    FileDescriptor folder{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!folder.isOpen())
        failToUse(path, error ? error.value() : errno);
    return folder;
}

FileDescriptor lock(int folder, const fs::path& path) {
    FileDescriptor file{::openat(folder, path.filename().c_str(),
                                 O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR)};
    if (!file.isOpen())
        failToUse(path, errno);
    if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0)
        throw std::runtime_error("Another subflowd uses " + path.string() +
                                 " in this network namespace: stop it first.");
    return file;
}

/// Slots for a number of entries, with room for as many again.
std::size_t slotsFor(std::size_t entries) {
    return std::bit_ceil(std::max<std::size_t>(entries * 2, StateCapacity{}.connections));
}

template <class Slot>
void copy(const SlotTable<Slot>& from, SlotTable<Slot>& to) {
    for (const auto& slot : from.slots())
        if (slot.used != 0)
            to.insert(slot);
}

} // namespace

StateFile::StateFile(const fs::path& directory, NetworkNamespace name)
    : directory_(directory),
      name_(fileStem(name) + ".state"),
      folder_(openDirectory(directory)),
      lock_(lock(folder_.number(), directory / (fileStem(name) + ".lock"))) {
    const auto content = readOld();
    rebuild({slotsFor(content.connections.size()), slotsFor(content.announced.size())}, content);
}

StateContent StateFile::readOld() {
    auto old = readStateFile(folder_.number(), name_);
    const auto path = (directory_ / name_).string();
    if (const auto* bad = std::get_if<NotAStateFile>(&old)) {
        const auto aside = name_ + ".bad";
        const bool moved =
            ::renameat(folder_.number(), name_.c_str(), folder_.number(), aside.c_str()) == 0;
        warnings_.push_back("The state file " + path + " cannot be used, because " + bad->why +
                            (moved ? "; it is now called " + aside : "; it is replaced") +
                            ", and what it remembered is forgotten.");
    }
    auto* const content = std::get_if<StateContent>(&old);
    if (!content)
        return {};
    if (content->damaged != 0)
        warnings_.push_back("The state file " + path + " is damaged: " +
                            std::to_string(content->damaged) + " entries are forgotten.");
    return std::move(*content);
}

void StateFile::rebuild(StateCapacity capacity, const StateContent& content) {
    const auto next = name_ + ".new";
    image_ = StateImage{folder_.number(), next, capacity};
    connections_ = SlotTable{image_.connections()};
    announced_ = SlotTable{image_.announced()};
    for (const auto& connection : content.connections)
        take(connection);
    for (const auto& announced : content.announced)
        take(announced);
    if (::renameat(folder_.number(), next.c_str(), folder_.number(), name_.c_str()) != 0)
        failToUse(directory_ / name_, errno);
}

StateFile::Written StateFile::grow() {
    const auto next = name_ + ".new";
    auto capacity = image_.capacity();
    capacity.connections *= connections_.isFull() ? 2U : 1U;
    capacity.announced *= announced_.isFull() ? 2U : 1U;
    try {
        StateImage image{folder_.number(), next, capacity};
        SlotTable connections{image.connections()};
        SlotTable announced{image.announced()};
        copy(connections_, connections);
        copy(announced_, announced);
        if (::renameat(folder_.number(), next.c_str(), folder_.number(), name_.c_str()) != 0)
            return Written::noRoom;
        image_ = std::move(image);
        connections_ = connections;
        announced_ = announced;
    } catch (const std::system_error&) {
        ::unlinkat(folder_.number(), next.c_str(), 0);
        return Written::noRoom;
    }
    return Written::yes;
}

StateFile::Written StateFile::write(const core::Memo& memo) {
    return std::visit([this](const auto& each) { return take(each); }, memo);
}

StateFile::Written StateFile::take(const core::memo::Connection& memo) {
    const auto slot = slotOf(memo);
    if (auto* const known = find(memo.token)) {
        const auto before = memoOf(*known);
        if (!before || before->initial != memo.initial)
            forgetAnnounced(memo.token);
        *known = slot;
        return Written::yes;
    }
    if (connections_.isFull() && grow() == Written::noRoom)
        return Written::noRoom;
    connections_.insert(slot);
    return Written::yes;
}

StateFile::Written StateFile::take(const core::memo::Announced& memo) {
    if (!find(memo.token))
        return Written::yes;
    const auto slot = slotOf(memo);
    std::size_t count = 0;
    auto* const known = announced_.find(slot.token, [&](const AnnouncedSlot& each) {
        ++count;
        return each.id == slot.id;
    });
    if (known) {
        *known = slot;
        return Written::yes;
    }
    if (count >= mostAnnounced)
        return Written::yes;
    if (announced_.isFull() && grow() == Written::noRoom)
        return Written::noRoom;
    announced_.insert(slot);
    return Written::yes;
}

StateFile::Written StateFile::take(const core::memo::Withdrawn& memo) {
    const auto id = static_cast<std::uint8_t>(memo.id);
    auto* const known = announced_.find(static_cast<std::uint32_t>(memo.token),
                                        [id](const AnnouncedSlot& each) { return each.id == id; });
    if (known)
        announced_.erase(*known);
    return Written::yes;
}

StateFile::Written StateFile::take(const core::memo::Gone& memo) {
    if (auto* const known = find(memo.token))
        connections_.erase(*known);
    forgetAnnounced(memo.token);
    return Written::yes;
}

ConnectionSlot* StateFile::find(Token token) const {
    return connections_.find(static_cast<std::uint32_t>(token), any);
}

void StateFile::forgetAnnounced(Token token) {
    while (auto* const known = announced_.find(static_cast<std::uint32_t>(token), any))
        announced_.erase(*known);
}

std::optional<core::snapshot::Remembered> StateFile::recall(Token token,
                                                            const core::FourTuple& initial) const {
    const auto* const slot = find(token);
    const auto memo = slot ? memoOf(*slot) : std::nullopt;
    if (!memo || memo->initial != initial)
        return std::nullopt;
    core::snapshot::Remembered remembered{memo->joinInitial, memo->side, {}};
    announced_.find(static_cast<std::uint32_t>(token), [&remembered](const AnnouncedSlot& each) {
        if (const auto announced = memoOf(each))
            remembered.announced.push_back({announced->remote, announced->id, {}, {}});
        return false;
    });
    return remembered;
}

void StateFile::retain(const std::function<bool(Token)>& exists) {
    const auto isGone = [&exists](const auto& slot) { return !exists(Token{slot.token}); };
    connections_.eraseIf(isGone);
    announced_.eraseIf(isGone);
}

} // namespace subflowd::host
