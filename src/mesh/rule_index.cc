// Files each rule under one of its clauses: that of the attribute that tells requests apart best.
#include "mesh/rule_index.h"

#include <algorithm>

namespace kray {
namespace {

using Form = TextPattern::Form;

constexpr size_t kNamespaceMark = 4;  // "/ns/", with which the first piece of every NamespacePattern begins
constexpr int kNoRank = 6;

bool is_exact(const TextPattern& pattern) { return pattern.form == Form::exact; }

bool has_beginning(const TextPattern& pattern) {
  return is_exact(pattern) || (pattern.form == Form::prefix && !pattern.text.empty());
}

const TextPattern* text_of(const PathPattern& pattern) { return std::get_if<TextPattern>(&pattern); }

template <typename Pattern, typename Test>
bool all_are(const Condition& condition, const Test& test) {
  const auto& values = std::get<std::vector<Pattern>>(condition.values);
  return std::all_of(values.begin(), values.end(), test);
}

int rank_of_texts(bool all_exact, bool all_begin, int exact_rank, int beginning_rank) {
  if (all_exact) return exact_rank;
  return all_begin ? beginning_rank : kNoRank;
}

// Of a condition under which rules can be filed, the better the lower; kNoRank: none can.
int rank_of(const Condition& condition) {
  if (condition.is_negated) return kNoRank;
  switch (condition.attribute) {
    case Attribute::principal:
      return rank_of_texts(all_are<TextPattern>(condition, is_exact),
                           all_are<TextPattern>(condition, has_beginning), 0, 2);
    case Attribute::service_account: return 1;
    case Attribute::ns:
      return rank_of_texts(
          all_are<NamespacePattern>(condition, [](const auto& one) { return one.pieces.size() == 1; }),
          all_are<NamespacePattern>(
              condition, [](const auto& one) { return one.pieces.front().size() > kNamespaceMark; }),
          1, 2);
    case Attribute::path:
      return rank_of_texts(
          all_are<PathPattern>(condition,
                               [](const auto& one) { return text_of(one) && is_exact(*text_of(one)); }),
          all_are<PathPattern>(condition,
                               [](const auto& one) { return text_of(one) && has_beginning(*text_of(one)); }),
          3, 4);
    case Attribute::port: return 5;
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

}  // namespace

void RuleIndex::TextFile::add_value(uint32_t id, const std::string& value) {
  by_value[value].push_back(id);
  all.push_back(id);
}

void RuleIndex::TextFile::add_beginning(uint32_t id, const std::string& beginning) {
  by_beginning[beginning].push_back(id);
  all.push_back(id);
  const auto at = std::lower_bound(lengths.begin(), lengths.end(), beginning.size());
  if (at == lengths.end() || *at != beginning.size()) lengths.insert(at, beginning.size());
}

void RuleIndex::TextFile::find_value(std::string_view value, std::vector<uint32_t>& found) const {
  if (const auto ids = by_value.find(value); ids != by_value.end())
    found.insert(found.end(), ids->second.begin(), ids->second.end());
}

void RuleIndex::TextFile::find_beginnings(std::string_view text, std::vector<uint32_t>& found) const {
  for (const size_t length : lengths) {
    if (length > text.size()) break;
    if (const auto ids = by_beginning.find(text.substr(0, length)); ids != by_beginning.end())
      found.insert(found.end(), ids->second.begin(), ids->second.end());
  }
}

void RuleIndex::TextFile::find_all(std::vector<uint32_t>& found) const {
  found.insert(found.end(), all.begin(), all.end());
}

void RuleIndex::file(uint32_t id, const TextPattern& pattern, TextFile& files) {
  if (is_exact(pattern))
    files.add_value(id, pattern.text);
  else
    files.add_beginning(id, pattern.text);
}

void RuleIndex::file(uint32_t id, const Condition& condition) {
  switch (condition.attribute) {
    case Attribute::principal:
      for (const auto& one : std::get<std::vector<TextPattern>>(condition.values)) file(id, one, principals_);
      break;
    case Attribute::service_account:
      for (const auto& one : std::get<std::vector<ServiceAccountPattern>>(condition.values))
        namespaces_.add_value(id, one.ns);
      break;
    case Attribute::ns:
      for (const auto& one : std::get<std::vector<NamespacePattern>>(condition.values)) {
        const std::string text = one.pieces.front().substr(kNamespaceMark);
        if (one.pieces.size() == 1)
          namespaces_.add_value(id, text.substr(0, text.size() - 1));  // without the slash behind it
        else
          namespaces_.add_beginning(id, text);
      }
      break;
    case Attribute::path:
      for (const auto& one : std::get<std::vector<PathPattern>>(condition.values))
        file(id, *text_of(one), paths_);
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

// AP-11: without an identity no positive condition on one holds.
void RuleIndex::find_identity(const PolicyAttributes& attributes, std::vector<uint32_t>& found) const {
  if (attributes.principal.is_absent()) return;
  if (!attributes.principal.is_known()) {
    principals_.find_all(found);
    namespaces_.find_all(found);
    return;
  }
  const std::string_view principal = attributes.principal.value;
  const std::string_view ns = attributes.identity_namespace;
  principals_.find_value(principal, found);
  principals_.find_beginnings(principal, found);
  if (ns.empty()) {
    namespaces_.find_all(found);
    return;
  }
  namespaces_.find_value(ns, found);
  // A pattern may go on behind the namespace (0.5-13).
  namespaces_.find_beginnings(principal.substr(static_cast<size_t>(ns.data() - principal.data())), found);
}

std::vector<uint32_t> RuleIndex::find(const PolicyAttributes& attributes) const {
  std::vector<uint32_t> found;
  find_identity(attributes, found);
  if (const std::optional<std::string_view> path = attributes.path()) {
    paths_.find_value(*path, found);
    paths_.find_beginnings(*path, found);
  } else {
    paths_.find_all(found);
  }
  if (const auto ids = ports_.find(attributes.port); ids != ports_.end())
    found.insert(found.end(), ids->second.begin(), ids->second.end());
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace kray
