// Finds the rules that can match a request among many, without trying each.
//
// A rule that demands one of some values of an attribute (a principal, a namespace, a path: whole or its
// beginning; a port) is filed under these, and a question looks its own values up. Rules that demand no such
// value are always tried, and where the question does not state an attribute so are all that are filed under
// it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mesh/policy_rule.h"

namespace kray {

class RuleIndex {
 public:
  // `id` is the caller's own, ascending.
  void add(uint32_t id, const PolicyRule& rule);
  // Calls `visit` with the ids of all rules that may match, ascending, each once.
  template <typename Visit>
  void for_each(const PolicyAttributes& attributes, const Visit& visit) const {
    const std::vector<uint32_t> filed = find(attributes);
    auto always = always_.begin();
    for (const uint32_t id : filed) {
      for (; always != always_.end() && *always < id; ++always) visit(*always);
      visit(id);
    }
    for (; always != always_.end(); ++always) visit(*always);
  }

 private:
  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Files = std::unordered_map<std::string, std::vector<uint32_t>, TextHash, std::equal_to<>>;
  struct TextFile {
    Files by_value;
    Files by_beginning;
    std::vector<size_t> lengths;  // of the beginnings, ascending, each once
    std::vector<uint32_t> all;

    void add_value(uint32_t id, const std::string& value);
    void add_beginning(uint32_t id, const std::string& beginning);
    void find_value(std::string_view value, std::vector<uint32_t>& found) const;
    void find_beginnings(std::string_view text, std::vector<uint32_t>& found) const;
    void find_all(std::vector<uint32_t>& found) const;
  };
  void file(uint32_t id, const Condition& condition);
  static void file(uint32_t id, const TextPattern& pattern, TextFile& files);
  void find_identity(const PolicyAttributes& attributes, std::vector<uint32_t>& found) const;
  std::vector<uint32_t> find(const PolicyAttributes& attributes) const;  // of the filed ones, ascending

  std::vector<uint32_t> always_;  // not filed, ascending
  TextFile principals_;
  TextFile namespaces_;
  TextFile paths_;
  std::unordered_map<uint16_t, std::vector<uint32_t>> ports_;
};

}  // namespace kray
