// The corpus and conformance sets beside a checkout, which a clone may lack.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace kray::test {

// ../shared, or an empty path where a clone has none. With KRAY_REQUIRE_SHARED=1 a missing one fails
// the test that asks.
inline std::filesystem::path shared_folder() {
  const std::filesystem::path folder = std::filesystem::path(KRAY_SOURCE_DIR) / ".." / "shared";
  if (std::filesystem::is_directory(folder / "corpus")) return std::filesystem::canonical(folder);
  const char* required = std::getenv("KRAY_REQUIRE_SHARED");
  if (required != nullptr && std::string_view(required) == "1")
    ADD_FAILURE() << "../shared is required and missing";
  return {};
}

// A file of it; the test fails if it cannot be read.
inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << "cannot read " << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace kray::test

// Skips the test where the folder is not there; never where it is required.
#define KRAY_NEEDS_SHARED() \
  if (kray::test::shared_folder().empty()) GTEST_SKIP() << "skipped: no ../shared beside this clone"
