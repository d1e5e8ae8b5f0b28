// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/diagnostic.hpp"

#include <string>
#include <vector>

/// The syntax of configuration files, without the meaning of any section: systemd.syntax(7) with
/// comments at the end of a line, too.
namespace subflowd::config {

/// The text of a file.
struct Source {
    std::string name; ///< what diagnostics call it
    std::string text;
};

/// KEY=VALUE
struct Entry {
    std::string key;
    std::string value; ///< may be empty, which resets the key
    Origin origin;

    friend bool operator==(const Entry&, const Entry&) = default;
};

/// [HEADER] and what follows it.
struct Section {
    std::string header; ///< its words, joined by single spaces
    Origin origin;
    std::vector<Entry> entries; ///< each key once

    friend bool operator==(const Section&, const Section&) = default;
};

/// Adds the sections of a source to those of earlier ones. Equal headers are one section, in the
/// place where it stood first; in it, a later value replaces an earlier one.
void addSections(const Source& source, std::vector<Section>& sections, Diagnostics& diagnostics);

} // namespace subflowd::config
