// Label selectors over labels that may be known only in part.
//
// specs/networkpolicy.md 3: an object without the key is matched by NotIn and DoesNotExist; "" is a value
// like any other. Compiled once, because every policy is asked about every pod.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/answer.h"
#include "cluster/inventory.h"
#include "cluster/labels.h"
#include "manifest/tree.h"

namespace kray {

// What is known of an object's labels. Incomplete: it has these, and perhaps more.
struct LabelFacts {
  Labels known;
  bool complete = true;

  friend bool operator==(const LabelFacts&, const LabelFacts&) = default;
};

// Labels of a namespace: what all its definitions in the input agree on. kubernetes.io/metadata.name is
// always among them (NP-5); for a namespace that is not in the input it is all that is known. An empty
// name stands for a namespace that is not known.
LabelFacts namespace_labels(const Inventory& inventory, std::string_view name);

class LabelSelector {
 public:
  LabelSelector() = default;  // matches everything
  explicit LabelSelector(NodeRef selector);

  Answer matches(const LabelFacts& facts) const;
  // An operator that is none of the four: the API server refuses the object.
  bool is_valid() const { return valid_; }

 private:
  enum class Operator : uint8_t { in, not_in, exists, does_not_exist };
  struct Requirement {
    std::string key;
    Operator operation = Operator::exists;
    std::vector<std::string> values;
  };
  static Answer holds(const Requirement& requirement, const LabelFacts& facts);
  void add_expression(NodeRef expression);

  std::vector<Requirement> requirements_;
  bool valid_ = true;
};

}  // namespace kray
