// SPDX-License-Identifier: BSD-3-Clause
#include "host/state_image.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace subflowd::host {

namespace {

constexpr std::array<char, 8> magic{'s', 'u', 'b', 'f', 'l', 'o', 'w', 'd'};
constexpr std::uint32_t version = 1; // changes with the layout of the slots
constexpr std::size_t mostSlots = std::size_t{1} << 28U;

struct Header {
    std::array<char, 8> magic;
    std::uint32_t version;
    std::uint32_t check; ///< over the two capacities
    std::uint64_t connections;
    std::uint64_t announced;
    std::array<std::uint8_t, 32> zero;
};

static_assert(sizeof(Header) == 64);

std::uint32_t checkOf(const StateCapacity& capacity) {
    const std::array<std::uint64_t, 2> numbers{capacity.connections, capacity.announced};
    return checksum(numbers.data(), sizeof numbers);
}

std::size_t sizeOf(const StateCapacity& capacity) {
    return sizeof(Header) + capacity.connections * sizeof(ConnectionSlot) +
           capacity.announced * sizeof(AnnouncedSlot);
}

[[noreturn]] void fail(int error, const std::string& name) {
    throw std::system_error(error, std::generic_category(),
                            "The state file " + name + " cannot be written");
}

FileDescriptor createFile(int directory, const std::string& name) {
    ::unlinkat(directory, name.c_str(), 0);
    return FileDescriptor{::openat(directory, name.c_str(),
                                   O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                                   S_IRUSR | S_IWUSR)};
}

bool isSound(std::uint64_t slots) {
    return std::has_single_bit(slots) && slots > 1 && slots <= mostSlots;
}

/// The capacity that a header states, if the file can have it.
std::optional<StateCapacity> capacityOf(const Header& header, std::size_t fileSize) {
    if (header.magic != magic || header.version != version || !isSound(header.connections) ||
        !isSound(header.announced))
        return std::nullopt;
    const StateCapacity capacity{header.connections, header.announced};
    if (header.check != checkOf(capacity) || fileSize != sizeOf(capacity))
        return std::nullopt;
    return capacity;
}

bool readAt(int file, void* memory, std::size_t size, std::size_t offset) {
    auto* to = static_cast<std::byte*>(memory);
    while (size > 0) {
        const auto got = ::pread(file, to, size, static_cast<off_t>(offset));
        if (got <= 0)
            return false;
        to += got;
        offset += static_cast<std::size_t>(got);
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

template <class Slot, class Memo>
void take(const std::vector<Slot>& slots, std::vector<Memo>& memos, std::size_t& damaged) {
    constexpr Slot empty{};
    for (const auto& slot : slots) {
        if (std::memcmp(&slot, &empty, sizeof slot) == 0)
            continue;
        if (const auto memo = memoOf(slot))
            memos.push_back(*memo);
        else
            ++damaged;
    }
}

} // namespace

StateImage::StateImage(int directory, const std::string& name, StateCapacity capacity)
    : capacity_(capacity) {
    const auto file = createFile(directory, name);
    if (!file.isOpen())
        fail(errno, name);
    const auto size = sizeOf(capacity);
    if (const int error = ::posix_fallocate(file.number(), 0, static_cast<off_t>(size)))
        fail(error, name);
    void* const memory =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file.number(), 0);
    if (memory == MAP_FAILED)
        fail(errno, name);
    memory_ = static_cast<std::byte*>(memory);
    const Header header{magic, version, checkOf(capacity), capacity.connections, capacity.announced,
                        {}};
    std::memcpy(memory_, &header, sizeof header);
}

StateImage::StateImage(StateImage&& other) noexcept
    : capacity_(other.capacity_), memory_(std::exchange(other.memory_, nullptr)) {}

StateImage& StateImage::operator=(StateImage&& other) noexcept {
    std::swap(capacity_, other.capacity_);
    std::swap(memory_, other.memory_);
    return *this;
}

StateImage::~StateImage() {
    if (memory_)
        ::munmap(memory_, sizeOf(capacity_));
}

std::span<ConnectionSlot> StateImage::connections() const {
    return {reinterpret_cast<ConnectionSlot*>(memory_ + sizeof(Header)), capacity_.connections};
}

std::span<AnnouncedSlot> StateImage::announced() const {
    return {reinterpret_cast<AnnouncedSlot*>(memory_ + sizeof(Header) +
                                             capacity_.connections * sizeof(ConnectionSlot)),
            capacity_.announced};
}

std::variant<StateContent, NoStateFile, NotAStateFile> readStateFile(int directory,
                                                                     const std::string& name) {
    const FileDescriptor file{
        ::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
    if (!file.isOpen() && errno == ENOENT)
        return NoStateFile{};

    struct stat status {};

    if (!file.isOpen() || ::fstat(file.number(), &status) != 0)
        return NotAStateFile{std::generic_category().message(errno)};
    if (!S_ISREG(status.st_mode) || status.st_uid != ::geteuid())
        return NotAStateFile{"it is not a regular file of this user"};
    Header header{};
    if (!readAt(file.number(), &header, sizeof header, 0))
        return NotAStateFile{"it is cut off"};
    const auto capacity = capacityOf(header, static_cast<std::size_t>(status.st_size));
    if (!capacity)
        return NotAStateFile{"it is damaged or of another version"};
    std::vector<ConnectionSlot> connections(capacity->connections);
    std::vector<AnnouncedSlot> announced(capacity->announced);
    const auto connectionBytes = connections.size() * sizeof(ConnectionSlot);
    if (!readAt(file.number(), connections.data(), connectionBytes, sizeof header) ||
        !readAt(file.number(), announced.data(), announced.size() * sizeof(AnnouncedSlot),
                sizeof header + connectionBytes))
        return NotAStateFile{"it cannot be read"};
    StateContent content;
    take(connections, content.connections, content.damaged);
    take(announced, content.announced, content.damaged);
    return content;
}

} // namespace subflowd::host
