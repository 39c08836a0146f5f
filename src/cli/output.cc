// Temporary file in the same folder, then rename: a reader sees the old report or the new one.
#include "cli/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace kray {
namespace {

Error cannot_write(const std::string& path, int reason) {
  return {path, std::string("cannot write: ") + std::strerror(reason), "nothing was changed there"};
}

// A pipe or device cannot be replaced, only written to.
bool is_special(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
}

// A name beside `path` that nobody else has, created empty; the permissions a new file would get.
std::optional<std::string> create_beside(const std::string& path) {
  std::string name = path + ".tmp-XXXXXX";
  const int descriptor = mkstemp(name.data());
  if (descriptor < 0) return std::nullopt;
  const mode_t mask = umask(0);
  umask(mask);
  fchmod(descriptor, 0666 & ~mask);
  close(descriptor);
  return name;
}

}  // namespace

std::optional<Error> write_output(const std::string& path, const std::function<void(std::ostream&)>& write) {
  if (path.empty() || path == "-") {
    write(std::cout);
    std::cout.flush();
    if (!std::cout) return Error{"standard output", "cannot write", ""};
    return std::nullopt;
  }
  if (is_special(path)) {
    std::ofstream out(path, std::ios::binary);
    write(out);
    out.close();
    return out ? std::nullopt : std::optional<Error>(cannot_write(path, errno));
  }
  const std::optional<std::string> temporary = create_beside(path);
  if (!temporary) return cannot_write(path, errno);
  std::ofstream out(*temporary, std::ios::binary);
  write(out);
  out.close();
  if (!out || std::rename(temporary->c_str(), path.c_str()) != 0) {
    const int reason = errno;
    std::remove(temporary->c_str());
    return cannot_write(path, reason);
  }
  return std::nullopt;
}

}  // namespace kray
