// Which files are read and under which name, and that reading ends whatever the path leads to.
#include "source/input.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "support/temp_folder.h"

namespace kray {
namespace {

namespace fs = std::filesystem;
using test::TempFolder;
using test::WorkingDirectory;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr uint64_t kMiB = uint64_t{1} << 20U;

std::vector<std::string> shown(const InputSet& set) {
  std::vector<std::string> names;
  for (const InputFile& file : set.files) names.push_back(file.shown);
  return names;
}

std::vector<std::string> places(const InputSet& set) {
  std::vector<std::string> names;
  for (const Error& error : set.errors) names.push_back(error.where);
  return names;
}

// What reading a path gives: its contents, or "error: …".
std::string contents(const InputFile& file, uint64_t max_bytes = kMiB) {
  const Result<std::unique_ptr<SourceFile>> source = read_input(file, max_bytes);
  return source.ok() ? source.value()->bytes : "error: " + source.error().to_string();
}

// Lets `descriptor` be standard input until the end of the scope.
class StandardInput {
 public:
  explicit StandardInput(int descriptor) : before_(dup(STDIN_FILENO)) {
    dup2(descriptor, STDIN_FILENO);
    close(descriptor);
  }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;
  ~StandardInput() {
    dup2(before_, STDIN_FILENO);
    close(before_);
  }

 private:
  int before_;
};

// For root no file is unreadable: lets the process be nobody until the end of the scope.
class Unprivileged {
 public:
  Unprivileged() : before_(geteuid()) {
    if (before_ == 0 && seteuid(65534) != 0) before_ = geteuid();
  }
  Unprivileged(const Unprivileged&) = delete;
  Unprivileged& operator=(const Unprivileged&) = delete;
  ~Unprivileged() {
    if (before_ == 0 && seteuid(0) != 0) std::abort();
  }
  bool is_in_force() const { return geteuid() != 0; }

 private:
  uid_t before_;
};

class Discover : public ::testing::Test {
 protected:
  InputSet discover(std::vector<std::string> paths, std::vector<std::string> excludes = {}) const {
    return discover_inputs({std::move(paths), std::move(excludes)});
  }

  void SetUp() override { fs::permissions(folder_.path(), fs::perms(0755)); }

  TempFolder folder_;
  WorkingDirectory here_{folder_.path()};
};

TEST_F(Discover, WalksFoldersForManifests) {
  for (const char* name : {"in/a.yaml", "in/b.yml", "in/c.json", "in/deep/er/d.yaml", "in/.hidden/e.yaml"})
    folder_.write(name);
  for (const char* name : {"in/readme.md", "in/yaml", "in/a.yaml.bak", "in/a.YAML", "in/.git/config.yaml",
                           "in/x/.git/hook.yaml", "in/node_modules/m/m.yaml", "in/x/node_modules/n.json"}) {
    folder_.write(name);
  }
  const InputSet set = discover({"in"});
  EXPECT_THAT(shown(set),
              ElementsAre("in/.hidden/e.yaml", "in/a.yaml", "in/b.yml", "in/c.json", "in/deep/er/d.yaml"));
  EXPECT_THAT(set.errors, IsEmpty());
}

TEST_F(Discover, KeepsTheOrderOfArgumentsAndSortsWithinFolders) {
  for (const char* name : {"z/2.yaml", "z/10.yaml", "z/1.yaml", "a/1.yaml"}) folder_.write(name);
  EXPECT_THAT(shown(discover({"z", "a"})), ElementsAre("z/1.yaml", "z/10.yaml", "z/2.yaml", "a/1.yaml"));
}

TEST_F(Discover, ReadsNothingTwice) {
  folder_.write("in/sub/a.yaml");
  folder_.write("in/b.yaml");
  EXPECT_THAT(shown(discover({"in/sub", "in", "in/b.yaml", "./in/../in", folder_ / "in"})),
              ElementsAre("in/sub/a.yaml", "in/b.yaml"));
  EXPECT_THAT(shown(discover({"in/sub/a.yaml", "in/sub/a.yaml", "-", "-"})),
              ElementsAre("in/sub/a.yaml", "<stdin>"));
}

TEST_F(Discover, ShowsPathsBelowTheWorkingDirectoryRelativeToIt) {
  folder_.write("in/a.yaml");
  folder_.write("in/sub/b.yaml");
  EXPECT_THAT(shown(discover({folder_ / "in"})), ElementsAre("in/a.yaml", "in/sub/b.yaml"));
  EXPECT_THAT(shown(discover({"."})), ElementsAre("in/a.yaml", "in/sub/b.yaml"));
  EXPECT_THAT(shown(discover({"./in//sub/../a.yaml"})), ElementsAre("in/a.yaml"));
  const WorkingDirectory deeper(folder_.path() / "in/sub");
  EXPECT_THAT(shown(discover({".."})), ElementsAre("../a.yaml", "../sub/b.yaml"));
  EXPECT_THAT(shown(discover({folder_ / "in/a.yaml"})), ElementsAre(folder_ / "in/a.yaml"));
}

TEST_F(Discover, ReadsAFileGivenByNameWhateverItIsCalled) {
  folder_.write("manifest.txt");
  folder_.write("Kustomization");
  EXPECT_THAT(shown(discover({"manifest.txt", "Kustomization"})),
              ElementsAre("manifest.txt", "Kustomization"));
}

TEST_F(Discover, FolderWithNothingInItIsNoError) {
  fs::create_directory(folder_ / "empty");
  const InputSet set = discover({"empty"});
  EXPECT_THAT(set.files, IsEmpty());
  EXPECT_THAT(set.errors, IsEmpty());
}

TEST_F(Discover, MissingPathIsAnErrorThatHidesNoOther) {
  folder_.write("a.yaml");
  const InputSet set = discover({"missing.yaml", "a.yaml", "no/such/folder"});
  EXPECT_THAT(shown(set), ElementsAre("a.yaml"));
  ASSERT_THAT(places(set), ElementsAre("missing.yaml", "no/such/folder"));
  EXPECT_EQ(set.errors[0].what, "no such file or folder");
  EXPECT_THAT(set.errors[0].advice, HasSubstr("check the path"));
}

TEST_F(Discover, PathThroughAFileIsAnError) {
  folder_.write("a.yaml");
  const InputSet set = discover({"a.yaml/b.yaml", std::string(5000, 'x')});
  EXPECT_THAT(set.files, IsEmpty());
  EXPECT_EQ(set.errors.size(), 2U);
}

TEST_F(Discover, SymbolicLinkLoopsEnd) {
  folder_.write("in/sub/a.yaml");
  folder_.link(folder_.path() / "in", "in/sub/up");
  folder_.link("loop.yaml", "in/loop.yaml");
  folder_.link("pong", "in/ping");
  folder_.link("ping", "in/pong");
  const InputSet set = discover({"in"});
  EXPECT_THAT(shown(set), ElementsAre("in/sub/a.yaml"));
  EXPECT_THAT(places(set), ElementsAre("in/loop.yaml"))
      << "a manifest by its name that cannot be read is no silence";
}

TEST_F(Discover, LinksAreShownByTheirTarget) {
  folder_.write("real/a.yaml");
  folder_.write("elsewhere.txt");
  fs::create_directory(folder_ / "in");
  folder_.link("../real/a.yaml", "in/link.yaml");
  folder_.link("../elsewhere.txt", "in/text.yaml");
  EXPECT_THAT(shown(discover({"in"})), ElementsAre("real/a.yaml", "elsewhere.txt"));
  EXPECT_THAT(shown(discover({"in/link.yaml", "real"})), ElementsAre("real/a.yaml")) << "and read once";
}

TEST_F(Discover, FilesBehindALinkedFolderAreShownByTheirTarget) {
  folder_.write("real/sub/a.yaml");
  fs::create_directory(folder_ / "in");
  folder_.link("../real", "in/linked");
  EXPECT_THAT(shown(discover({"in", "real"})), ElementsAre("real/sub/a.yaml"));
  EXPECT_THAT(shown(discover({"in/linked"})), ElementsAre("in/linked/sub/a.yaml")) << "as the user wrote it";
}

TEST_F(Discover, DanglingLinkIsAnErrorIfItIsAManifest) {
  folder_.write("in/a.yaml");
  folder_.link("nowhere", "in/gone.yaml");
  folder_.link("nowhere", "in/gone.txt");
  const InputSet set = discover({"in", "in/gone.txt"});
  EXPECT_THAT(shown(set), ElementsAre("in/a.yaml"));
  ASSERT_THAT(places(set), ElementsAre("in/gone.yaml", "in/gone.txt"));
  EXPECT_THAT(set.errors[0].what, HasSubstr("link to nothing"));
}

TEST_F(Discover, ExcludesFilesByGlob) {
  for (const char* name : {"in/a.yaml", "in/test-a.yaml", "in/sub/test-b.yaml", "in/sub/b.yaml"})
    folder_.write(name);
  EXPECT_THAT(shown(discover({"in"}, {"test-*"})), ElementsAre("in/a.yaml", "in/sub/b.yaml"));
  EXPECT_THAT(shown(discover({"in"}, {"in/a.yaml"})),
              ElementsAre("in/sub/b.yaml", "in/sub/test-b.yaml", "in/test-a.yaml"));
  EXPECT_THAT(shown(discover({"in"}, {"*b.yaml"})), ElementsAre("in/a.yaml", "in/test-a.yaml"));
  EXPECT_THAT(shown(discover({"in"}, {"[ab].yaml"})), ElementsAre("in/sub/test-b.yaml", "in/test-a.yaml"));
  EXPECT_THAT(shown(discover({"in"}, {"a", "yaml", "test-?"})).size(), 4U) << "a glob matches whole names";
  EXPECT_THAT(shown(discover({"in/a.yaml", "in/test-a.yaml"}, {"test-*"})), ElementsAre("in/a.yaml"));
}

TEST_F(Discover, ExcludesFoldersByGlob) {
  for (const char* name :
       {"in/a.yaml", "in/skip/b.yaml", "in/sub/skip/deep/c.yaml", "in/sub/d.yaml", "out/e.yaml"})
    folder_.write(name);
  EXPECT_THAT(shown(discover({"in"}, {"skip"})), ElementsAre("in/a.yaml", "in/sub/d.yaml"));
  EXPECT_THAT(shown(discover({"in"}, {"sub/skip"})),
              ElementsAre("in/a.yaml", "in/skip/b.yaml", "in/sub/d.yaml"));
  EXPECT_THAT(shown(discover({"in"}, {"in/sub"})), ElementsAre("in/a.yaml", "in/skip/b.yaml"));
  EXPECT_THAT(shown(discover({"in", "out"}, {"out"})).size(), 4U) << "a folder given by name too";
  EXPECT_THAT(shown(discover({folder_ / "in"}, {"in/s*"})), ElementsAre("in/a.yaml"))
      << "matched as it is shown";
}

TEST_F(Discover, UnreadableFolderIsAnError) {
  folder_.write("in/locked/a.yaml");
  folder_.write("in/b.yaml");
  fs::permissions(folder_ / "in/locked", fs::perms::none);
  InputSet set;
  {
    const Unprivileged nobody;
    if (!nobody.is_in_force()) GTEST_SKIP() << "root reads everything";
    set = discover({"in"});
  }
  EXPECT_THAT(shown(set), ElementsAre("in/b.yaml"));
  EXPECT_THAT(places(set), ElementsAre("in/locked"));
  fs::permissions(folder_ / "in/locked", fs::perms::owner_all);
}

TEST_F(Discover, FolderWhoseEntriesCannotBeLookedAtIsAnError) {
  folder_.write("in/list-only/sub/a.yaml");
  folder_.write("in/b.yaml");
  fs::permissions(folder_ / "in/list-only", fs::perms(0444));
  InputSet set;
  {
    const Unprivileged nobody;
    if (!nobody.is_in_force()) GTEST_SKIP() << "root reads everything";
    set = discover({"in"});
  }
  EXPECT_THAT(shown(set), ElementsAre("in/b.yaml"));
  EXPECT_THAT(places(set), ElementsAre("in/list-only/sub"));
  fs::permissions(folder_ / "in/list-only", fs::perms::owner_all);
}

TEST_F(Discover, PipeInAFolderIsAnError) {
  fs::create_directory(folder_ / "in");
  ASSERT_EQ(mkfifo((folder_ / "in/pipe.yaml").c_str(), 0600), 0);
  ASSERT_EQ(mkfifo((folder_ / "in/pipe").c_str(), 0600), 0);
  const InputSet set = discover({"in"});
  EXPECT_THAT(set.files, IsEmpty());
  ASSERT_THAT(places(set), ElementsAre("in/pipe.yaml"));
  EXPECT_EQ(set.errors[0].what, "not a regular file");
}

TEST_F(Discover, PipeGivenByNameIsRead) {
  const std::string pipe = folder_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const InputSet set = discover({pipe});
  ASSERT_EQ(set.files.size(), 1U);
  const std::string text(300'000, 'x');  // more than a pipe holds at once
  const std::jthread writer([&] { std::ofstream(pipe) << text; });
  EXPECT_EQ(contents(set.files[0]), text);
}

TEST_F(Discover, StandardInputIsReadFromAPipe) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const StandardInput input(ends[0]);
  const std::string text(300'000, 'y');
  const std::jthread writer([&] {
    for (size_t done = 0; done < text.size();) {
      const ssize_t wrote = write(ends[1], text.data() + done, text.size() - done);
      if (wrote <= 0) break;
      done += static_cast<size_t>(wrote);
    }
    close(ends[1]);
  });
  const InputSet set = discover({"-"});
  ASSERT_THAT(shown(set), ElementsAre("<stdin>"));
  EXPECT_EQ(contents(set.files[0]), text);
}

TEST_F(Discover, StandardInputIsReadFromARedirectedFile) {
  const StandardInput input(open(folder_.write("a.txt", "kind: Pod\n").c_str(), O_RDONLY));
  EXPECT_EQ(contents(discover({"-"}).files.at(0)), "kind: Pod\n");
}

TEST_F(Discover, StandardInputThatIsAFolderIsAnError) {
  const StandardInput input(open(folder_.path().c_str(), O_RDONLY));
  EXPECT_THAT(contents(discover({"-"}).files.at(0)), HasSubstr("error: <stdin>: cannot read"));
}

TEST_F(Discover, EmptyStandardInputIsAnEmptyFile) {
  const StandardInput input(open("/dev/null", O_RDONLY));
  EXPECT_EQ(contents(discover({"-"}).files.at(0)), "");
}

TEST_F(Discover, ContentsSurviveByteForByte) {
  std::string text = "a: \"";
  for (int byte = 0; byte < 256; ++byte) text += static_cast<char>(byte);
  text += "\"\r\n";
  text.append(10, '\0');
  EXPECT_EQ(contents({folder_.write("all.yaml", text), "all.yaml"}), text);
  EXPECT_EQ(contents({folder_.write("none.yaml", ""), "none.yaml"}), "");
  for (const size_t size : {4095U, 4096U, 4097U, 4160U, 65536U}) {
    const std::string many(size, 'z');
    EXPECT_EQ(contents({folder_.write("many.yaml", many), "many.yaml"}), many) << size;
  }
}

TEST_F(Discover, ContentsLeaveRoomBehindThem) {
  const auto source = read_input({folder_.write("a.yaml", std::string(4096, 'z')), "a.yaml"}, kMiB);
  ASSERT_TRUE(source.ok());
  EXPECT_GE(source.value()->bytes.capacity(), source.value()->bytes.size() + SourceFile::kPadding);
}

TEST_F(Discover, SizeLimitHoldsForRegularFiles) {
  const std::string path = folder_.write("a.yaml", std::string(kMiB, 'a'));
  EXPECT_EQ(contents({path, "a.yaml"}, kMiB).size(), kMiB);
  const std::string over = contents({folder_.write("b.yaml", std::string(kMiB + 1, 'a')), "b.yaml"}, kMiB);
  EXPECT_THAT(over, HasSubstr("error: b.yaml: larger than the limit of 1 MiB"));
  EXPECT_THAT(over, HasSubstr("--max-file-size"));
}

TEST_F(Discover, SizeLimitHoldsBeforeAHugeFileIsRead) {
  const std::string path = folder_.write("sparse.yaml", "");
  fs::resize_file(path, uint64_t{1} << 40U);
  EXPECT_THAT(contents({path, "sparse.yaml"}, kMiB), HasSubstr("larger than the limit"));
  EXPECT_THAT(contents({path, "sparse.yaml"}, UINT64_MAX), HasSubstr("larger than the limit of 4095 MiB"))
      << "places have 32 bits, whatever limit is asked for";
}

TEST_F(Discover, EndlessDeviceHitsTheSizeLimit) {
  const InputSet set = discover({"/dev/zero"});
  ASSERT_EQ(set.files.size(), 1U);
  EXPECT_THAT(contents(set.files[0], 8 * kMiB),
              HasSubstr("error: /dev/zero: larger than the limit of 8 MiB"));
}

TEST_F(Discover, UnreadableFileIsAnError) {
  EXPECT_THAT(contents({folder_ / "gone.yaml", "gone.yaml"}),
              HasSubstr("error: gone.yaml: cannot read: No such file"));
  EXPECT_THAT(contents({folder_.path().string(), "folder"}), HasSubstr("error: folder: cannot read"));
  const std::string path = folder_.write("locked.yaml");
  fs::permissions(path, fs::perms::none);
  const Unprivileged nobody;
  if (!nobody.is_in_force()) GTEST_SKIP() << "root reads everything";
  EXPECT_THAT(contents({path, "locked.yaml"}),
              HasSubstr("error: locked.yaml: cannot read: Permission denied"));
}

TEST_F(Discover, ReadsWhatTheKernelGivesNoSizeFor) {
  EXPECT_NE(contents({"/proc/self/status", "status"}).find("Pid:"), std::string::npos);
}

}  // namespace
}  // namespace kray
