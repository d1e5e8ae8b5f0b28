// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/recorder.hpp"

namespace subflowd::runtime {

namespace {

/// Some fifty thousand lines: half a second of the busiest host.
constexpr int queueBytes = 32 << 20;

} // namespace

dbus::FileDescriptor Recorder::open(const recording::Header& header) {
    auto [ours, readers] = dbus::ReaderSocket::makePair();
    const auto lossLine = [this](std::uint64_t lines) {
        gap_ = true;
        gapTold_();
        return recording::gapLine(last_, {lines});
    };
    reader_ = std::make_unique<dbus::ReaderSocket>(
        loop_, std::move(ours), queueBytes,
        dbus::ReaderSocket::Callbacks{lossLine, [this] { reader_.reset(); }});
    snapshotBegun_ = false;
    gap_ = false;
    last_ = header.begun;
    send(recording::headerLine(header));
    return std::move(readers);
}

/// Half a snapshot would be taken for all there is.
bool Recorder::isOfOlderSnapshot(const core::Input& input) {
    const auto* part = std::get_if<core::SnapshotPart>(&input);
    if (!part)
        return false;
    snapshotBegun_ = snapshotBegun_ || std::holds_alternative<core::snapshot::Begun>(*part);
    return !snapshotBegun_;
}

void Recorder::write(Instant when, const core::Input& input) {
    last_ = when;
    if (!std::holds_alternative<core::Configured>(input) && !isOfOlderSnapshot(input))
        send(recording::inputLine(when, input));
}

void Recorder::write(Instant when, const core::KernelEvent& event) {
    last_ = when;
    send(recording::eventLine(when, event));
}

void Recorder::write(Instant when, const recording::Configured& configured) {
    last_ = when;
    send(recording::configuredLine(when, configured));
}

void Recorder::write(Instant when, const std::vector<core::IssuedCommand>& commands) {
    send(recording::issuedLine(when, commands));
}

void Recorder::send(std::string_view line) {
    if (reader_ && reader_->send(line) == dbus::ReaderSocket::Delivery::readerGone)
        reader_.reset();
}

} // namespace subflowd::runtime
