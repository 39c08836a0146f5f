// Files each rule under one of its clauses: that of the attribute that tells requests apart best.
#include "mesh/rule_index.h"

#include <algorithm>

namespace kray {
namespace {

constexpr int kNoRank = 4;

bool is_exact(const TextPattern& pattern) { return pattern.form == TextPattern::Form::exact; }

bool is_plain(const NamespacePattern& pattern) { return pattern.pieces.size() == 1; }

bool is_exact_path(const PathPattern& pattern) {
  const auto* text = std::get_if<TextPattern>(&pattern);
  return text != nullptr && is_exact(*text);
}

template <typename Pattern, typename Test>
bool all_are(const Condition& condition, const Test& test) {
  const auto& values = std::get<std::vector<Pattern>>(condition.values);
  return std::all_of(values.begin(), values.end(), test);
}

// Of a condition under which rules can be filed, the better the lower; kNoRank: none can.
int rank_of(const Condition& condition) {
  if (condition.is_negated) return kNoRank;
  switch (condition.attribute) {
    case Attribute::principal: return all_are<TextPattern>(condition, is_exact) ? 0 : kNoRank;
    case Attribute::service_account: return 1;
    case Attribute::ns: return all_are<NamespacePattern>(condition, is_plain) ? 1 : kNoRank;
    case Attribute::path: return all_are<PathPattern>(condition, is_exact_path) ? 2 : kNoRank;
    case Attribute::port: return 3;
    default: return kNoRank;
  }
}

const Condition* best_of(const Alternative& alternative) {
  const Condition* best = nullptr;
  for (const Condition& condition : alternative) {
    const int rank = rank_of(condition);
    if (rank < kNoRank && (best == nullptr || rank < rank_of(*best))) best = &condition;
  }
  return best;
}

// A clause is as good as the worst of its alternatives.
int rank_of(const Clause& clause) {
  int worst = 0;
  for (const Alternative& alternative : clause) {
    const Condition* best = best_of(alternative);
    worst = std::max(worst, best == nullptr ? kNoRank : rank_of(*best));
  }
  return worst;
}

// "x" of the piece "/ns/x/".
std::string namespace_of(const NamespacePattern& pattern) {
  constexpr size_t kMark = 4;
  return pattern.pieces.front().substr(kMark, pattern.pieces.front().size() - kMark - 1);
}

}  // namespace

void RuleIndex::TextFile::add(uint32_t id, const std::string& value) {
  by_value[value].push_back(id);
  all.push_back(id);
}

void RuleIndex::TextFile::find(std::string_view value, std::vector<uint32_t>& found) const {
  if (const auto ids = by_value.find(value); ids != by_value.end())
    found.insert(found.end(), ids->second.begin(), ids->second.end());
}

void RuleIndex::file(uint32_t id, const Condition& condition) {
  switch (condition.attribute) {
    case Attribute::principal:
      for (const auto& one : std::get<std::vector<TextPattern>>(condition.values))
        principals_.add(id, one.text);
      break;
    case Attribute::service_account:
      for (const auto& one : std::get<std::vector<ServiceAccountPattern>>(condition.values))
        namespaces_.add(id, one.ns);
      break;
    case Attribute::ns:
      for (const auto& one : std::get<std::vector<NamespacePattern>>(condition.values))
        namespaces_.add(id, namespace_of(one));
      break;
    case Attribute::path:
      for (const auto& one : std::get<std::vector<PathPattern>>(condition.values))
        paths_.add(id, std::get<TextPattern>(one).text);
      break;
    default:
      for (const uint16_t port : std::get<std::vector<uint16_t>>(condition.values))
        ports_[port].push_back(id);
  }
}

void RuleIndex::add(uint32_t id, const PolicyRule& rule) {
  const auto best =
      std::min_element(rule.clauses.begin(), rule.clauses.end(),
                       [](const Clause& a, const Clause& b) { return rank_of(a) < rank_of(b); });
  if (best == rule.clauses.end() || rank_of(*best) == kNoRank) {
    always_.push_back(id);
    return;
  }
  for (const Alternative& alternative : *best) file(id, *best_of(alternative));
}

void RuleIndex::find(const PolicyAttributes& attributes, std::vector<uint32_t>& found) const {
  found = always_;
  const auto add_all = [&found](const TextFile& file) {
    found.insert(found.end(), file.all.begin(), file.all.end());
  };
  if (!attributes.principal.is_known()) {
    add_all(principals_);
    add_all(namespaces_);
  } else if (attributes.principal.has_value()) {
    principals_.find(attributes.principal.value, found);
    if (attributes.identity_namespace.empty())
      add_all(namespaces_);
    else
      namespaces_.find(attributes.identity_namespace, found);
  }
  if (attributes.path)
    paths_.find(*attributes.path, found);
  else
    add_all(paths_);
  if (const auto ids = ports_.find(attributes.port); ids != ports_.end())
    found.insert(found.end(), ids->second.begin(), ids->second.end());
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
}

}  // namespace kray
