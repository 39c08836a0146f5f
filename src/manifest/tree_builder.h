// Builds a Tree from a reader's events, the same way for YAML and JSON.
//
// Watches the limits on depth, size and alias expansion, resolves merge keys as Kubernetes does,
// and notes keys that stand twice in one mapping.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "manifest/limits.h"
#include "manifest/tree.h"

namespace kray {

struct DuplicateKey {
  Place first;
  Place second;  // the one that counts
  std::string key;
  std::string path;  // of the mapping
};

// Why a document cannot be used, and where.
struct ParseError {
  Place place;
  std::string message;      // one sentence without a period
  std::string advice;       // may be empty
  bool is_bad_key = false;  // a mapping or list stands where a key must be
};

class TreeBuilder {
 public:
  TreeBuilder(Tree& tree, const Limits& limits) : tree_(tree), limits_(limits) {}

  // Each call adds a node at the position the document has reached; a mapping takes keys and
  // values in turn. False: error() says why, and nothing more may be added.
  bool scalar(uint32_t begin, uint32_t end, NodeKind kind, uint8_t flags, std::string_view text,
              uint32_t text_begin);
  bool alias(uint32_t begin, uint32_t end, uint32_t target);
  bool open(uint32_t begin, uint32_t end, NodeKind kind, bool has_anchor = false);
  bool close(uint32_t end);  // `end` 0: the end of the last thing inside

  bool expects_key() const;  // the next node is a key of a mapping
  size_t depth() const { return frames_.size(); }
  uint32_t last_index() const { return last_index_; }  // of the node added last
  std::string_view pending_key() const;                // the key whose value comes next, or empty
  const ParseError& error() const { return error_; }
  std::vector<DuplicateKey> take_duplicates() { return std::move(duplicates_); }

 private:
  struct Frame {
    uint32_t node;
    uint32_t last_child = Node::kNone;
    uint32_t key = Node::kNone;  // a key waits for its value
    uint64_t expanded = 1;       // nodes in it with aliases written out
    bool has_merge = false;
    bool has_anchor = false;
  };

  bool add(Node node);
  bool fail(uint32_t begin, uint32_t end, std::string message, std::string advice);
  bool note_expanded(uint64_t nodes, const Node& at);
  void append(Frame& frame, uint32_t index);
  bool resolve_merges(uint32_t mapping);
  void find_duplicates(uint32_t mapping);
  uint32_t target_of(uint32_t index) const;

  Tree& tree_;
  const Limits& limits_;
  std::vector<Frame> frames_;
  std::unordered_map<uint32_t, uint64_t> expanded_;  // containers with an anchor: Frame::expanded
  std::vector<DuplicateKey> duplicates_;
  ParseError error_;
  uint32_t last_index_ = Node::kNone;
};

}  // namespace kray
