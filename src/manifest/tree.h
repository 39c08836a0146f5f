// The tree of one YAML or JSON document: compact nodes that all know their place.
//
// Nodes lie in one array in document order, 32 bytes each; text is a view into the file wherever
// the file spells it as it is, else into a side buffer of the tree. An alias is one node that
// points at its anchor's node, so nothing is ever expanded. Fields that a merge key ("<<") brings
// in are alias nodes too, added to the mapping when it is built.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "source/place.h"
#include "source/source_file.h"

namespace kray {

enum class NodeKind : uint8_t { null, boolean, integer, floating, string, sequence, mapping, alias };

// A kind in words for messages: "a mapping", "a string".
std::string_view to_string(NodeKind kind);

struct Node {
  static constexpr uint32_t kNone = 0xFFFFFFFF;
  enum Flags : uint8_t { kTextInBuffer = 1, kTrue = 2, kMerged = 4, kQuoted = 8 };

  uint32_t begin = 0;  // place of the value in the file
  uint32_t end = 0;
  uint32_t data = kNone;  // scalar: where its text begins; container: first child; alias: target
  uint32_t size = 0;      // scalar: bytes of text; sequence: items; mapping: fields
  uint32_t next = kNone;  // next sibling; in a mapping keys and values alternate
  uint32_t key = kNone;   // of a value in a mapping: its key's node; of an item: its position
  uint32_t parent = kNone;
  NodeKind kind = NodeKind::null;
  uint8_t flags = 0;
};
static_assert(sizeof(Node) == 32);

struct Tree {
  const SourceFile* file = nullptr;
  std::vector<Node> nodes;  // nodes[0] is the root; empty: no document
  std::string buffer;       // text that the file spells differently (escapes, folding, block scalars)
};

class FieldRange;
class ItemRange;

// A node, or nothing: look-ups of what is not there give nothing, and so do look-ups in it.
// Cheap to copy. Aliases are followed, so kind() is never NodeKind::alias.
class NodeRef {
 public:
  NodeRef() = default;
  NodeRef(const Tree* tree, uint32_t index);

  explicit operator bool() const { return tree_ != nullptr; }
  friend bool operator==(const NodeRef&, const NodeRef&) = default;

  NodeKind kind() const { return node().kind; }  // NodeKind::null for nothing
  bool is_mapping() const { return tree_ != nullptr && kind() == NodeKind::mapping; }
  bool is_sequence() const { return tree_ != nullptr && kind() == NodeKind::sequence; }
  bool is_scalar() const { return tree_ != nullptr && !is_mapping() && !is_sequence(); }
  bool is_string() const { return tree_ != nullptr && kind() == NodeKind::string; }
  bool is_null() const { return tree_ == nullptr || kind() == NodeKind::null; }
  bool is_true() const { return kind() == NodeKind::boolean && (node().flags & Node::kTrue) != 0; }

  // Scalar text as Kubernetes would see it if it were a string; empty for containers and nothing.
  std::string_view text() const;
  // Text of a string; empty for everything else (an unquoted `yes` is a boolean, not a string).
  std::string_view string() const { return is_string() ? text() : std::string_view(); }

  size_t size() const;  // items of a sequence, fields of a mapping, else 0
  // Field of a mapping. Where a key stands twice the last one counts, as in the API server.
  NodeRef operator[](std::string_view key) const;
  NodeRef at(size_t index) const;  // item of a sequence
  ItemRange items() const;         // of a sequence; empty for everything else
  FieldRange fields() const;       // of a mapping; empty for everything else

  // Where the value stands; for something reached through an alias or a merge, where it is written.
  Place place() const;
  // Where its key stands; the value's own place for items of sequences and for the root.
  Place key_place() const;
  // From its key to the end of its value.
  Place field_place() const;
  std::string_view key_text() const;  // empty for items and the root
  NodeRef parent() const;
  NodeRef root() const;
  // "spec/rules[1]/from"; empty for the root.
  std::string path() const;

  const Tree* tree() const { return tree_; }
  uint32_t index() const { return index_; }

 private:
  const Node& node() const;
  uint32_t key_index() const;  // of its key's node, or Node::kNone

  const Tree* tree_ = nullptr;
  uint32_t index_ = 0;  // never an alias
};

class ItemRange {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = NodeRef;
    using difference_type = std::ptrdiff_t;
    using pointer = const NodeRef*;
    using reference = NodeRef;

    Iterator(const Tree* tree, uint32_t index) : tree_(tree), index_(index) {}
    NodeRef operator*() const { return {tree_, index_}; }
    Iterator& operator++() {
      index_ = tree_->nodes[index_].next;
      return *this;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const Tree* tree_;
    uint32_t index_;
  };

  ItemRange(const Tree* tree, uint32_t first) : tree_(tree), first_(first) {}
  Iterator begin() const { return {tree_, first_}; }
  Iterator end() const { return {tree_, Node::kNone}; }

 private:
  const Tree* tree_;
  uint32_t first_;
};

struct Field {
  NodeRef key;
  NodeRef value;
};

class FieldRange {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Field;
    using difference_type = std::ptrdiff_t;
    using pointer = const Field*;
    using reference = Field;

    Iterator(const Tree* tree, uint32_t key_index) : tree_(tree), index_(key_index) {}
    Field operator*() const { return {NodeRef(tree_, index_), NodeRef(tree_, tree_->nodes[index_].next)}; }
    Iterator& operator++() {
      index_ = tree_->nodes[tree_->nodes[index_].next].next;
      return *this;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const Tree* tree_;
    uint32_t index_;
  };

  FieldRange(const Tree* tree, uint32_t first) : tree_(tree), first_(first) {}
  Iterator begin() const { return {tree_, first_}; }
  Iterator end() const { return {tree_, Node::kNone}; }

 private:
  const Tree* tree_;
  uint32_t first_;
};

}  // namespace kray
