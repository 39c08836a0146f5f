// Texts inside objects, "config", "values" and "mesh" of ConfigMaps or an annotation, read like manifests.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "manifest/tree.h"
#include "source/source_file.h"

namespace kray {

// Owns such texts with their trees: nodes stay valid as long as it lives. Their places are in no file of
// the input and must not reach a report.
class MeshTexts {
 public:
  struct Parsed {
    NodeRef root;     // nothing for an empty text
    bool ok = false;  // false: no YAML (JSON is YAML)
  };
  Parsed parse(std::string_view text);

 private:
  std::vector<std::unique_ptr<SourceFile>> files_;
  std::vector<std::unique_ptr<Tree>> trees_;
};

// The same kinds, texts and items; fields in any order.
bool same_value(NodeRef a, NodeRef b);

}  // namespace kray
