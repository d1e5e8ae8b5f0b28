// SPDX-License-Identifier: BSD-3-Clause
#include "plugins/library.hpp"

#include "plugins/descriptor_check.hpp"
#include "plugins/elf_image.hpp"

#include <dlfcn.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#define SUBFLOWD_TEXT_OF(name) #name
#define SUBFLOWD_EXPANDED_TEXT_OF(name) SUBFLOWD_TEXT_OF(name)

namespace subflowd::plugins {

namespace {

constexpr const char* descriptorSymbol = SUBFLOWD_EXPANDED_TEXT_OF(SUBFLOWD_PLUGIN_SYMBOL);

/// A file's bytes in memory.
class Mapping {
  public:
    explicit Mapping(const TrustedFile& file)
        : size_(file.size),
          address_(::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.descriptor.number(), 0)) {}

    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;

    ~Mapping() {
        if (isMapped())
            ::munmap(address_, size_);
    }

    bool isMapped() const { return address_ != MAP_FAILED; }

    std::span<const std::byte> bytes() const {
        return {static_cast<const std::byte*>(address_), size_};
    }

  private:
    std::size_t size_;
    void* address_;
};

Objection checkSymbol(const ElfImage& image) {
    const auto symbol = image.symbol(descriptorSymbol);
    DescriptorHead head;
    if (symbol.size() < sizeof head)
        return std::string{"it has no constant "} + descriptorSymbol +
               ": it is not a policy for this subflowd";
    std::memcpy(&head, symbol.data(), sizeof head);
    if (auto objection = checkHead(head))
        return objection;
    if (symbol.size() < sizeof(PluginDescriptor))
        return "its descriptor has " + std::to_string(symbol.size()) + " bytes instead of " +
               std::to_string(sizeof(PluginDescriptor)) + ": build it again";
    return std::nullopt;
}

/// Judges the file without running any of its code.
Objection checkFile(const TrustedFile& file) {
    if (file.size == 0)
        return "it is empty";
    const Mapping mapping{file};
    if (!mapping.isMapped())
        return "it cannot be read: " + std::generic_category().message(errno);
    const ElfImage image{mapping.bytes()};
    if (auto objection = image.objection())
        return objection;
    return checkSymbol(image);
}

} // namespace

std::variant<const PluginDescriptor*, Refusal> loadLibrary(TrustedFile file) {
    const auto refuse = [&file](const std::string& objection) {
        return Refusal{file.path.string() + " cannot be used: " + objection};
    };
    if (const auto objection = checkFile(file))
        return refuse(*objection);
    const auto path = "/proc/self/fd/" + std::to_string(file.descriptor.number());
    void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!library)
        return refuse(::dlerror());
    file.descriptor.release();
    const void* const symbol = ::dlsym(library, descriptorSymbol);
    if (!symbol)
        return refuse(::dlerror());
    return static_cast<const PluginDescriptor*>(symbol);
}

} // namespace subflowd::plugins
