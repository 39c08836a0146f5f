// The part of parsed.h that the fuzz targets share: no test framework in here.
#include <fmt/format.h>

#include "manifest/parsed.h"

namespace kray::testing {
namespace {

// Look-ups walk siblings: in bigger containers, looking each of them up would take too long.
constexpr size_t kMostLookedUp = 1000;

class Checker {
 public:
  explicit Checker(const SourceFile& file) : file_(file) {}

  void check_place(const Place& place, std::string_view what) {
    if (place.begin <= place.end && place.end <= file_.bytes.size() &&
        (place.file == nullptr || place.file == &file_))
      return;
    complain("{}: place {}-{} of {} bytes", what, place.begin, place.end, file_.bytes.size());
  }

  void check_tree(const Tree& tree) {
    if (tree.nodes.empty()) return complain("a tree without a root");
    if (tree.nodes[0].parent != Node::kNone || tree.nodes[0].next != Node::kNone)
      complain("the root has relatives");
    size_t reached = 1;
    check_children(tree, 0, reached);
  }

  std::vector<std::string> take() { return std::move(complaints_); }

 private:
  // Walks the nodes as they are stored, so that aliases are not expanded.
  void check_children(const Tree& tree, uint32_t index, size_t& reached) {
    const Node& node = tree.nodes[index];
    check_place({tree.file, node.begin, node.end}, "node");
    check_text(tree, index);
    if (node.kind != NodeKind::mapping && node.kind != NodeKind::sequence) return;
    const bool is_mapping = node.kind == NodeKind::mapping;
    size_t children = 0;
    uint32_t key = Node::kNone;
    for (uint32_t child = node.size == 0 ? Node::kNone : node.data; child != Node::kNone;
         child = tree.nodes[child].next) {
      if (++reached > tree.nodes.size()) return complain("more nodes reached than there are");
      const Node& inner = tree.nodes[child];
      const bool is_key = is_mapping && children % 2 == 0;
      if (inner.parent != index) complain("a node {} that does not know its parent", child);
      const uint32_t own = is_key ? Node::kNone : is_mapping ? key : static_cast<uint32_t>(children);
      if (inner.key != own) complain("node {} does not know its key or position", child);
      ++children;
      if (is_key) key = child;
      if (inner.kind == NodeKind::alias) {
        check_alias(tree, inner);
        if ((inner.flags & Node::kMerged) != 0) continue;
      }
      if (inner.begin < node.begin || inner.end > node.end) {
        complain("{}-{} stands outside its parent {}-{}", inner.begin, inner.end, node.begin, node.end);
      }
      if (is_key && inner.kind != NodeKind::alias && NodeRef(&tree, child).is_null())
        complain("a key is null");
      check_children(tree, child, reached);
      if (!is_key && inner.kind != NodeKind::alias) check_path(NodeRef(&tree, child));
    }
    if (children != node.size * (is_mapping ? 2U : 1U))
      complain("{} children, said to be {}", children, node.size);
  }

  void check_alias(const Tree& tree, const Node& alias) {
    if (alias.data >= tree.nodes.size()) return complain("an alias of nothing");
    if (tree.nodes[alias.data].kind == NodeKind::alias && tree.nodes[alias.data].data >= alias.data)
      complain("aliases in a circle");
  }

  void check_text(const Tree& tree, uint32_t index) {
    const Node& node = tree.nodes[index];
    if (node.kind == NodeKind::alias || node.kind == NodeKind::mapping || node.kind == NodeKind::sequence ||
        node.size == 0)
      return;
    const size_t room =
        (node.flags & Node::kTextInBuffer) != 0 ? tree.buffer.size() : tree.file->bytes.size();
    if (node.data > room || node.size > room - node.data) complain("text outside its buffer");
  }

  // One step: the look-up that the last component of the path stands for gives the node back.
  void check_path(NodeRef node) {
    const NodeRef parent = node.parent();
    if (parent.size() > kMostLookedUp) return;
    if (parent.is_sequence()) {
      const std::string path = node.path();
      const std::string above = parent.path();
      const size_t position = std::stoul(path.substr(above.size() + 1));
      if (parent.at(position) != node) complain("path {} leads elsewhere", path);
      return;
    }
    const NodeRef found = parent[node.key_text()];
    if (found == node) return;
    // A key that stands twice leads to the last of them.
    if (found.key_text() != node.key_text()) complain("path {} leads elsewhere", node.path());
  }

  template <typename... Args>
  void complain(fmt::format_string<Args...> text, Args&&... args) {
    if (complaints_.size() < 10) complaints_.push_back(fmt::format(text, std::forward<Args>(args)...));
  }

  const SourceFile& file_;
  std::vector<std::string> complaints_;
};

}  // namespace

std::vector<std::string> broken_invariants(const ManifestFile& file) {
  Checker checker(*file.source);
  for (const Document& document : file.documents) {
    checker.check_place(document.place, "document");
    if (document.tree) checker.check_tree(*document.tree);
  }
  for (const ParseError& error : file.errors) checker.check_place(error.place, error.message);
  for (const DuplicateKey& duplicate : file.duplicates) {
    checker.check_place(duplicate.first, "first key");
    checker.check_place(duplicate.second, "second key");
  }
  checker.check_place(file.template_mark, "template mark");
  return checker.take();
}

}  // namespace kray::testing
