// Names and places of objects.
#include "cluster/object.h"

namespace kray {

std::string Object::qualified_kind() const {
  std::string text(kind);
  if (!group.empty()) text.append(".").append(group);
  return text;
}

Place Object::name_place() const {
  for (const char* field : {"name", "generateName"}) {
    if (const NodeRef value = metadata()[field]) return value.place();
  }
  return node["kind"] ? node["kind"].place() : node.place();
}

bool may_share_namespace(const Object& a, const Object& b) {
  const bool unknown = a.ns_source == NamespaceSource::not_set || b.ns_source == NamespaceSource::not_set;
  return unknown || a.ns == b.ns;
}

}  // namespace kray
