// Pins ambient enrolment, INJ-16 to INJ-18.
#include "mesh/ambient.h"

#include <gtest/gtest.h>

#include "mesh/mesh_fixture.h"

namespace kray {
namespace {

using test::a_namespace;
using test::a_pod;
using test::LoadedInventory;

constexpr const char* kAmbientNamespace = "istio.io/dataplane-mode: ambient";
const AmbientSettings kOn{.is_enabled = true, .excluded_namespaces = {"kube-system"}};

Answer decide(const std::string& text, const AmbientSettings& settings = kOn) {
  const LoadedInventory inventory(text);
  const PodClass pods = pod_classes(*inventory, {1, 6, 2}).at(0);
  return decide_ambient(pods, *inventory, decide_injection(pods, *inventory, {}), settings);
}

std::string mode(const std::string& value) { return "istio.io/dataplane-mode: '" + value + "'"; }

TEST(Ambient, Inj16_NamespaceOrPod) {
  EXPECT_EQ(decide(a_pod() + a_namespace(kAmbientNamespace)), Answer::yes);
  EXPECT_EQ(decide(a_pod() + a_namespace("")), Answer::no);
  EXPECT_EQ(decide(a_pod("", mode("ambient")) + a_namespace("")), Answer::yes);
  EXPECT_EQ(decide(a_pod("", mode("none")) + a_namespace(kAmbientNamespace)), Answer::no);
}

TEST(Ambient, Inj16_OtherValuesLeaveItToTheNamespace) {
  for (const char* value : {"Ambient", "None", "", "sidecar"}) {
    EXPECT_EQ(decide(a_pod("", mode(value)) + a_namespace(kAmbientNamespace)), Answer::yes) << value;
    EXPECT_EQ(decide(a_pod("", mode(value)) + a_namespace("")), Answer::no) << value;
  }
  for (const char* value : {"none", "Ambient", ""})
    EXPECT_EQ(decide(a_pod() + a_namespace(mode(value))), Answer::no) << value;
}

TEST(Ambient, NeedsTheFeatureAndANamespaceThatIsNotExcluded) {
  EXPECT_EQ(decide(a_pod() + a_namespace(kAmbientNamespace), {}), Answer::no);
  EXPECT_EQ(decide(a_pod("", mode("ambient"), "", "kube-system") + a_namespace("", "kube-system")),
            Answer::no);
  EXPECT_EQ(decide(a_pod("", mode("ambient"), ", hostNetwork: true") + a_namespace("")), Answer::no);
}

TEST(Ambient, Inj17_SidecarsWin) {
  EXPECT_EQ(decide(a_pod() + a_namespace(std::string(kAmbientNamespace) + ", istio-injection: enabled")),
            Answer::no);
  EXPECT_EQ(decide(a_pod("sidecar.istio.io/status: ''", mode("ambient")) + a_namespace("")), Answer::no);
}

TEST(Ambient, UnknownNamespaces) {
  EXPECT_EQ(decide(a_pod()), Answer::unknown);
  EXPECT_EQ(decide(a_pod("", mode("none"))), Answer::no);
  // Whether it gets a sidecar is open too.
  EXPECT_EQ(decide(a_pod("", mode("ambient"))), Answer::unknown);
  EXPECT_EQ(decide(a_pod("", mode("ambient") + ", sidecar.istio.io/inject: 'false'")), Answer::yes);
  EXPECT_EQ(decide(a_pod() + a_namespace(kAmbientNamespace) + a_namespace("")), Answer::unknown);
}

TEST(Ambient, SettingsOfTheCniPlugin) {
  const LoadedInventory inventory(
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio-cni-config, namespace: istio-system}\n"
      "data: {AMBIENT_ENABLED: 'true', EXCLUDE_NAMESPACES: 'kube-system, other'}\n");
  const AmbientSettings settings = read_ambient_settings(*inventory);
  EXPECT_TRUE(settings.is_enabled);
  EXPECT_EQ(settings.excluded_namespaces, (std::vector<std::string>{"kube-system", "other"}));
  EXPECT_FALSE(read_ambient_settings(*LoadedInventory(a_namespace(""))).is_enabled);
}

TEST(Ambient, Inj18_BypassIsAGoBoolean) {
  const auto bypasses = [](const char* value) {
    return bypasses_inbound_capture({{"ambient.istio.io/bypass-inbound-capture", value}});
  };
  for (const char* value : {"1", "t", "T", "true", "TRUE", "True"}) EXPECT_TRUE(bypasses(value)) << value;
  for (const char* value : {"0", "false", "yes", "tRUE", ""}) EXPECT_FALSE(bypasses(value)) << value;
  EXPECT_FALSE(bypasses_inbound_capture({}));
}

}  // namespace
}  // namespace kray
