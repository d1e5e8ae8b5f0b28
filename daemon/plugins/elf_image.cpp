// SPDX-License-Identifier: BSD-3-Clause
#include "plugins/elf_image.hpp"

#include <elf.h>
#include <link.h>

#include <bit>
#include <cstring>

namespace subflowd::plugins {

/// The header of the running program, under the linker's name for it.
extern const ElfW(Ehdr) ownHeader __asm__("__ehdr_start") __attribute__((visibility("hidden")));

namespace {

using Bytes = std::span<const std::byte>;
using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);
using SectionHeader = ElfW(Shdr);
using Symbol = ElfW(Sym);

constexpr unsigned char nativeClass = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
constexpr unsigned char nativeOrder =
    std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;

ElfW(Half) nativeMachine() {
    return ownHeader.e_machine;
}

/// A part of the file; empty if the file does not have all of it.
Bytes part(Bytes file, std::size_t offset, std::size_t size) {
    if (offset > file.size() || size > file.size() - offset)
        return {};
    return file.subspan(offset, size);
}

/// A struct of the file, whatever its alignment there.
template <class Struct>
std::optional<Struct> read(Bytes file, std::size_t offset) {
    const auto bytes = part(file, offset, sizeof(Struct));
    if (bytes.empty())
        return std::nullopt;
    Struct value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

/// An element of a table of the file.
template <class Struct>
std::optional<Struct> element(Bytes table, std::size_t index) {
    if (index >= table.size() / sizeof(Struct))
        return std::nullopt;
    return read<Struct>(table, index * sizeof(Struct));
}

bool nameIs(Bytes names, std::size_t offset, std::string_view wanted) {
    const auto bytes = part(names, offset, wanted.size() + 1);
    return !bytes.empty() && bytes.back() == std::byte{0} &&
           std::memcmp(bytes.data(), wanted.data(), wanted.size()) == 0;
}

/// The bytes that are loaded to an address.
Bytes atAddress(Bytes file, const Header& header, std::size_t address, std::size_t size) {
    const auto segments = part(file, header.e_phoff, header.e_phnum * sizeof(Segment));
    for (std::size_t i = 0; const auto segment = element<Segment>(segments, i); ++i)
        if (segment->p_type == PT_LOAD && address >= segment->p_vaddr &&
            address - segment->p_vaddr < segment->p_filesz &&
            size <= segment->p_filesz - (address - segment->p_vaddr))
            return part(file, segment->p_offset + (address - segment->p_vaddr), size);
    return {};
}

std::optional<Symbol> find(Bytes symbols, Bytes names, std::string_view wanted) {
    for (std::size_t i = 0; const auto symbol = element<Symbol>(symbols, i); ++i)
        if (symbol->st_shndx != SHN_UNDEF && nameIs(names, symbol->st_name, wanted))
            return symbol;
    return std::nullopt;
}

} // namespace

std::optional<std::string> ElfImage::objection() const {
    const auto header = read<Header>(bytes_, 0);
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return "it is not a shared object";
    if (header->e_ident[EI_CLASS] != nativeClass || header->e_ident[EI_DATA] != nativeOrder ||
        header->e_machine != nativeMachine())
        return "it was built for another kind of machine";
    if (header->e_type != ET_DYN || header->e_phentsize != sizeof(Segment) ||
        header->e_shentsize != sizeof(SectionHeader))
        return "it is not a shared object";
    return std::nullopt;
}

std::span<const std::byte> ElfImage::symbol(std::string_view name) const {
    const auto header = read<Header>(bytes_, 0);
    if (!header)
        return {};
    const auto sections = part(bytes_, header->e_shoff, header->e_shnum * sizeof(SectionHeader));
    for (std::size_t i = 0; const auto section = element<SectionHeader>(sections, i); ++i) {
        const auto strings = element<SectionHeader>(sections, section->sh_link);
        if (section->sh_type != SHT_DYNSYM || !strings)
            continue;
        const auto found = find(part(bytes_, section->sh_offset, section->sh_size),
                                part(bytes_, strings->sh_offset, strings->sh_size), name);
        if (found)
            return atAddress(bytes_, *header, found->st_value, found->st_size);
    }
    return {};
}

} // namespace subflowd::plugins
