// SPDX-License-Identifier: BSD-3-Clause
#include "host/endpoint_memory.hpp"

#include "host/short_file.hpp"

#include <subflowd/address_text.hpp>

#include <cstdint>
#include <limits>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>

namespace subflowd::host {

namespace {

namespace fs = std::filesystem;

/// "10.0.0.1 3 2 6": address, id, link and flags.
std::optional<core::KernelEndpoint> endpointOf(const std::string& line) {
    std::istringstream words{line};
    std::string text;
    std::uint32_t id = 0;
    std::uint32_t link = 0;
    std::uint32_t flags = 0;
    words >> text >> id >> link >> flags;
    const auto address = parseAddress(text);
    if (!words || !address || id > std::numeric_limits<std::uint8_t>::max())
        return std::nullopt;
    return core::KernelEndpoint{{*address, 0},
                                static_cast<AddressId>(id),
                                static_cast<core::EndpointFlags>(flags),
                                LinkIndex{link}};
}

int keep(const fs::path& file, const std::string& text) {
    if (!text.empty())
        return replaceText(file, text);
    std::error_code error;
    fs::remove(file, error);
    return error.value();
}

} // namespace

EndpointMemory::EndpointMemory(fs::path file) : file_(std::move(file)) {}

std::vector<core::KernelEndpoint> EndpointMemory::recall() const {
    std::vector<core::KernelEndpoint> endpoints;
    std::istringstream lines{readText(file_).value_or("")};
    for (std::string line; std::getline(lines, line);)
        if (const auto endpoint = endpointOf(line))
            endpoints.push_back(*endpoint);
    return endpoints;
}

int EndpointMemory::remember(std::span<const core::KernelEndpoint> endpoints) const {
    std::ostringstream text;
    for (const auto& one : endpoints)
        text << toString(one.endpoint.address) << ' ' << static_cast<unsigned>(one.id) << ' '
             << static_cast<std::uint32_t>(one.link) << ' ' << static_cast<std::uint32_t>(one.flags)
             << '\n';
    return keep(file_, text.str());
}

LimitMemory::LimitMemory(fs::path file) : file_(std::move(file)) {}

std::optional<RaisedLimits> LimitMemory::recall() const {
    std::istringstream words{readText(file_).value_or("")};
    RaisedLimits raised;
    words >> raised.before.subflows >> raised.before.acceptedAddresses >> raised.after.subflows >>
        raised.after.acceptedAddresses;
    return words ? std::optional{raised} : std::nullopt;
}

int LimitMemory::remember(const std::optional<RaisedLimits>& raised) const {
    if (!raised)
        return keep(file_, {});
    std::ostringstream text;
    text << raised->before.subflows << ' ' << raised->before.acceptedAddresses << ' '
         << raised->after.subflows << ' ' << raised->after.acceptedAddresses << '\n';
    return keep(file_, text.str());
}

} // namespace subflowd::host
