// What a user meets on the command line: commands, exit codes, inputs, outputs, messages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/process.h"

namespace kray::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kInsecure = "fixtures/scenarios/insecure";
constexpr const char* kSecure = "fixtures/scenarios/secure";

std::string audit(const std::string& arguments) { return "kray-audit " + arguments; }

TEST(CommandLine, VersionAndHelpExitCleanly) {
  EXPECT_EQ(run_shell("kray-audit --version").out, "kray-audit " KRAY_VERSION "\n");
  for (const char* command : {"", "audit ", "inventory ", "query ", "rules ", "explain "}) {
    const Outcome outcome = run_shell(audit(std::string(command) + "--help"));
    EXPECT_EQ(outcome.exit_code, 0) << command;
    EXPECT_THAT(outcome.out, HasSubstr("Examples:\n  ")) << command;
    EXPECT_THAT(outcome.err, IsEmpty()) << command;
  }
}

TEST(CommandLine, WithoutArgumentsShowsHelpAndIsAUsageError) {
  const Outcome outcome = run_shell("kray-audit");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.out, HasSubstr("audit manifests/ -n team-a"));
}

TEST(CommandLine, AuditIsTheDefaultCommand) {
  const Outcome named = run_shell(audit("audit ") + kInsecure);
  const Outcome bare = run_shell(audit(kInsecure));
  const Outcome option_first = run_shell(audit("-n team-a ") + kInsecure);
  EXPECT_EQ(named.exit_code, 1);
  EXPECT_EQ(named.out, bare.out);
  EXPECT_EQ(named.out, option_first.out);
}

TEST(CommandLine, ExitCodesFollowSeverity) {
  EXPECT_EQ(run_shell(audit(kSecure)).exit_code, 0);
  EXPECT_EQ(run_shell(audit(kInsecure)).exit_code, 1);
  EXPECT_EQ(run_shell(audit("--fail-on none ") + kInsecure).exit_code, 0);
  const std::string medium = "--only KRAY603 ";  // the worst that is left is medium
  EXPECT_EQ(run_shell(audit(medium) + kInsecure).exit_code, 0);
  EXPECT_EQ(run_shell(audit(medium + "--fail-on medium ") + kInsecure).exit_code, 1);
  EXPECT_EQ(run_shell(audit("--only KRAY308 --fail-on critical ") + kInsecure).exit_code, 1);
  EXPECT_EQ(run_shell(audit("--skip KRAY308 --fail-on critical ") + kInsecure).exit_code, 0);
}

TEST(CommandLine, UsageErrorsSayWhatIsAllowed) {
  const struct {
    const char* arguments;
    const char* message;
  } cases[] = {
      {"--frobnicate x", "--frobnicate"},
      {"audit", "PATH"},
      {"x -f pdf", "there is no format 'pdf' (formats are text, json and sarif)"},
      {"x -f sarif=", "names no file"},
      {"x -f text -f sarif", "only one report can go to standard output"},
      {"x --only KRAY999", "there is no rule 'KRAY999'"},
      {"x --skip nonsense", "there is no rule 'nonsense'"},
      {"x --fail-on severe", "--fail-on"},
      {"x --assume kuberay=new", "needs a version"},
      {"x --assume moon=full", "--assume does not know 'moon=full'"},
      {"x --rules no/such/folder", "no such folder of rules"},
      {"x --rules cmake", "there is no rule in this folder"},
      {"explain KRAY999", "there is no rule 'KRAY999'"},
  };
  for (const auto& one : cases) {
    const Outcome outcome = run_shell(audit(one.arguments));
    EXPECT_EQ(outcome.exit_code, 2) << one.arguments;
    EXPECT_THAT(outcome.err, HasSubstr(one.message)) << one.arguments;
    EXPECT_THAT(outcome.out, IsEmpty()) << one.arguments;
  }
}

TEST(CommandLine, MissingPathIsAnInputErrorAndTheRestIsAudited) {
  const Outcome outcome = run_shell(audit("no/such.yaml ") + kInsecure);
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.out, HasSubstr("no/such.yaml"));
  EXPECT_THAT(outcome.out, HasSubstr("no such file or folder"));
  EXPECT_THAT(outcome.out, HasSubstr("KRAY308"));
}

TEST(CommandLine, NothingToAuditIsNeverClean) {
  const TempFolder folder;
  const Outcome empty = run_shell(audit("."), folder.path());
  EXPECT_EQ(empty.exit_code, 3);
  EXPECT_THAT(empty.out, HasSubstr("Nothing to audit"));
  write_file(folder.path() / ".github/workflows/ci.yaml", "on: push\njobs: {}\n");
  const Outcome no_objects = run_shell(audit("."), folder.path());
  EXPECT_EQ(no_objects.exit_code, 3);
  EXPECT_THAT(no_objects.out, HasSubstr("1 GitHub workflow"));
  EXPECT_THAT(no_objects.out, Not(HasSubstr("No findings.")));
  const Outcome sarif = run_shell(audit(". -f sarif"), folder.path());
  EXPECT_EQ(sarif.exit_code, 3);
  EXPECT_THAT(sarif.err, HasSubstr("nothing to audit"));
}

TEST(CommandLine, StandardInputAsPipeAndAsRedirect) {
  const std::string file = std::string(kInsecure) + "/policy.yaml";
  for (const std::string& command : {"cat " + file + " | kray-audit -", "kray-audit - < " + file}) {
    const Outcome outcome = run_shell(command);
    EXPECT_EQ(outcome.exit_code, 1) << command;
    EXPECT_THAT(outcome.out, HasSubstr("<stdin>:12:3: high:")) << command;
  }
}

TEST(CommandLine, UnparsableDocumentIsAFindingAndAnInputError) {
  const TempFolder folder;
  write_file(folder.path() / "a.yaml",
             "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\na: [1\n---\n"
             "apiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n");
  const Outcome outcome = run_shell(audit("a.yaml"), folder.path());
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.out, HasSubstr("[KRAY901 unparsable-document]"));
  EXPECT_THAT(outcome.out, HasSubstr("objects:     2\n"));
}

TEST(CommandLine, IncompleteAuditsAreExitCode4OnlyOnRequest) {
  const std::string file = std::string(kSecure) + "/raycluster.yaml";  // its Namespace is in another file
  EXPECT_EQ(run_shell(audit(file)).exit_code, 0);
  EXPECT_EQ(run_shell(audit("--require-complete ") + file).exit_code, 4);
  EXPECT_EQ(run_shell(audit("--require-complete --assume istio-injection=enabled ") + file).exit_code, 0);
  EXPECT_EQ(run_shell(audit("--require-complete ") + kSecure).exit_code, 0);
}

TEST(CommandLine, SeveralReportsInOneRun) {
  const TempFolder folder;
  const std::string out = (folder.path() / "out.sarif").string();
  const std::string text = (folder.path() / "out.txt").string();
  const Outcome both = run_shell(audit(kInsecure) + " -f text -f sarif=" + out + " -f text=" + text);
  EXPECT_EQ(both.exit_code, 1);
  EXPECT_EQ(both.out, run_shell(audit(kInsecure)).out);
  EXPECT_EQ(read_file(text), both.out);
  EXPECT_EQ(read_file(out), run_shell(audit(kInsecure) + " -f sarif").out);
}

TEST(CommandLine, FailedRunLeavesTheOldReport) {
  const TempFolder folder;
  const std::filesystem::path out = folder.path() / "out.sarif";
  write_file(out, "old");
  const Outcome usage = run_shell(audit("no/such.yaml --only KRAY999 -f sarif=") + out.string());
  EXPECT_EQ(usage.exit_code, 2);
  EXPECT_EQ(read_file(out), "old");
  const Outcome unwritable =
      run_shell(audit(kInsecure) + " -f sarif=" + (folder.path() / "no/such/folder.sarif").string());
  EXPECT_EQ(unwritable.exit_code, 2);
  EXPECT_THAT(unwritable.err, HasSubstr("cannot write: No such file or directory"));
  EXPECT_EQ(run_shell("ls", folder.path()).out, "out.sarif\n") << "a temporary file was left behind";
}

TEST(CommandLine, ColourOnlyWhereItIsWanted) {
  const std::string escape = "\x1b[";
  EXPECT_THAT(run_shell(audit(kInsecure)).out, Not(HasSubstr(escape)));
  EXPECT_THAT(run_shell(audit("--color always ") + kInsecure).out, HasSubstr(escape));
  // script(1) gives the command a terminal.
  if (run_shell("command -v script").exit_code != 0) GTEST_SKIP() << "skipped: no script(1)";
  const std::string binary = KRAY_BINARY;
  const auto in_terminal = [&binary](const std::string& environment, const std::string& options) {
    return run_shell("env TERM=xterm " + environment + " script -qec \"'" + binary + "' " + kInsecure +
                     options + "\" /dev/null")
        .out;
  };
  EXPECT_THAT(in_terminal("", ""), HasSubstr(escape));
  EXPECT_THAT(in_terminal("NO_COLOR=1", ""), Not(HasSubstr(escape)));
  EXPECT_THAT(in_terminal("", " --color never"), Not(HasSubstr(escape)));
}

TEST(CommandLine, ReportsAreTheSameWhateverTheThreadCount) {
  const std::string folder = "fixtures -f sarif -j ";
  const Outcome one = run_shell(audit(folder + "1"));
  EXPECT_FALSE(one.out.empty());
  EXPECT_EQ(one.out, run_shell(audit(folder + "2")).out);
  EXPECT_EQ(one.out, run_shell(audit(folder + "16")).out);
}

constexpr const char* kSuppressed = "fixtures/scenarios/suppressed";

TEST(CommandLine, SuppressedFindingsDoNotCount) {
  const std::string critical = " --only KRAY308,KRAY401 --fail-on low";
  const Outcome listens = run_shell(audit(kSuppressed) + critical);
  EXPECT_EQ(listens.exit_code, 0);
  EXPECT_THAT(listens.out, HasSubstr("No findings, 2 suppressed.\n"));
  const Outcome does_not = run_shell(audit(kSuppressed) + critical + " --no-suppressions");
  EXPECT_EQ(does_not.exit_code, 1);
  EXPECT_THAT(does_not.out, HasSubstr("2 findings (1 critical, 1 high) in 2 files.\n"));
}

TEST(CommandLine, SarifHoldsSuppressedFindingsOnlyOnRequest) {
  const Outcome without = run_shell(audit(kSuppressed) + std::string(" -f sarif"));
  EXPECT_THAT(without.out, Not(HasSubstr("\"suppressions\"")));
  EXPECT_THAT(without.out, Not(HasSubstr("\"ruleId\": \"KRAY308\"")));
  const Outcome with = run_shell(audit(kSuppressed) + std::string(" -f sarif --sarif-include-suppressed"));
  EXPECT_THAT(with.out, HasSubstr("\"ruleId\": \"KRAY308\""));
  EXPECT_THAT(with.out,
              HasSubstr("\"justification\": \"the load balancer is internal, its firewall admits the "
                        "office only\""));
}

// Accepting that a chart was not looked at does not make the audit complete.
TEST(CommandLine, SuppressingNotAnalysedDoesNotMakeAnAuditComplete) {
  const TempFolder folder;
  write_file(
      folder.path() / "a.yaml",
      "apiVersion: acme.example/v1\nkind: Runner  # kray-audit: ignore KRAY905 we audit its pods elsewhere\n"
      "metadata: {name: a, namespace: b}\n"
      "spec: {template: {spec: {containers: [{name: c, image: \"a:1.0\"}]}}}\n");
  EXPECT_EQ(run_shell(audit("a.yaml"), folder.path()).exit_code, 0);
  const Outcome outcome = run_shell(audit("a.yaml --require-complete"), folder.path());
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_THAT(outcome.out, HasSubstr("1 suppressed"));
}

TEST(CommandLine, JsonGoesToAFileOrToStandardOutput) {
  const TempFolder folder;
  const std::string file = (folder.path() / "out.json").string();
  const Outcome both = run_shell(audit(kInsecure) + " -f text -f json=" + file);
  EXPECT_EQ(both.exit_code, 1);
  EXPECT_EQ(read_file(file), run_shell(audit(kInsecure) + " -f json").out);
}

TEST(CommandLine, SecretsAreNeverShown) {
  const TempFolder folder;
  write_file(folder.path() / "a.yaml",
             "apiVersion: v1\nkind: Secret\nmetadata:\n  name: redis\n  namespace: default\n"
             "stringData:\n  password: hunter2\n  password: hunter3\ndata: {key: aHVudGVyNA==}\n");
  for (const char* format : {"text", "json", "sarif"}) {
    const Outcome outcome = run_shell(audit("a.yaml -f ") + format, folder.path());
    EXPECT_THAT(outcome.out, HasSubstr("KRAY902"));
    EXPECT_THAT(outcome.out, Not(HasSubstr("hunter"))) << format;
    EXPECT_THAT(outcome.out, Not(HasSubstr("aHVudGVyNA"))) << format;
  }
}

TEST(CommandLine, RulesAndExplainSpeakOfEveryRule) {
  const Outcome rules = run_shell("kray-audit rules");
  EXPECT_EQ(rules.exit_code, 0);
  for (const char* id : {"KRAY101", "KRAY103", "KRAY201", "KRAY202", "KRAY203", "KRAY308", "KRAY401",
                         "KRAY414", "KRAY603", "KRAY901", "KRAY902", "KRAY905", "KRAY906"}) {
    EXPECT_THAT(rules.out, HasSubstr(id));
    const Outcome explained = run_shell(std::string("kray-audit explain ") + id);
    EXPECT_EQ(explained.exit_code, 0) << id;
    EXPECT_THAT(explained.out, HasSubstr("How to fix it")) << id;
  }
  EXPECT_EQ(run_shell("kray-audit explain default-namespace").out,
            run_shell("kray-audit explain KRAY101").out);
}

TEST(CommandLine, UserRulesRunBesideTheEmbeddedOnes) {
  const TempFolder folder;
  write_file(folder.path() / "rules/ACME001.yaml",
             "id: ACME001\nname: our-registry\ntitle: Image from a foreign registry\nseverity: high\n"
             "for: image\nrequire: {path: ., matches: '^registry\\.acme\\.example/'}\n"
             "message: \"Image '{value}' of the {subject} is not from our registry.\"\n"
             "description: Only our registry scans images.\nremediation: Mirror the image.\n");
  const Outcome outcome = run_shell(audit(kSecure) + " --rules " + (folder.path() / "rules").string());
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("ACME001 our-registry"));
  write_file(folder.path() / "rules/ACME002.yaml", "id: ACME002\nnmae: x\n");
  const Outcome broken = run_shell(audit(kSecure) + " --rules " + (folder.path() / "rules").string());
  EXPECT_EQ(broken.exit_code, 2);
  EXPECT_THAT(broken.err, HasSubstr("ACME002.yaml:2: unknown key 'nmae'"));
}

}  // namespace
}  // namespace kray::test
