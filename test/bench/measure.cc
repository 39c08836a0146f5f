// Runs a command several times and prints what it cost: wall and CPU time of the fastest run, peak memory of
// the largest. usage: bench_measure TIMES COMMAND [ARGUMENT]…
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>

extern char** environ;

namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  const int times = argc > 2 ? std::atoi(argv[1]) : 0;
  if (times < 1) {
    std::fputs("usage: bench_measure TIMES COMMAND [ARGUMENT]...\n", stderr);
    return 2;
  }
  double wall = std::numeric_limits<double>::max();
  double cpu = wall;
  long peak = 0;
  int status = 0;
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
  for (int i = 0; i < times; ++i) {
    const auto start = std::chrono::steady_clock::now();
    pid_t child = 0;
    rusage usage{};
    if (posix_spawnp(&child, argv[2], &quiet, nullptr, argv + 2, environ) != 0 ||
        wait4(child, &status, 0, &usage) != child) {
      std::fprintf(stderr, "bench_measure: cannot run %s\n", argv[2]);
      return 2;
    }
    wall = std::min(wall, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    cpu = std::min(cpu, seconds(usage.ru_utime) + seconds(usage.ru_stime));
    peak = std::max(peak, usage.ru_maxrss);
  }
  posix_spawn_file_actions_destroy(&quiet);
  std::printf("wall %8.1f ms   CPU %8.1f ms   peak %6.1f MiB   exit %d\n", wall * 1e3, cpu * 1e3,
              static_cast<double>(peak) / 1024, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  return 0;
}
