// Manifests of objects that controllers make, written as JSON for Inventory::add_derived.
//
// RapidJSON writes and escapes; what is here knows the head that all objects have, and how to copy a part
// of the input into one.
#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "cluster/labels.h"
#include "manifest/tree.h"

namespace kray {

using ManifestJson = rapidjson::Writer<rapidjson::StringBuffer>;

struct ManifestHead {
  std::string_view api_version;
  std::string_view kind;
  std::string_view name;
  std::string_view ns;  // empty: cluster-scoped, or not known
  const Labels& labels;
  const Labels& annotations;
};

void put_key(ManifestJson& json, std::string_view key);
void put_value(ManifestJson& json, std::string_view text);
void put_text(ManifestJson& json, std::string_view key, std::string_view text);
void put_integer(ManifestJson& json, std::string_view key, int64_t value);
// "key": ["…"]
void put_texts(ManifestJson& json, std::string_view key, std::initializer_list<std::string_view> texts);
// "key": {"…": "…"}
void put_labels(ManifestJson& json, std::string_view key, const Labels& labels);
// apiVersion, kind and metadata; maps that are empty are left out.
void put_head(ManifestJson& json, const ManifestHead& head);

// "key": what the node holds. Aliases are written out, so ask `is_small` first: a few anchors can stand
// for any amount of text.
void put_node(ManifestJson& json, std::string_view key, NodeRef node);
void put_node(ManifestJson& json, NodeRef node);
// No more than a few thousand nodes, all together, however they are written.
bool is_small(std::span<const NodeRef> nodes);

// A manifest: its head, and what `body(json)` writes beside metadata.
template <typename Body>
std::string manifest_text(const ManifestHead& head, const Body& body) {
  rapidjson::StringBuffer buffer;
  ManifestJson json(buffer);
  json.StartObject();
  put_head(json, head);
  body(json);
  json.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace kray
