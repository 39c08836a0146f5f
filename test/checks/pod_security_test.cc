// The controls of the Pod Security Standards, one field at a time: what each level says of it.
#include "checks/pod_security.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checks/check_run.h"

namespace kray {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// A pod whose container meets level restricted, with more fields for the pod and the container.
std::string pod_text(const std::string& pod_fields, const std::string& container_fields,
                     const std::string& context_fields) {
  return "metadata: {}\nspec:\n" + pod_fields + "  containers:\n  - name: ray\n" + container_fields +
         "    securityContext:\n      runAsNonRoot: true\n      allowPrivilegeEscalation: false\n"
         "      seccompProfile: {type: RuntimeDefault}\n" +
         context_fields;
}

struct Control {
  const char* words;
  std::string pod;
  bool baseline;    // a violation at level baseline
  bool restricted;  // at level restricted
};

void PrintTo(const Control& control, std::ostream* out) { *out << control.words; }

class PodSecurityControls : public testing::TestWithParam<Control> {};

TEST_P(PodSecurityControls, SayWhatTheStandardSays) {
  const Yaml yaml(GetParam().pod);
  const PodTemplate pod{yaml.root()["metadata"], yaml.root()["spec"]};
  EXPECT_THAT(pod_security_violations(pod, PodSecurityLevel::privileged), IsEmpty());
  EXPECT_THAT(pod_security_violations(pod, PodSecurityLevel::baseline), SizeIs(GetParam().baseline ? 1 : 0));
  EXPECT_THAT(pod_security_violations(pod, PodSecurityLevel::restricted),
              SizeIs(GetParam().restricted ? 1 : 0));
}

const std::string kDrop = "      capabilities: {drop: [ALL]}\n";

INSTANTIATE_TEST_SUITE_P(
    All, PodSecurityControls,
    testing::Values(
        Control{"nothing", pod_text("", "", kDrop), false, false},
        Control{"host network", pod_text("  hostNetwork: true\n", "", kDrop), true, true},
        Control{"host network off", pod_text("  hostNetwork: false\n", "", kDrop), false, false},
        Control{"host path", pod_text("  volumes: [{name: a, hostPath: {path: /}}]\n", "", kDrop), true,
                true},
        Control{"network volume", pod_text("  volumes: [{name: a, iscsi: {}}]\n", "", kDrop), false, true},
        Control{"claim",
                pod_text("  volumes: [{name: a, persistentVolumeClaim: {claimName: a}}]\n", "", kDrop), false,
                false},
        Control{"safe sysctl",
                pod_text("  securityContext: {sysctls: [{name: net.ipv4.tcp_syncookies, value: '1'}]}\n", "",
                         kDrop),
                false, false},
        Control{
            "unsafe sysctl",
            pod_text("  securityContext: {sysctls: [{name: net.core.somaxconn, value: '1'}]}\n", "", kDrop),
            true, true},
        Control{"unconfined on the pod",
                pod_text("  securityContext: {seccompProfile: {type: Unconfined}}\n", "", kDrop), true, true},
        Control{"SELinux type of containers",
                pod_text("  securityContext: {seLinuxOptions: {type: container_engine_t}}\n", "", kDrop),
                false, false},
        Control{"SELinux role", pod_text("  securityContext: {seLinuxOptions: {role: r}}\n", "", kDrop), true,
                true},
        Control{"root on the pod", pod_text("  securityContext: {runAsUser: 0}\n", "", kDrop), false, true},
        Control{"another user", pod_text("  securityContext: {runAsUser: 1000}\n", "", kDrop), false, false},
        Control{"host port", pod_text("", "    ports: [{containerPort: 1, hostPort: 1}]\n", kDrop), true,
                true},
        Control{"privileged", pod_text("", "", kDrop + "      privileged: true\n"), true, true},
        Control{"Windows host process",
                pod_text("", "", kDrop + "      windowsOptions: {hostProcess: true}\n"), true, true},
        Control{"capability of the list",
                pod_text("", "", "      capabilities: {drop: [ALL], add: [CHOWN]}\n"), false, true},
        Control{"the one that restricted allows",
                pod_text("", "", "      capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}\n"), false,
                false},
        Control{"all capabilities", pod_text("", "", "      capabilities: {drop: [ALL], add: [ALL]}\n"), true,
                true},
        Control{"drop of one", pod_text("", "", "      capabilities: {drop: [CHOWN]}\n"), false, true},
        Control{"drop in lower case", pod_text("", "", "      capabilities: {drop: [all]}\n"), false, true},
        Control{"nothing dropped on Windows", pod_text("  os: {name: windows}\n", "", ""), false, false},
        Control{
            "AppArmor annotation",
            "metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/ray: unconfined}}\n" +
                pod_text("", "", kDrop).substr(std::string("metadata: {}\n").size()),
            true, true},
        Control{
            "AppArmor annotation of a profile",
            "metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/ray: localhost/ray}}\n" +
                pod_text("", "", kDrop).substr(std::string("metadata: {}\n").size()),
            false, false},
        Control{
            "ephemeral container",
            pod_text("", "", kDrop) +
                "  ephemeralContainers:\n  - name: debug\n    securityContext: {runAsNonRoot: true, "
                "allowPrivilegeEscalation: false, "
                "privileged: true, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}}\n",
            true, true}));

TEST(PodSecurity, NamesEverythingThatAContainerLacks) {
  const Yaml yaml("spec:\n  containers:\n  - name: ray\n");
  const auto violations = pod_security_violations({{}, yaml.root()["spec"]}, PodSecurityLevel::restricted);
  ASSERT_THAT(violations, SizeIs(1));
  EXPECT_EQ(violations[0].words,
            "container 'ray' lacks runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities.drop: "
            "[ALL] and "
            "seccompProfile.type: RuntimeDefault");
}

TEST(PodSecurityLevels, AreExactWords) {
  EXPECT_EQ(parse_pod_security_level("baseline"), PodSecurityLevel::baseline);
  EXPECT_EQ(parse_pod_security_level("Baseline"), std::nullopt);
  EXPECT_EQ(parse_pod_security_level(""), std::nullopt);
}

TEST(PodSecurityLevelCheck, ShowsTheNamespaceThatEnforces) {
  CheckRun run;
  const CheckOutcome outcome =
      run.file("a.yaml", namespace_text("team-a", "{pod-security.kubernetes.io/enforce: restricted}") +
                             ray_cluster_text())
          .run("pod-security-level");
  ASSERT_THAT(outcome.matches, SizeIs(2));
  EXPECT_EQ(text_at(outcome.matches[0].related.at(0).place),
            "pod-security.kubernetes.io/enforce: restricted");
  EXPECT_EQ(outcome.matches[0].values.at("reason"), "which namespace 'team-a' enforces");
  EXPECT_THAT(outcome.matches[0].values.at("what"), HasSubstr("container 'head' lacks"));
}

TEST(PodSecurityLevelCheck, HoldsUnknownNamespacesToNothingWithoutItsParameter) {
  const std::string privileged =
      "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: demo, namespace: team-a}\nspec:\n"
      "  headGroupSpec: {template: {spec: {hostPID: true, containers: [{name: head}]}}}\n";
  CheckRun without;
  EXPECT_THAT(without.file("a.yaml", privileged).run("pod-security-level").matches, IsEmpty());
  CheckRun with;
  EXPECT_THAT(
      with.file("a.yaml", privileged).run("pod-security-level", {{"level-if-unknown", {"baseline"}}}).matches,
      SizeIs(1));
}

}  // namespace
}  // namespace kray
