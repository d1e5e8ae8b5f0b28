// SPDX-License-Identifier: BSD-3-Clause
#include "support/allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

// Every form but the over-aligned ones: AddressSanitizer brings those that are missing, and takes
// memory of its own `new` that ends in our `delete` for a mismatched pair. Not inlined: g++ would
// take malloc and delete, or new and free, for one.

namespace {

std::atomic<std::size_t> count{0};

} // namespace

[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
    ++count;
    return std::malloc(size);
}

[[gnu::noinline]] void* operator new[](std::size_t size, const std::nothrow_t& tag) noexcept {
    return operator new(size, tag);
}

[[gnu::noinline]] void* operator new(std::size_t size) {
    if (auto* const memory = operator new(size, std::nothrow))
        return memory;
    throw std::bad_alloc{};
}

[[gnu::noinline]] void* operator new[](std::size_t size) {
    return operator new(size);
}

[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}

[[gnu::noinline]] void operator delete[](void* memory) noexcept {
    std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::size_t /*size*/) noexcept {
    std::free(memory);
}

[[gnu::noinline]] void operator delete[](void* memory, std::size_t /*size*/) noexcept {
    std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, const std::nothrow_t& /*tag*/) noexcept {
    std::free(memory);
}

[[gnu::noinline]] void operator delete[](void* memory, const std::nothrow_t& /*tag*/) noexcept {
    std::free(memory);
}

namespace subflowd::test {

std::size_t allocations() {
    return count;
}

} // namespace subflowd::test
