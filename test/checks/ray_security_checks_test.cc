// What the checks on tokens, accounts and fields of Ray objects say beyond the line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checks/check_run.h"

namespace kray {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// `spec` are fields of the RayClusterSpec in flow style.
std::string cluster_text(const std::string& spec, const std::string& pod = "") {
  return "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: demo, namespace: team-a}\nspec: {" +
         spec + "headGroupSpec: {template: {spec: {" + pod +
         "containers: [{name: head, image: 'rayproject/ray:2.52.0'}]}}}}\n---\n";
}

const Parameters kNotebooks = {{"notebook-accounts", {"default-editor"}}};

TEST(SharedServiceAccount, NamesWhoSharesIt) {
  const std::string notebook =
      "apiVersion: kubeflow.org/v1\nkind: Notebook\nmetadata: {name: lab, namespace: team-a}\nspec: "
      "{template: {spec: {serviceAccountName: default-editor}}}\n---\n";
  const auto users = [&](const std::string& account, const std::string& more) {
    CheckRun run;
    run.file("a.yaml", cluster_text("enableInTreeAutoscaling: true, ",
                                    account.empty() ? "" : "serviceAccountName: " + account + ", ") +
                           more);
    std::vector<std::string> found;
    for (const Match& match : run.run("shared-service-account", kNotebooks).matches)
      found.push_back(match.values.at("users"));
    return found;
  };
  EXPECT_THAT(users("default-editor", ""), ElementsAre("Kubeflow's notebooks"));
  EXPECT_THAT(users("default-editor", notebook), ElementsAre("Kubeflow's notebooks"));
  EXPECT_THAT(users("default", ""), ElementsAre("every pod of the namespace that names none"));
  EXPECT_THAT(users("ray", notebook), IsEmpty());
  EXPECT_THAT(users("ray",
                    "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: team-a}\nspec: "
                    "{serviceAccount: ray, containers: [{name: a}]}\n"),
              ElementsAre("Pod 'web'"));
  EXPECT_THAT(users("", notebook), IsEmpty());
}

TEST(TokenAuthOff, DependsOnTheOperator) {
  const auto found = [](const std::string& spec, Version kuberay) {
    CheckRun run;
    return run.kuberay(kuberay).file("a.yaml", cluster_text(spec)).run("token-auth-off").matches;
  };
  EXPECT_THAT(found("rayVersion: 2.52.0, ", {1, 3, 2}), IsEmpty());
  EXPECT_THAT(found("rayVersion: 2.52.0, ", {1, 5, 0}), SizeIs(1));
  EXPECT_THAT(found("rayVersion: 2.51.9, ", {1, 5, 0}), IsEmpty());
  EXPECT_THAT(found("", {1, 5, 0}), SizeIs(1));  // by its image
  EXPECT_EQ(found("authOptions: {mode: disabled}, ", {1, 5, 0}).at(0).values.at("why"),
            "the mode is 'disabled'");
  EXPECT_THAT(found("authOptions: {mode: token}, ", {1, 5, 0}), IsEmpty());
}

TEST(UnknownField, SuggestsSlipsOnly) {
  CheckRun run;
  std::vector<std::string> meant;
  for (const Match& match :
       run.file("a.yaml", cluster_text("rayversion: x, colour: red, enableintreeautoscalin: true, "))
           .run("unknown-field")
           .matches)
    meant.push_back(match.values.at("field") + match.values.at("meant"));
  EXPECT_THAT(meant, ElementsAre("spec.rayversion (did you mean 'rayVersion'?)", "spec.colour",
                                 "spec.enableintreeautoscalin (did you mean 'enableInTreeAutoscaling'?)"));
}

}  // namespace
}  // namespace kray
