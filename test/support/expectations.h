// What a fixture says about itself: expected findings and options. fixtures/rules/README.md is the
// description of the notation.
#pragma once

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace kray {

// Canonical path and line.
using ExpectedLine = std::pair<std::string, uint32_t>;

struct Expectations {
  std::map<std::string, std::set<ExpectedLine>> lines;  // by rule
  std::vector<std::string> options;                     // words of "# kray-audit: …"
};

namespace expectations_detail {

inline std::vector<std::string> words_of(std::string text) {
  for (char& c : text) {
    if (c == ',') c = ' ';
  }
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

inline void read_marks(const std::string& path, std::string_view line, uint32_t number,
                       Expectations& expectations) {
  constexpr std::string_view kMark = "# expect:";
  constexpr std::string_view kOptions = "# kray-audit:";
  if (const size_t at = line.find(kMark); at != std::string_view::npos) {
    for (const std::string& rule : words_of(std::string(line.substr(at + kMark.size())))) {
      expectations.lines[rule].insert({path, number});
    }
  }
  if (const size_t at = line.find(kOptions); at != std::string_view::npos) {
    std::istringstream in{std::string(line.substr(at + kOptions.size()))};
    std::string word;
    if (!(in >> word) || word == "ignore") return;  // a suppression, no options
    do expectations.options.push_back(word);
    while (in >> word);
  }
}

// "7 KRAY902": line and rules.
inline void read_sidecar_line(const std::string& path, const std::string& line, Expectations& expectations) {
  if (line.empty() || line[0] == '#') return;
  std::istringstream in(line);
  uint32_t number = 0;
  if (!(in >> number)) throw std::runtime_error(path + ".expect: expected 'LINE RULE', found: " + line);
  for (std::string rule; in >> rule;) expectations.lines[rule].insert({path, number});
}

inline void read_file(const std::filesystem::path& file, Expectations& expectations) {
  const bool is_sidecar = file.extension() == ".expect";
  std::filesystem::path described = file;
  if (is_sidecar) described.replace_extension();
  const std::string path = std::filesystem::weakly_canonical(described).string();
  std::ifstream in(file, std::ios::binary);
  uint32_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (is_sidecar) read_sidecar_line(path, line, expectations);
    if (!is_sidecar || line.find("# kray-audit:") != std::string::npos)
      read_marks(path, line, number, expectations);
  }
}

}  // namespace expectations_detail

// Of a file with its ".expect" beside it, or of every file below a folder.
inline Expectations read_expectations(const std::filesystem::path& fixture) {
  Expectations expectations;
  if (std::filesystem::is_directory(fixture)) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(fixture)) {
      if (entry.is_regular_file()) expectations_detail::read_file(entry.path(), expectations);
    }
    return expectations;
  }
  expectations_detail::read_file(fixture, expectations);
  const std::filesystem::path sidecar = fixture.string() + ".expect";
  if (std::filesystem::exists(sidecar)) expectations_detail::read_file(sidecar, expectations);
  return expectations;
}

}  // namespace kray
