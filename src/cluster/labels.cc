// Selector evaluation: conjunction of matchLabels and matchExpressions (specs/istio.md GEN-4).
#include "cluster/labels.h"

#include <algorithm>

namespace kray {
namespace {

bool matches_expression(NodeRef expression, const Labels& labels) {
  const std::string_view operation = expression["operator"].text();
  const auto label = labels.find(expression["key"].text());
  const bool present = label != labels.end();
  if (operation == "Exists") return present;
  if (operation == "DoesNotExist") return !present;
  const auto values = expression["values"].items();
  const bool listed = present && std::any_of(values.begin(), values.end(), [&label](NodeRef value) {
                        return value.text() == label->second;
                      });
  if (operation == "In") return listed;
  // NotIn also matches objects without the key.
  if (operation == "NotIn") return !listed;
  return false;
}

}  // namespace

Labels labels_of(NodeRef mapping) {
  Labels labels;
  for (const Field field : mapping.fields()) {
    if (field.value.is_string()) labels.insert_or_assign(std::string(field.key.text()), field.value.text());
  }
  return labels;
}

bool matches_all(NodeRef match_labels, const Labels& labels) {
  const auto fields = match_labels.fields();
  return std::all_of(fields.begin(), fields.end(), [&labels](const Field& field) {
    const auto label = labels.find(field.key.text());
    return label != labels.end() && label->second == field.value.text();
  });
}

bool matches_label_selector(NodeRef selector, const Labels& labels) {
  const auto expressions = selector["matchExpressions"].items();
  return matches_all(selector["matchLabels"], labels) &&
         std::all_of(expressions.begin(), expressions.end(),
                     [&labels](NodeRef expression) { return matches_expression(expression, labels); });
}

}  // namespace kray
