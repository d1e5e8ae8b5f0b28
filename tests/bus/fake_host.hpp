// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "dbus/host.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace subflowd::dbus {

/// A daemon that remembers what it was asked, around a real engine.
class FakeHost : public Host {
  public:
    Instant now() const override { return Instant{std::chrono::seconds{100}}; }

    const core::Engine& engine() const override { return engine_; }

    std::optional<UserId> ownerOf(Token token) override {
        const auto at = owners.find(token);
        return at == owners.end() ? std::nullopt : std::optional{at->second};
    }

    void askOwners(OwnersTold told) override { told(owners); }

    Status status() const override { return status_; }

    std::optional<std::string> reload() override {
        ++reloads;
        return diagnostics;
    }

    std::vector<PolicyDescription> policies() const override { return policies_; }

    std::optional<std::string> setOptions(const std::string& policy,
                                          const PolicyOptions& options) override {
        optionsSet[policy] = options;
        return diagnostics;
    }

    void request(core::Request request, Answered answered) override {
        requests.push_back(std::move(request));
        answered(answer);
    }

    Recording record() override {
        if (!recording)
            return "Somebody records already.";
        auto readers = std::move(*recording);
        recording.reset();
        return readers;
    }

    void annotate(const core::LinkNotes& notes) override { noted = notes; }

    void busLost(const std::string& why) override { lost = why; }

    void step(Instant when, const core::Input& input) { engine_.step(when, input); }

    Status status_{
        "1.2.3", "observe", std::chrono::seconds{60}, "userspace", {"path-manager-name"}, {},
        0,       {}};
    int reloads = 0;
    std::optional<std::string> diagnostics;
    std::optional<std::string> lost;
    std::vector<core::Request> requests;
    core::RequestFinished answer;
    core::LinkNotes noted;
    std::vector<PolicyDescription> policies_;
    std::map<std::string, PolicyOptions> optionsSet;
    std::optional<FileDescriptor> recording; ///< the reader's end
    Owners owners;

  private:
    core::Engine engine_{std::make_shared<core::Configuration>()};
};

} // namespace subflowd::dbus
