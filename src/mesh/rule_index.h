// Finds the rules that can match a request among many, without trying each.
//
// A rule that demands one of some exact values of an attribute (a principal, a namespace, a path, a port) is
// filed under these; a question then looks its own values up. Rules that demand no such value are always
// tried, and where the question does not state an attribute so are all that are filed under it.
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
  // Appends the ids of all rules that may match, ascending, each once; `found` must be empty.
  void find(const PolicyAttributes& attributes, std::vector<uint32_t>& found) const;

 private:
  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  struct TextFile {
    std::unordered_map<std::string, std::vector<uint32_t>, TextHash, std::equal_to<>> by_value;
    std::vector<uint32_t> all;
    void add(uint32_t id, const std::string& value);
    void find(std::string_view value, std::vector<uint32_t>& found) const;
  };
  void file(uint32_t id, const Condition& condition);

  std::vector<uint32_t> always_;
  TextFile principals_;
  TextFile namespaces_;
  TextFile paths_;
  std::unordered_map<uint16_t, std::vector<uint32_t>> ports_;
};

}  // namespace kray
