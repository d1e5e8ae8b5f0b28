// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "model.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// `metrics`: what a monitoring system stores. Pure.
namespace subflowd::ctl::metrics {

enum class Kind : std::uint8_t { gauge, counter, histogram, info };

using Labels = std::vector<std::pair<std::string, std::string>>;

struct Sample {
    std::string suffix; ///< "_total", "_bucket", "_count", "_sum", "_info" or empty
    Labels labels;
    std::string value; ///< a number

    friend bool operator==(const Sample&, const Sample&) = default;
};

struct Family {
    std::string name;
    Kind kind = Kind::gauge;
    std::string unit; ///< also the end of the name; empty: none
    std::string help;
    std::vector<Sample> samples;

    friend bool operator==(const Family&, const Family&) = default;
};

/// What there is to tell. No label has a token or an address: there would be too many.
struct Input {
    std::optional<Status> daemon; ///< nothing: it does not run
    std::vector<Link> links;
    std::vector<Connection> connections;
    std::map<std::string, std::uint64_t> counters; ///< MPTcpExt of the kernel
};

std::vector<Family> families(const Input& input);

/// The text format of OpenMetrics 1.0, "# EOF" included.
std::string openMetrics(const std::vector<Family>& families);

/// {"schema":1,"metrics":[…]}
std::string metricsJson(const std::vector<Family>& families);

} // namespace subflowd::ctl::metrics
