// SPDX-License-Identifier: BSD-3-Clause
#include "host/journal.hpp"

#define SD_JOURNAL_SUPPRESS_LOCATION // what is about a connection has no place in the source
#include <sys/uio.h>
#include <systemd/sd-journal.h>

#include <array>
#include <charconv>

namespace subflowd::host {

char priorityOf(core::LogRecord::Level level) {
    constexpr std::string_view priorities{"76543"};
    return priorities.at(static_cast<std::size_t>(level));
}

std::string_view messageIdOf(core::LogTopic topic) {
    using Topic = core::LogTopic;
    switch (topic) {
    case Topic::none:
        break;
    case Topic::ready:
        return "9fb93534081c525371e273a87984a8ab";
    case Topic::ends:
        return "db149e4714be09abf93fe42eabd2d9f2";
    case Topic::configurationTaken:
        return "3994693ea3ae6e685323451b4a95902a";
    case Topic::configurationRefused:
        return "1aa615a94b6a5551a061ae14a1dbf721";
    case Topic::policyQuarantined:
        return "8b3a15353f137b705856c32a687b253b";
    case Topic::moreToUse:
        return "a7213dfe8932829320dd5386c9cf0800";
    case Topic::lessToUse:
        return "67d1191fda80a0bd919e9bc7f4a02d92";
    case Topic::cannotListen:
        return "fd95588c5e4ef10bb14cf51964cd1715";
    case Topic::busLost:
        return "d561cab77e4d173d344d04cb5f0f2c02";
    }
    return {};
}

std::string textOf(Token token) {
    std::array<char, 8> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(),
                                   static_cast<std::uint32_t>(token), 16)
                         .ptr;
    const auto length = static_cast<std::size_t>(end - digits.data());
    return "0x" + std::string(digits.size() - length, '0') + std::string{digits.data(), length};
}

std::vector<std::string> fieldsOf(const JournalEntry& entry) {
    std::vector<std::string> fields{"MESSAGE=" + std::string{entry.text},
                                    std::string{"PRIORITY="} + priorityOf(entry.level),
                                    "SYSLOG_IDENTIFIER=subflowd"};
    if (entry.token != Token{})
        fields.push_back("MPTCP_TOKEN=" + textOf(entry.token));
    if (!entry.link.empty())
        fields.push_back("LINK=" + std::string{entry.link});
    if (const auto id = messageIdOf(entry.topic); !id.empty())
        fields.push_back("MESSAGE_ID=" + std::string{id});
    return fields;
}

Sent sendToJournal(const JournalEntry& entry) {
    auto fields = fieldsOf(entry);
    std::vector<iovec> parts;
    parts.reserve(fields.size());
    for (auto& field : fields)
        parts.push_back({field.data(), field.size()});
    return sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) < 0 ? Sent::no
                                                                              : Sent::yes;
}

} // namespace subflowd::host
