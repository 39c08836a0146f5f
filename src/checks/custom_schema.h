// Schemas of CustomResourceDefinitions in the input, read when something asks for one.
//
// The manifest reader keeps only an outline of a definition; the few that a check wants are read again
// whole. Definitions in the input say which fields the cluster keeps (structural schemas, pruning).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cluster/object.h"
#include "manifest/document.h"
#include "manifest/yaml_reader.h"

namespace kray {

class CustomSchemas {
 public:
  // `files` must outlive it.
  explicit CustomSchemas(const std::vector<ManifestFile>& files) : files_(files) {}

  // A definition of the object's kind, in its version, has a field where `node` stands in the object.
  bool knows_field(const Object& object, NodeRef node);

 private:
  const std::vector<NodeRef>& schemas_of(const Object& object);

  const std::vector<ManifestFile>& files_;
  std::map<std::string, std::vector<NodeRef>, std::less<>> schemas_;  // by "group/Kind/version"
  std::vector<ReadOutcome> read_again_;
};

}  // namespace kray
