// Pins which inbound ports reach the sidecar, and which pods never start, without and with the CNI plugin.
#include "mesh/capture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mesh/mesh_fixture.h"

namespace kray {
namespace {

using test::a_mesh;
using test::a_namespace;
using test::a_pod;
using test::an_injector;
using test::Decided;
using test::kInject;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kInclude = "traffic.sidecar.istio.io/includeInboundPorts: ";
constexpr const char* kExclude = "traffic.sidecar.istio.io/excludeInboundPorts: ";
constexpr const char* kMode = "sidecar.istio.io/interceptionMode: ";
constexpr const char* kCni = "{pilot: {cni: {enabled: true}}}";

Decided annotated(const std::string& annotations, const std::string& values = "{}",
                  const std::string& labels = "") {
  return Decided(a_pod(annotations, labels) + a_namespace(kInject) + an_injector("policy: enabled", values));
}

std::vector<uint16_t> included(const std::string& list, const std::string& mode = "REDIRECT") {
  return annotated(kInclude + ("'" + list + "', ") + kMode + mode)->captured_inbound_ports.ports;
}

std::vector<uint16_t> excluded(const std::string& annotations, const std::string& values = "{}") {
  const Decided decided = annotated(annotations, values);
  EXPECT_TRUE(decided->captured_inbound_ports.all) << annotations;
  return decided->excluded_inbound_ports;
}

TEST(Capture, Inj22_EverythingButIstiosOwnPorts) {
  EXPECT_THAT(excluded(""), ElementsAre(15008, 15020, 15021, 15090));
  const Decided decided = annotated("");
  EXPECT_TRUE(captures_inbound(*decided, 8265));
  EXPECT_TRUE(captures_inbound(*decided, 65535));
  EXPECT_FALSE(captures_inbound(*decided, 15020));
}

TEST(Capture, Inj21_NotInjectedMeansNothingIsCaptured) {
  EXPECT_FALSE(captures_inbound(*Decided(a_pod() + a_namespace("")), 8265));
}

TEST(Capture, ListsAreSortedAndExclusionsIgnored) {
  EXPECT_THAT(included("9090, 8080,8080"), ElementsAre(8080, 9090));
  const Decided decided = annotated(std::string(kInclude) + "'8080', " + kExclude + "'8080'");
  EXPECT_THAT(decided->captured_inbound_ports.ports, ElementsAre(8080));
  EXPECT_THAT(decided->excluded_inbound_ports, IsEmpty());
  EXPECT_TRUE(captures_inbound(*decided, 8080));
  EXPECT_FALSE(captures_inbound(*decided, 8265));
}

TEST(Capture, EmptyListCapturesNothing) {
  const Decided decided = annotated(std::string(kInclude) + "''");
  EXPECT_EQ(decided->interception, Interception::redirect);
  EXPECT_FALSE(decided->start_fails);
  EXPECT_EQ(decided->captured_inbound_ports, InboundPorts{});
  EXPECT_THAT(included("0"), IsEmpty());
  EXPECT_THAT(included("15021"), ElementsAre(15021)) << "if asked for";
}

TEST(Capture, ExclusionsAndTheStatusPort) {
  EXPECT_THAT(excluded(std::string(kExclude) + "'8265, 9090'"),
              ElementsAre(8265, 9090, 15008, 15020, 15021, 15090));
  EXPECT_THAT(excluded("status.sidecar.istio.io/port: ' 15025'"), ElementsAre(15008, 15021, 15025, 15090));
  EXPECT_THAT(excluded("status.sidecar.istio.io/port: ' 0 '"), ElementsAre(15008, 15021, 15090));
  EXPECT_THAT(excluded(std::string(kExclude) + "' '"), ElementsAre(15008, 15020, 15021, 15090));
}

TEST(Capture, AnnotationsBeatTheValuesEvenIfEmpty) {
  const std::string values =
      "{global: {proxy: {includeInboundPorts: '8265', excludeInboundPorts: '22', "
      "statusPort: 15025}}}";
  EXPECT_THAT(annotated("", values)->captured_inbound_ports.ports, ElementsAre(8265));
  EXPECT_THAT(excluded(std::string(kInclude) + "'*'", values), ElementsAre(22, 15008, 15021, 15025, 15090));
  EXPECT_THAT(excluded(std::string(kInclude) + "'*', " + kExclude + "''", values),
              ElementsAre(15008, 15021, 15025, 15090));
  EXPECT_EQ(annotated(std::string(kInclude) + "''", values)->captured_inbound_ports, InboundPorts{});
}

TEST(Capture, Item14_TproxyTakesTheTunnelPort) {
  EXPECT_THAT(excluded(std::string(kMode) + "TPROXY"), ElementsAre(15020, 15021, 15090));
  EXPECT_THAT(included("15008,8080", "TPROXY"), ElementsAre(8080, 15008));
  EXPECT_THAT(included("15008,8080"), ElementsAre(8080));
  EXPECT_THAT(excluded(std::string(kMode) + "TPROXY, " + kExclude + "'15008'"),
              ElementsAre(15008, 15020, 15021, 15090));
}

TEST(Capture, Item15_LeadingZeroIsOctal) {
  EXPECT_THAT(included("010"), ElementsAre(8));
  EXPECT_THAT(included("0010"), ElementsAre(8));
  EXPECT_THAT(excluded(std::string(kExclude) + "'010'"), ElementsAre(8, 15008, 15020, 15021, 15090));
}

TEST(Capture, Item15_WhatIptablesRefusesNeverStarts) {
  for (const std::string& annotations :
       {std::string(kInclude) + "'08080'", std::string(kInclude) + "'8080,08080'",
        std::string(kInclude) + "' '", std::string(kExclude) + "'08080'",
        std::string("traffic.sidecar.istio.io/includeOutboundPorts: '25,x1'"),
        std::string("traffic.sidecar.istio.io/includeOutboundPorts: '25 26'"),
        std::string("traffic.sidecar.istio.io/includeOutboundPorts: '99999'"),
        std::string("traffic.sidecar.istio.io/excludeOutboundPorts: '08080'"),
        std::string(kExclude) + "' ', status.sidecar.istio.io/port: '0'"}) {
    const Decided decided = annotated(annotations);
    EXPECT_EQ(decided->rejected, Answer::no) << annotations;
    EXPECT_TRUE(decided->start_fails) << annotations;
    EXPECT_THAT(decided->message, HasSubstr("iptables")) << annotations;
    EXPECT_EQ(decided->injected, Answer::yes) << annotations;
    EXPECT_EQ(decided->captured_inbound_ports, InboundPorts{}) << annotations;
    EXPECT_THAT(decided->excluded_inbound_ports, IsEmpty()) << annotations;
  }
  // Exclusions make no rules beside an explicit list, nor anything in mode NONE.
  EXPECT_FALSE(annotated(std::string(kInclude) + "'8080', " + kExclude + "'08080'")->start_fails);
  EXPECT_FALSE(annotated(std::string(kInclude) + "'08080', " + kMode + "NONE")->start_fails);
  EXPECT_FALSE(annotated("traffic.sidecar.istio.io/includeOutboundPorts: '25,0x1a,1000:2000'")->start_fails);
}

TEST(Capture, ModeNoneCapturesNothing) {
  const Decided decided = annotated(std::string(kMode) + "NONE");
  EXPECT_EQ(decided->injected, Answer::yes);
  EXPECT_EQ(decided->interception, Interception::none);
  EXPECT_EQ(decided->tls_mode, "istio");
  EXPECT_EQ(has_intercepting_sidecar(*decided), Answer::no);
  EXPECT_FALSE(captures_inbound(*decided, 8080));
}

TEST(Capture, Item17_ProxyConfigCannotGoBackToRedirect) {
  const auto mode = [](const std::string& annotation, const std::string& mesh) {
    return Decided(a_pod("proxy.istio.io/config: '" + annotation + "'") + a_namespace(kInject) +
                   an_injector("policy: enabled") + a_mesh("defaultConfig: {interceptionMode: " + mesh + "}"))
        ->interception;
  };
  EXPECT_EQ(mode("interceptionMode: REDIRECT", "TPROXY"), Interception::tproxy);
  EXPECT_EQ(mode("interceptionMode: REDIRECT", "NONE"), Interception::none);
  EXPECT_EQ(mode("interceptionMode: NONE", "TPROXY"), Interception::none);
  EXPECT_EQ(mode("interceptionMode: TPROXY", "REDIRECT"), Interception::tproxy);
  EXPECT_EQ(mode("noSuchField: 1", "TPROXY"), Interception::tproxy);
  EXPECT_EQ(annotated("proxy.istio.io/config: 'interceptionMode: NONE', " + std::string(kMode) + "TPROXY")
                ->interception,
            Interception::tproxy)
      << "the annotation of its own beats it";
}

TEST(Capture, TrafficOfOtherPodsComesInByEth0) {
  const Decided decided = annotated("traffic.sidecar.istio.io/excludeInterfaces: 'net1,eth0'");
  EXPECT_EQ(decided->captured_inbound_ports, InboundPorts{});
  EXPECT_FALSE(decided->start_fails);
  EXPECT_TRUE(annotated("traffic.sidecar.istio.io/excludeInterfaces: 'net1'")->captured_inbound_ports.all);
}

TEST(CaptureByCni, DoesTheSame) {
  EXPECT_THAT(excluded("", kCni), ElementsAre(15008, 15020, 15021, 15090));
  EXPECT_THAT(excluded("status.sidecar.istio.io/port: '15025'", kCni),
              ElementsAre(15008, 15020, 15021, 15025, 15090));
  EXPECT_THAT(
      annotated(std::string(kInclude) + "'8080', " + kMode + "TPROXY", kCni)->captured_inbound_ports.ports,
      ElementsAre(8080));
  EXPECT_THAT(excluded(std::string(kExclude) + "' ', status.sidecar.istio.io/port: '0'", kCni),
              ElementsAre(15008, 15020, 15021, 15090))
      << "blanks are trimmed here";
  EXPECT_TRUE(annotated(std::string(kInclude) + "' '", kCni)->start_fails);
}

TEST(CaptureByCni, Item18_ModeNoneFailsAtStart) {
  const Decided decided = annotated(std::string(kMode) + "NONE", kCni);
  EXPECT_TRUE(decided->start_fails);
  EXPECT_THAT(decided->message, HasSubstr("sidecar.istio.io/interceptionMode"));
  for (const char* value : {"0", "f", "F", "False", "FALSE"}) {
    const std::string label = std::string("sidecar.istio.io/inject: '") + value + "'";
    EXPECT_FALSE(annotated(std::string(kMode) + "NONE", kCni, label)->start_fails) << value;
  }
}

// INJ-9: such values do not keep the injector off, but the plugin.
TEST(CaptureByCni, Inj9_FalseValuesWaitForEver) {
  for (const char* value : {"0", "f", "False"}) {
    const Decided decided = annotated("", kCni, std::string("sidecar.istio.io/inject: '") + value + "'");
    EXPECT_EQ(decided->injected, Answer::yes) << value;
    EXPECT_TRUE(decided->start_fails) << value;
    EXPECT_THAT(decided->message, HasSubstr("istio-validation"));
  }
  EXPECT_FALSE(annotated("", kCni, "sidecar.istio.io/inject: 'no'")->start_fails);
  EXPECT_TRUE(annotated("sidecar.istio.io/inject: 'False'", kCni)->start_fails);
}

TEST(CaptureByCni, ChecksWhatTheInjectorDoesNot) {
  const Decided decided = annotated("traffic.sidecar.istio.io/includeOutboundPorts: '25,x'", kCni);
  EXPECT_TRUE(decided->start_fails);
  EXPECT_THAT(decided->message, HasSubstr("includeOutboundPorts"));
}

TEST(CaptureByCni, IsTakenForInstalledIfItsConfigurationIsThere) {
  const std::string plugin =
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio-cni-config, namespace: kube-system}\n";
  const std::string annotation = std::string(kMode) + "NONE";
  EXPECT_TRUE(Decided(a_pod(annotation) + a_namespace(kInject) + plugin)->start_fails);
  EXPECT_FALSE(Decided(a_pod(annotation) + a_namespace(kInject))->start_fails);
}

TEST(CaptureByCni, LeavesRoutersAlone) {
  const Decided decided = annotated("inject.istio.io/templates: gateway", kCni);
  EXPECT_FALSE(decided->start_fails);
  EXPECT_EQ(decided->interception, Interception::none);
}

TEST(CaptureArguments, AreReadByFlag) {
  const std::optional<TrafficSettings> settings = traffic_settings_of_arguments(
      {"istio-iptables", "-p", "15001", "-m", "TPROXY", "-b", "*", "-d", "15090", "-c", "net1"});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->mode, "TPROXY");
  EXPECT_EQ(settings->include_inbound, "*");
  EXPECT_EQ(settings->exclude_inbound, "15090");
  EXPECT_EQ(settings->exclude_interfaces, "net1");
  EXPECT_FALSE(traffic_settings_of_arguments({}));
  EXPECT_EQ(traffic_settings_of_arguments({"istio-iptables"})->include_inbound, "") << "not told: nothing";
}

TrafficSettings outbound(const std::string& exclude_ports, const std::string& exclude_ranges = "",
                         const std::string& include_ports = "", const std::string& include_ranges = "*") {
  TrafficSettings settings;
  settings.exclude_outbound_ports = exclude_ports;
  settings.exclude_outbound_ranges = exclude_ranges;
  settings.include_outbound_ports = include_ports;
  settings.include_outbound_ranges = include_ranges;
  return settings;
}

TEST(CaptureOutbound, Inj25ExcludedPortsComeFirstThenExcludedRanges) {
  const std::optional<IpAddress> inside = parse_ip("10.1.2.3");
  const std::optional<IpAddress> outside = parse_ip("192.168.0.1");
  EXPECT_EQ(captures_outbound(outbound(""), 80, std::nullopt), Answer::yes);
  EXPECT_EQ(captures_outbound(outbound("80,443"), 80, inside), Answer::no);
  EXPECT_EQ(captures_outbound(outbound("010"), 8, inside), Answer::no) << "octal";
  EXPECT_EQ(captures_outbound(outbound("", "10.0.0.0/8"), 80, inside), Answer::no);
  EXPECT_EQ(captures_outbound(outbound("", "10.0.0.0/8"), 80, outside), Answer::yes);
  EXPECT_EQ(captures_outbound(outbound("", "10.0.0.0/8"), 80, std::nullopt), Answer::unknown);
  EXPECT_EQ(captures_outbound(outbound("", "10.0.0.0/8", "80"), 80, inside), Answer::no);
}

TEST(CaptureOutbound, Inj25IncludedPortsAddToIncludedRanges) {
  const std::optional<IpAddress> inside = parse_ip("10.1.2.3");
  const std::optional<IpAddress> outside = parse_ip("192.168.0.1");
  EXPECT_EQ(captures_outbound(outbound("", "", "", "10.0.0.0/8"), 80, inside), Answer::yes);
  EXPECT_EQ(captures_outbound(outbound("", "", "", "10.0.0.0/8"), 80, outside), Answer::no);
  EXPECT_EQ(captures_outbound(outbound("", "", "", "10.0.0.0/8"), 80, std::nullopt), Answer::unknown);
  EXPECT_EQ(captures_outbound(outbound("", "", "80", "10.0.0.0/8"), 80, outside), Answer::yes);
  EXPECT_EQ(captures_outbound(outbound("", "", "", ""), 80, inside), Answer::no);
}

TEST(CaptureOutbound, AnExcludedInterfaceTakesEverythingOut) {
  TrafficSettings settings;
  settings.exclude_interfaces = "eth0";
  EXPECT_EQ(captures_outbound(settings, 80, std::nullopt), Answer::no);
}

}  // namespace
}  // namespace kray
