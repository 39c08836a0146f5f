// Lists of the configuration kinds, and sizes of data without looking at what it says.
#include "cluster/config_views.h"

#include <algorithm>

namespace kray {
namespace {

bool lists(NodeRef list, std::string_view value) {
  const ItemRange items = list.items();
  return std::any_of(items.begin(), items.end(),
                     [value](NodeRef item) { return item.text() == value || item.text() == "*"; });
}

// Bytes that base64 text stands for; line breaks and padding do not count.
uint64_t base64_size(std::string_view text) {
  const auto digits = std::count_if(text.begin(), text.end(),
                                    [](char c) { return c != '=' && c != '\n' && c != '\r' && c != ' '; });
  return static_cast<uint64_t>(digits) * 3 / 4;
}

void add_entries(std::vector<DataEntry>& entries, NodeRef mapping, bool is_base64) {
  for (const Field field : mapping.fields()) {
    const std::string_view text = field.value.text();
    entries.push_back({.key = field.key.text(),
                       .size = is_base64 ? base64_size(text) : text.size(),
                       .place = field.key.place()});
  }
}

}  // namespace

bool RoleRule::grants(std::string_view group, std::string_view resource, std::string_view verb) const {
  return lists(api_groups(), group) && lists(resources(), resource) && lists(verbs(), verb);
}

std::vector<RoleRule> RoleView::rules() const {
  std::vector<RoleRule> rules;
  for (const NodeRef rule : node["rules"].items()) rules.push_back({rule});
  return rules;
}

std::vector<RoleSubject> RoleBindingView::subjects() const {
  std::vector<RoleSubject> subjects;
  for (const NodeRef subject : node["subjects"].items()) subjects.push_back({subject});
  return subjects;
}

std::string_view Webhook::failure_policy() const {
  const std::string_view policy = node["failurePolicy"].text();
  return policy.empty() ? "Fail" : policy;
}

std::vector<Webhook> WebhookConfigurationView::webhooks() const {
  std::vector<Webhook> webhooks;
  for (const NodeRef webhook : node["webhooks"].items()) webhooks.push_back({webhook});
  return webhooks;
}

std::vector<DataEntry> ConfigMapView::entries() const {
  std::vector<DataEntry> entries;
  add_entries(entries, node["data"], false);
  add_entries(entries, node["binaryData"], true);
  return entries;
}

std::string_view SecretView::type() const {
  const std::string_view type = node["type"].text();
  return type.empty() ? "Opaque" : type;
}

std::vector<DataEntry> SecretView::entries() const {
  std::vector<DataEntry> entries;
  add_entries(entries, node["data"], true);
  add_entries(entries, node["stringData"], false);
  return entries;
}

}  // namespace kray
