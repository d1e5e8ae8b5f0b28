// SPDX-License-Identifier: BSD-3-Clause
#include "core/reachability.hpp"

namespace subflowd::core {

void Reachability::failed(LinkIndex link, const IpAddress& host, Instant now) {
    ensure(link, host).failed = now;
}

Reachability::News Reachability::answered(LinkIndex link, const IpAddress& host, Instant now) {
    auto* entry = find(link, host);
    if (!entry || entry->failed <= entry->news)
        return News::no;
    entry->news = now;
    return News::yes;
}

Instant Reachability::lastNews(LinkIndex link, const IpAddress& host) const {
    const auto* entry = find(link, host);
    return entry ? entry->news : Instant{};
}

bool Reachability::mayProbe(LinkIndex link, const IpAddress& host, const Prober& prober,
                            Instant now) {
    auto& entry = ensure(link, host);
    if (entry.news > prober.since)
        return true;
    const bool vacant = entry.prober == Token{} || now - entry.probed > 2 * prober.interval;
    if (!vacant && entry.prober != prober.token)
        return false;
    entry.prober = prober.token;
    entry.probed = now;
    return true;
}

Reachability::Entry* Reachability::find(LinkIndex link, const IpAddress& host) const {
    if (!cells_)
        return nullptr;
    auto& entry = (*cells_)[cellOf(link, host)];
    return entry.link == link && entry.host == host ? &entry : nullptr;
}

Reachability::Entry& Reachability::ensure(LinkIndex link, const IpAddress& host) {
    if (!cells_)
        cells_ = std::make_unique<Cells>();
    auto& entry = (*cells_)[cellOf(link, host)];
    if (entry.link != link || entry.host != host) {
        entry = {};
        entry.link = link;
        entry.host = host;
    }
    return entry;
}

} // namespace subflowd::core
