// Finding and reading input files.
//
// Every file is identified by its canonical path, so that overlapping arguments and symbolic links
// read nothing twice; folders are remembered by canonical path too, which ends symbolic link loops.
#include "source/input.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <unordered_set>

namespace kray {
namespace {

namespace fs = std::filesystem;

bool is_manifest_name(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

// The path people recognise: below the working directory relative to it, else as given.
std::string shown_path(const fs::path& path, const fs::path& working_directory) {
  const fs::path normal = path.lexically_normal();
  if (normal.is_relative()) return normal.generic_string();
  const fs::path relative = normal.lexically_relative(working_directory);
  if (relative.empty() || *relative.begin() == "..") return normal.generic_string();
  return relative.generic_string();
}

class Discovery {
 public:
  explicit Discovery(const InputOptions& options)
      : options_(options), working_directory_(fs::current_path()) {}

  InputSet run() {
    for (const std::string& path : options_.paths) add_argument(path);
    return std::move(set_);
  }

 private:
  void add_argument(const std::string& argument) {
    if (argument == "-") {
      if (seen_.insert("-").second) set_.files.push_back({"-", "<stdin>"});
      return;
    }
    std::error_code failure;
    const fs::file_status status = fs::status(argument, failure);
    if (!fs::exists(status)) {
      const bool missing = !failure || failure == std::errc::no_such_file_or_directory;
      set_.errors.push_back(
          {argument, missing ? "no such file or folder" : failure.message(),
           missing ? "check the path; shell globs that match nothing are passed on as they are" : ""});
    } else if (fs::is_directory(status)) {
      if (!excluded(argument)) walk(argument);
    } else {
      add_file(argument, status);
    }
  }

  void walk(const fs::path& folder) {
    std::error_code failure;
    const fs::path canonical = fs::canonical(folder, failure);
    if (failure || !seen_.insert(canonical.string()).second) return;
    std::vector<fs::directory_entry> entries;
    for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
         entry.increment(failure)) {
      entries.push_back(*entry);
    }
    if (failure) {
      set_.errors.push_back({shown_path(folder, working_directory_),
                             "cannot list folder: " + failure.message(),
                             "make it readable or leave it out with --exclude"});
      return;
    }
    std::sort(entries.begin(), entries.end());
    for (const fs::directory_entry& entry : entries) visit(entry.path());
  }

  void visit(const fs::path& path) {
    const std::string name = path.filename().string();
    if (name == ".git" || name == "node_modules" || excluded(path)) return;
    std::error_code failure;
    const fs::file_status status = fs::status(path, failure);
    if (!fs::status_known(status) && failure != std::errc::too_many_symbolic_link_levels) {
      set_.errors.push_back({shown_path(path, working_directory_), "cannot look at it: " + failure.message(),
                             "make it readable or leave it out with --exclude"});
    } else if (fs::is_directory(status)) {
      // As with files, what stands behind a link is named by where it really is.
      std::error_code ignored;
      walk(fs::is_symlink(fs::symlink_status(path, ignored)) ? fs::canonical(path, ignored) : path);
    } else if (!is_manifest_name(path)) {
      return;
    } else if (fs::is_regular_file(status)) {
      add_file(path, status);
    } else if (!fs::exists(status)) {
      set_.errors.push_back({shown_path(path, working_directory_), "symbolic link to nothing",
                             "mend the link or leave it out with --exclude"});
    } else {
      set_.errors.push_back({shown_path(path, working_directory_), "not a regular file",
                             "name it as an argument to read it, or leave it out with --exclude"});
    }
  }

  void add_file(const fs::path& path, const fs::file_status& status) {
    if (excluded(path)) return;
    fs::path shown = path;
    if (fs::is_regular_file(status)) {
      std::error_code failure;
      const fs::path canonical = fs::canonical(path, failure);
      if (!failure && !seen_.insert(canonical.string()).second) return;
      // Code scanning cannot show an alert on a link, so a link is named by its target.
      if (!failure && fs::is_symlink(fs::symlink_status(path, failure))) shown = canonical;
    }
    set_.files.push_back({path.string(), shown_path(shown, working_directory_)});
  }

  bool excluded(const fs::path& path) const {
    const std::string shown = shown_path(path, working_directory_);
    return std::any_of(options_.excludes.begin(), options_.excludes.end(), [&shown](const std::string& glob) {
      for (size_t from = 0;;) {
        if (fnmatch(glob.c_str(), shown.c_str() + from, 0) == 0) return true;
        const size_t slash = shown.find('/', from);
        if (slash == std::string::npos) return false;
        from = slash + 1;
      }
    });
  }

  const InputOptions& options_;
  fs::path working_directory_;
  std::unordered_set<std::string> seen_;
  InputSet set_;
};

// A descriptor that closes itself; standard input stays open.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ > STDIN_FILENO) close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

Error too_large(const InputFile& input, uint64_t max_bytes) {
  return {input.shown, fmt::format("larger than the limit of {} MiB", max_bytes >> 20U),
          "raise it with --max-file-size"};
}

}  // namespace

InputSet discover_inputs(const InputOptions& options) { return Discovery(options).run(); }

Result<std::unique_ptr<SourceFile>> read_input(const InputFile& input, uint64_t max_bytes) {
  const Descriptor descriptor(input.path == "-" ? STDIN_FILENO
                                                : open(input.path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (descriptor.number() < 0 || fstat(descriptor.number(), &status) != 0) {
    return Error{input.shown, std::string("cannot read: ") + std::strerror(errno), ""};
  }
  max_bytes = std::min<uint64_t>(max_bytes, UINT32_MAX - SourceFile::kPadding);  // places have 32 bits
  std::string bytes;
  size_t expected = 0;
  if (S_ISREG(status.st_mode)) {
    expected = static_cast<size_t>(status.st_size);
    if (expected > max_bytes) return too_large(input, max_bytes);
  }
  // One byte more than expected, so that the last read sees the end without growing the buffer.
  size_t used = 0;
  bytes.resize(std::max<size_t>(expected + 1, 4096) + SourceFile::kPadding);
  for (;;) {
    if (used + SourceFile::kPadding >= bytes.size()) bytes.resize(bytes.size() * 2);
    const ssize_t got =
        read(descriptor.number(), bytes.data() + used, bytes.size() - SourceFile::kPadding - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{input.shown, std::string("cannot read: ") + std::strerror(errno), ""};
    if (got == 0) break;
    used += static_cast<size_t>(got);
    if (used > max_bytes) return too_large(input, max_bytes);
  }
  bytes.resize(used);
  return std::make_unique<SourceFile>(input.shown, std::move(bytes));
}

}  // namespace kray
