// SPDX-License-Identifier: BSD-3-Clause
#include "scenarios/script.hpp"

#include <subflowd/address_text.hpp>

/// The steps of a script that operators take, and what they are told.
namespace subflowd::test {

using namespace core;

namespace {

Endpoint addressAndPort(const std::string& word) {
    if (const auto endpoint = parseEndpoint(word))
        return *endpoint;
    if (const auto address = parseAddress(word))
        return {*address, 0};
    throw StepFailed("wants an address, perhaps with a port, not " + word);
}

std::optional<Role> roleOf(const std::string& word) {
    if (word == "configured")
        return std::nullopt;
    return word == "backup" ? Role::backup : word == "ignore" ? Role::ignore : Role::primary;
}

} // namespace

/// "10.0.1.1 -> 10.9.0.1:443", "eth1", or nothing: whatever fits.
request::PathName Script::path(Words& words) {
    request::PathName name;
    if (words.empty())
        return name;
    if (const auto& word = words.take("a local address or a link"); links_.contains(word)) {
        name.link = linkOf(word);
    } else {
        const auto local = addressAndPort(word);
        name.local = local.address;
        name.localPort = local.port;
    }
    if (words.takeIf("->")) {
        const auto remote = addressAndPort(words.take("a remote endpoint"));
        name.remote = remote.address;
        name.remotePort = remote.port;
    }
    return name;
}

Request Script::requestOfLink(const std::string& verb, Words& words) {
    const auto link = linkOf(words.take("a link"));
    if (verb == "role")
        return request::SetRole{link, roleOf(words.take("a role"))};
    return request::Drain{link,
                          verb == "drain" ? request::Draining::begins : request::Draining::ends};
}

Request Script::request(Words& words) {
    const auto verb = words.take("a request");
    if (verb == "role" || verb == "drain" || verb == "undrain")
        return requestOfLink(verb, words);
    const auto connection = token(words);
    if (verb == "create") {
        const auto where = path(words);
        return request::CreateSubflow{
            connection, where, words.takeIf("backup") ? Priority::backup : Priority::regular};
    }
    if (verb == "destroy")
        return request::DestroySubflow{connection, path(words)};
    if (verb == "backup")
        return request::SetPriority{connection, path(words), Priority::backup};
    if (verb == "regular")
        return request::SetPriority{connection, path(words), Priority::regular};
    if (verb == "announce")
        return request::Announce{connection, addressAndPort(words.take("an address"))};
    if (verb == "withdraw")
        return request::Withdraw{connection, addressAndPort(words.take("an address"))};
    if (verb == "reset-policies")
        return request::ResetPolicies{connection};
    if (verb == "retry")
        return request::Retry{connection, path(words)};
    if (verb == "release")
        return request::Release{connection, path(words)};
    if (verb != "policies")
        throw StepFailed("no operator can ask for " + verb);
    request::SetPolicies set{connection, {}};
    while (!words.empty())
        set.policies.push_back(words.take("a policy"));
    return set;
}

void Script::operate(Words& words) {
    lab_.ask(request(words));
}

void Script::expectAnswer(Words& words) {
    const auto expected = words.rest();
    const auto actual =
        heard_ < lab_.answers.size() ? describe(lab_.answers[heard_++]) : "(no answer yet)";
    if (expected != actual)
        throw StepFailed("\n  expected: " + expected + "\n  actual:   " + actual);
}

} // namespace subflowd::test
