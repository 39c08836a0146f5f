// Copies keep the type of a scalar: a port by number stays one, a port by name too.
#include "derive/json_manifest.h"

#include <optional>

#include "manifest/scalar.h"

namespace kray {
namespace {

constexpr size_t kMostNodes = 5000;

// What is left of `budget` once the node and all below it are counted; 0: too much.
size_t spend(NodeRef node, size_t budget) {
  if (budget == 0) return 0;
  --budget;
  for (const Field field : node.fields()) {
    if (budget == 0) return 0;
    budget = spend(field.value, budget);
  }
  for (const NodeRef item : node.items()) {
    if (budget == 0) return 0;
    budget = spend(item, budget);
  }
  return budget;
}

void put_scalar(ManifestJson& json, NodeRef node) {
  const std::optional<int64_t> number =
      node.kind() == NodeKind::integer ? integer_value(node.text()) : std::nullopt;
  if (number) {
    json.Int64(*number);
  } else if (node.kind() == NodeKind::boolean) {
    json.Bool(node.is_true());
  } else if (node.is_null()) {
    json.Null();
  } else {
    put_value(json, node.text());
  }
}

}  // namespace

void put_key(ManifestJson& json, std::string_view key) {
  json.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
}

void put_value(ManifestJson& json, std::string_view text) {
  json.String(text.empty() ? "" : text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void put_text(ManifestJson& json, std::string_view key, std::string_view text) {
  put_key(json, key);
  put_value(json, text);
}

void put_integer(ManifestJson& json, std::string_view key, int64_t value) {
  put_key(json, key);
  json.Int64(value);
}

void put_texts(ManifestJson& json, std::string_view key, std::initializer_list<std::string_view> texts) {
  put_key(json, key);
  json.StartArray();
  for (const std::string_view text : texts) put_value(json, text);
  json.EndArray();
}

void put_labels(ManifestJson& json, std::string_view key, const Labels& labels) {
  put_key(json, key);
  json.StartObject();
  for (const auto& [name, value] : labels) put_text(json, name, value);
  json.EndObject();
}

void put_head(ManifestJson& json, const ManifestHead& head) {
  put_text(json, "apiVersion", head.api_version);
  put_text(json, "kind", head.kind);
  put_key(json, "metadata");
  json.StartObject();
  put_text(json, "name", head.name);
  if (!head.ns.empty()) put_text(json, "namespace", head.ns);
  if (!head.labels.empty()) put_labels(json, "labels", head.labels);
  if (!head.annotations.empty()) put_labels(json, "annotations", head.annotations);
  json.EndObject();
}

void put_node(ManifestJson& json, std::string_view key, NodeRef node) {
  put_key(json, key);
  put_node(json, node);
}

void put_node(ManifestJson& json, NodeRef node) {
  if (node.is_mapping()) {
    json.StartObject();
    for (const Field field : node.fields()) put_node(json, field.key.text(), field.value);
    json.EndObject();
  } else if (node.is_sequence()) {
    json.StartArray();
    for (const NodeRef item : node.items()) put_node(json, item);
    json.EndArray();
  } else {
    put_scalar(json, node);
  }
}

bool is_small(std::span<const NodeRef> nodes) {
  size_t budget = kMostNodes;
  for (const NodeRef node : nodes) budget = spend(node, budget);
  return budget > 0;
}

}  // namespace kray
