// SPDX-License-Identifier: BSD-3-Clause
#include "recording/entry.hpp"

#include <subflowd/address_text.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace subflowd::recording {
namespace {

using namespace core;

constexpr Instant when{Duration{1'234'567'890'123}};
constexpr Token token{0xfedcba98};

Endpoint at(std::string_view text) {
    return parseEndpoint(text).value();
}

const FourTuple mapped{at("10.0.0.1:40000"), at("10.9.0.1:443"), AddressForm::mapped};
const FourTuple ipv6{at("[2001:db8::1]:40000"), at("[2001:db8::2]:443")};

/// What is written is what is read, whole.
template <class One>
void expectTheSame(const One& one) {
    const auto line = inputLine(when, one);
    const auto entry = parseEntry(line);
    EXPECT_EQ(entry.when, when);
    ASSERT_TRUE(std::holds_alternative<Input>(entry.what)) << line;
    const auto& input = std::get<Input>(entry.what);
    ASSERT_TRUE(std::holds_alternative<One>(input)) << line;
    EXPECT_EQ(std::get<One>(input), one) << line;
    EXPECT_EQ(inputLine(when, input), line);
}

template <class Subflow>
Subflow subflowEvent() {
    Subflow subflow;
    subflow.token = token;
    subflow.tuple = mapped;
    subflow.localId = AddressId{3};
    subflow.remoteId = AddressId{255};
    subflow.peerPriority = Priority::backup;
    subflow.boundTo = LinkIndex{7};
    return subflow;
}

template <class Event>
Event connectionEvent() {
    Event event;
    event.token = token;
    event.side = Side::server;
    event.joinInitial = JoinInitial::denied;
    event.initial = ipv6;
    return event;
}

TEST(Recording, keepsEventsOfTheKernel) {
    auto closed = subflowEvent<event::SubflowClosed>();
    closed.error = 104;
    expectTheSame(KernelEvent{closed});
    closed.resetReason = 5;
    closed.resetTransient = true;
    for (const auto& told :
         {KernelEvent{connectionEvent<event::Created>()},
          KernelEvent{connectionEvent<event::Established>()}, KernelEvent{event::Closed{token}},
          KernelEvent{event::Announced{token, AddressId{4}, at("10.9.0.2:444")}},
          KernelEvent{event::Removed{token, AddressId{4}}},
          KernelEvent{subflowEvent<event::SubflowEstablished>()}, KernelEvent{closed},
          KernelEvent{subflowEvent<event::SubflowPriority>()},
          KernelEvent{event::Listener{event::Listener::Change::closed, at("[::]:443")}}}) {
        expectTheSame(told);
        EXPECT_EQ(eventLine(when, told), inputLine(when, told));
    }
}

TEST(Recording, keepsTheFormOfAddresses) {
    const auto entry =
        parseEntry(eventLine(when, KernelEvent{subflowEvent<event::SubflowEstablished>()}));
    const auto& told = std::get<KernelEvent>(std::get<Input>(entry.what));
    EXPECT_EQ(std::get<event::SubflowEstablished>(told).tuple.form, AddressForm::mapped);
}

TEST(Recording, keepsTheNetwork) {
    const network::Route route{LinkIndex{2}, *parsePrefix("10.0.0.0/8"),
                               *parseAddress("10.0.0.254"), 4'000'000'000, 4'100'000'000};
    for (const auto& change :
         {NetworkChange{network::Link{LinkIndex{2}, "wlan\"0", LinkKind::wireguard, true, true,
                                      LinkIndex{9}}},
          NetworkChange{network::LinkGone{LinkIndex{2}}},
          NetworkChange{
              network::Address{LinkIndex{2}, *parseAddress("2001:db8::1"), 64, true, true, true}},
          NetworkChange{network::AddressGone{LinkIndex{2}, *parseAddress("10.0.0.1")}},
          NetworkChange{route}, NetworkChange{network::RouteGone{route}},
          NetworkChange{network::RulesChanged{}}, NetworkChange{network::DumpBegun{}},
          NetworkChange{network::DumpEnded{}}})
        expectTheSame(change);
}

TEST(Recording, keepsSnapshots) {
    const snapshot::Remembered remembered{
        JoinInitial::allowed, Side::server, {{at("10.9.0.2:0"), AddressId{1}, {}, {}}}};
    const snapshot::Subflow subflow{token,
                                    ipv6,
                                    AddressId{1},
                                    AddressId{2},
                                    SubflowState::pending,
                                    Priority::backup,
                                    Priority::backup,
                                    true,
                                    true,
                                    true,
                                    LinkIndex{4}};
    for (const auto& part :
         {SnapshotPart{snapshot::Begun{snapshot::Occasion::audit}},
          SnapshotPart{snapshot::Connection{token, ipv6, remembered}},
          SnapshotPart{snapshot::Connection{token, mapped, std::nullopt}}, SnapshotPart{subflow},
          SnapshotPart{snapshot::Listener{at("10.0.0.1:80")}}, SnapshotPart{snapshot::Ended{}}})
        expectTheSame(part);
}

TEST(Recording, keepsAnswers) {
    expectTheSame(CommandFinished{CommandId{4'294'967'295},
                                  Refusal::idMismatch,
                                  22,
                                  "address id \"7\"",
                                  {{at("10.0.0.1:0"), AddressId{1}}},
                                  ConnectionFacts{1000, 4'000'000'000, 1ULL << 63U, LinkIndex{3}},
                                  "/user.slice"});
    expectTheSame(ListenerOpened{at("10.0.0.1:443"), 13});
    expectTheSame(TcpActivity{1, 1ULL << 63U});
    expectTheSame(HealthReport{{{token, mapped, 3, 2, Duration{7}, Duration{8}, Duration{9}}},
                               HealthReport::Part::last});
}

TEST(Recording, keepsWhatTheHostSays) {
    expectTheSame(Tick{});
    expectTheSame(EventsLost{});
    expectTheSame(Resumed{std::chrono::hours{9}});
    expectTheSame(HostFacts{{{at("10.0.0.1:443"), LinkIndex{2}}},
                            false,
                            std::chrono::seconds{5},
                            {1000, 2000},
                            {{1500, 1501}, {1600, 1600}}});
    expectTheSame(
        LinkNotes{{{"eth0", Role::standby, std::nullopt, true, Reach::local, Reach::internet, true},
                   {"eth1", std::nullopt, Role::ignore, std::nullopt, Reach::unknown,
                    Reach::unknown, false}}});
}

TEST(Recording, keepsRequests) {
    const request::PathName path{*parseAddress("10.0.0.1"), 7, LinkIndex{2},
                                 *parseAddress("2001:db8::1"), 9};
    for (const auto& asked :
         {Request{request::CreateSubflow{token, path, Priority::backup}},
          Request{request::DestroySubflow{token, {}}},
          Request{request::SetPriority{token, path, Priority::backup}},
          Request{request::Announce{token, at("10.0.0.1:1")}},
          Request{request::Withdraw{token, at("10.0.0.1:1")}},
          Request{request::SetPolicies{token, {"a", "b"}}}, Request{request::ResetPolicies{token}},
          Request{request::Retry{token, path}}, Request{request::Release{token, path}},
          Request{request::SetRole{LinkIndex{2}, Role::ignore}},
          Request{request::SetRole{LinkIndex{2}, std::nullopt}},
          Request{request::Drain{LinkIndex{2}, request::Draining::ends}}})
        expectTheSame(Requested{RequestId{5}, asked});
}

TEST(Recording, keepsCommands) {
    const std::vector<IssuedCommand> commands{
        {CommandId{1},
         command::CreateSubflow{token, *parseAddress("10.0.1.1"), AddressId{1}, LinkIndex{2}, 5,
                                at("10.9.0.1:443"), AddressId{2}, Priority::backup}},
        {CommandId{2}, command::DestroySubflow{token, mapped}},
        {CommandId{3}, command::ResetSubflow{token, mapped, LinkIndex{2}}},
        {CommandId{4}, command::CancelJoin{token, *parseAddress("10.0.1.1"), at("10.9.0.1:443"),
                                           AddressForm::mapped, LinkIndex{2}}},
        {CommandId{5}, command::SetPriority{token, mapped, Priority::backup}},
        {CommandId{6}, command::Announce{token, at("10.0.0.1:9"), AddressId{3}, LinkIndex{2}}},
        {CommandId{7}, command::RemoveAddress{token, AddressId{3}}},
        {CommandId{8}, command::AskIds{token}},
        {CommandId{9}, command::AskFacts{token}}};
    const auto entry = parseEntry(issuedLine(when, commands));
    EXPECT_EQ(std::get<Issued>(entry.what).commands, commands);
}

TEST(Recording, keepsTheRest) {
    const Header header{"0.1.0", when, std::chrono::nanoseconds{1'700'000'000'123'456'789}};
    EXPECT_EQ(parseHeader(headerLine(header)), header);
    const Configured configured{"[Daemon]\nMode=observe\n", {"announce"}};
    EXPECT_EQ(std::get<Configured>(parseEntry(configuredLine(when, configured)).what), configured);
    EXPECT_EQ(std::get<Gap>(parseEntry(gapLine(when, {7})).what), Gap{7});
}

TEST(Recording, passesOverWhatItDoesNotKnow) {
    const auto entry = parseEntry(R"({"at":1,"input":{"is":"closed","token":5,"new":[1]}})");
    EXPECT_EQ(std::get<KernelEvent>(std::get<Input>(entry.what)),
              KernelEvent{event::Closed{Token{5}}});
}

TEST(Recording, refusesAnotherFormat) {
    EXPECT_THROW(parseHeader(R"({"subflowd-recording":2,"version":"9","at":0,"utc":0})"),
                 std::runtime_error);
    EXPECT_THROW(parseHeader(R"({"schema":1})"), std::runtime_error);
}

class BadLine : public testing::TestWithParam<const char*> {};

TEST_P(BadLine, isRefusedAndNotGuessed) {
    EXPECT_THROW(parseEntry(GetParam()), std::runtime_error);
}

INSTANTIATE_TEST_SUITE_P(All, BadLine,
                         testing::Values("", "[]", "{}", R"({"at":1})", R"({"at":"1","gap":1})",
                                         R"({"at":1,"gap":-1})", R"({"at":1,"input":{}})",
                                         R"({"at":1,"input":7})",
                                         R"({"at":1,"input":{"is":"unheard-of"}})",
                                         R"({"at":1,"input":{"is":"closed","token":4294967296}})",
                                         R"({"at":1,"input":{"is":"closed","token":-1}})",
                                         R"({"at":1,"input":{"is":"closed","token":"5"}})",
                                         R"({"at":1,"input":{"is":"link","kind":"train"}})",
                                         R"({"at":1,"input":{"is":"address","address":"10.0.0"}})",
                                         R"({"at":1,"issued":{"id":1}})",
                                         R"({"at":1,"issued":[7]})",
                                         R"({"at":1,"configured":{"text":"a"}})"));

} // namespace
} // namespace subflowd::recording
