// NP-3. A requirement is open only where its key is none of the known labels and there may be more; of a
// namespace the name is always known (NP-5).
#include "network/label_selector.h"

#include <algorithm>
#include <iterator>

namespace kray {

LabelFacts namespace_labels(const Inventory& inventory, std::string_view name) {
  if (name.empty()) return {.known = {}, .complete = false};
  LabelFacts facts{.known = {{"kubernetes.io/metadata.name", std::string(name)}}, .complete = false};
  const NamespaceInfo* info = inventory.find_namespace(name);
  if (info == nullptr || info->definitions.empty()) return facts;
  facts = {.known = info->definitions.front().labels, .complete = true};
  for (const NamespaceInfo::Definition& definition : info->definitions) {
    if (definition.labels == facts.known) continue;
    Labels common;
    std::set_intersection(facts.known.begin(), facts.known.end(), definition.labels.begin(),
                          definition.labels.end(), std::inserter(common, common.end()));
    facts = {.known = std::move(common), .complete = false};
  }
  return facts;
}

LabelSelector::LabelSelector(NodeRef selector) {
  for (const Field field : selector["matchLabels"].fields()) {
    requirements_.push_back({.key = std::string(field.key.text()),
                             .operation = Operator::in,
                             .values = {std::string(field.value.text())}});
  }
  for (const NodeRef expression : selector["matchExpressions"].items()) add_expression(expression);
}

void LabelSelector::add_expression(NodeRef expression) {
  Requirement requirement{
      .key = std::string(expression["key"].text()), .operation = Operator::exists, .values = {}};
  const std::string_view operation = expression["operator"].text();
  if (operation == "In") {
    requirement.operation = Operator::in;
  } else if (operation == "NotIn") {
    requirement.operation = Operator::not_in;
  } else if (operation == "DoesNotExist") {
    requirement.operation = Operator::does_not_exist;
  } else if (operation != "Exists") {
    valid_ = false;
  }
  for (const NodeRef value : expression["values"].items()) requirement.values.emplace_back(value.text());
  requirements_.push_back(std::move(requirement));
}

Answer LabelSelector::holds(const Requirement& requirement, const LabelFacts& facts) {
  const auto label = facts.known.find(requirement.key);
  const bool present = label != facts.known.end();
  if (!present && !facts.complete) return Answer::unknown;
  const bool listed = present && std::find(requirement.values.begin(), requirement.values.end(),
                                           label->second) != requirement.values.end();
  bool holds = false;
  switch (requirement.operation) {
    case Operator::in: holds = listed; break;
    case Operator::not_in: holds = !listed; break;
    case Operator::exists: holds = present; break;
    case Operator::does_not_exist: holds = !present; break;
  }
  return holds ? Answer::yes : Answer::no;
}

Answer LabelSelector::matches(const LabelFacts& facts) const {
  if (!valid_) return Answer::no;
  Answer answer = Answer::yes;
  for (const Requirement& requirement : requirements_) {
    answer = both(answer, holds(requirement, facts));
    if (answer == Answer::no) break;
  }
  return answer;
}

}  // namespace kray
