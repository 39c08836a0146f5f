// Drives libyaml's parser and hands its events to a TreeBuilder.
//
// libyaml counts characters, places count bytes. In ASCII text the two are the same; elsewhere a
// cursor follows the events, which come in the order of the text.
#include "manifest/yaml_reader.h"

#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "manifest/scalar.h"

namespace kray {
namespace {

// Translates libyaml's character index to a byte offset in the file.
class OffsetCursor {
 public:
  OffsetCursor(std::string_view text, uint32_t base)
      : text_(text), base_(base), ascii_(std::all_of(text.begin(), text.end(), [](char c) {
          return static_cast<unsigned char>(c) < 0x80;
        })) {}

  uint32_t offset(size_t index) {
    if (ascii_) return base_ + static_cast<uint32_t>(std::min(index, text_.size()));
    if (index < index_) index_ = byte_ = 0;
    while (index_ < index && byte_ < text_.size()) {
      do ++byte_;
      while (byte_ < text_.size() && (static_cast<unsigned char>(text_[byte_]) & 0xC0U) == 0x80U);
      ++index_;
    }
    return base_ + static_cast<uint32_t>(byte_);
  }

 private:
  std::string_view text_;
  uint32_t base_;
  bool ascii_;
  size_t index_ = 0;
  size_t byte_ = 0;
};

// One libyaml parser, freed at the end of the scope.
struct Parser {
  yaml_parser_t state{};
  explicit Parser(std::string_view text) {
    yaml_parser_initialize(&state);
    yaml_parser_set_encoding(&state, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser() { yaml_parser_delete(&state); }
};

struct Event {
  yaml_event_t value{};
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&value); }
};

std::string_view as_view(const yaml_char_t* text) {
  return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

// Tags whose scalars are resolved even if quoted; with any other tag a scalar is a string.
bool is_resolvable(std::string_view tag) {
  constexpr std::string_view kYaml = "tag:yaml.org,2002:";
  if (!tag.starts_with(kYaml)) return false;
  const std::string_view name = tag.substr(kYaml.size());
  return name == "int" || name == "float" || name == "bool" || name == "null";
}

class YamlReader {
 public:
  YamlReader(const SourceFile& file, uint32_t begin, uint32_t end, const Limits& limits, Detail detail)
      : file_(file),
        begin_(begin),
        text_(file.text().substr(begin, end - begin)),
        limits_(limits),
        detail_(detail),
        cursor_(text_, begin),
        parser_(text_) {}

  ReadOutcome run() {
    for (;;) {
      Event event;
      if (yaml_parser_parse(&parser_.state, &event.value) == 0) {
        outcome_.error = syntax_error();
        break;
      }
      if (event.value.type == YAML_STREAM_END_EVENT) break;
      if (!handle(event.value)) {
        if (!outcome_.error) outcome_.error = builder_->error();
        // A bad key may be the first sign of text that is no YAML at all, which says more.
        if (outcome_.error->is_bad_key) prefer_syntax_error();
        break;
      }
    }
    return std::move(outcome_);
  }

 private:
  bool handle(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_DOCUMENT_START_EVENT: return start_document();
      case YAML_DOCUMENT_END_EVENT: return end_document();
      case YAML_SCALAR_EVENT: return skip(event) || scalar(event);
      case YAML_ALIAS_EVENT: return skip(event) || alias(event);
      case YAML_SEQUENCE_START_EVENT:
        return open(event, NodeKind::sequence, event.data.sequence_start.anchor,
                    event.data.sequence_start.tag);
      case YAML_MAPPING_START_EVENT:
        return open(event, NodeKind::mapping, event.data.mapping_start.anchor, event.data.mapping_start.tag);
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT: return close(event);
      default: return true;
    }
  }

  bool start_document() {
    if (outcome_.trees.size() >= limits_.documents_per_file) {
      outcome_.error = ParseError{{&file_, begin_, begin_},
                                  fmt::format("more than {} documents", limits_.documents_per_file),
                                  "split the file"};
      return false;
    }
    tree_ = std::make_unique<Tree>();
    tree_->file = &file_;
    builder_.emplace(*tree_, limits_);
    anchors_.clear();
    return true;
  }

  bool end_document() {
    for (DuplicateKey& duplicate : builder_->take_duplicates())
      outcome_.duplicates.push_back(std::move(duplicate));
    tree_->nodes.shrink_to_fit();
    tree_->buffer.shrink_to_fit();
    outcome_.trees.push_back(std::move(tree_));
    return true;
  }

  bool scalar(const yaml_event_t& event) {
    const auto& scalar = event.data.scalar;
    const std::string_view text(reinterpret_cast<const char*>(scalar.value), scalar.length);
    const bool plain = scalar.style == YAML_PLAIN_SCALAR_STYLE;
    uint32_t begin = cursor_.offset(event.start_mark.index);
    uint32_t end = cursor_.offset(event.end_mark.index);
    if (scalar.tag != nullptr || scalar.anchor != nullptr) begin = skip_properties(begin, end);
    const bool block = scalar.style == YAML_LITERAL_SCALAR_STYLE || scalar.style == YAML_FOLDED_SCALAR_STYLE;
    if (block) end = trim_blank_end(begin, end);
    const bool quoted = !plain && !block;
    auto flags = static_cast<uint8_t>(plain ? 0 : Node::kQuoted);
    ResolvedScalar resolved;
    if (scalar.tag == nullptr ? plain : is_resolvable(as_view(scalar.tag)))
      resolved = resolve_plain_scalar(text);
    if (resolved.is_true) flags = static_cast<uint8_t>(flags | Node::kTrue);
    if (!builder_->scalar(begin, end, resolved.kind, flags, text,
                          quoted  ? begin + 1
                          : block ? Node::kNone
                                  : begin)) {
      return false;
    }
    remember(scalar.anchor);
    return true;
  }

  bool alias(const yaml_event_t& event) {
    const std::string name(as_view(event.data.alias.anchor));
    const auto anchor = anchors_.find(name);
    const uint32_t begin = cursor_.offset(event.start_mark.index);
    const uint32_t end = cursor_.offset(event.end_mark.index);
    if (anchor != anchors_.end()) return builder_->alias(begin, end, anchor->second);
    if (detail_ == Detail::outline) return builder_->scalar(begin, end, NodeKind::null, 0, "", Node::kNone);
    outcome_.error =
        ParseError{{&file_, begin, end}, fmt::format("alias '*{}' names no anchor above it", name), ""};
    return false;
  }

  bool open(const yaml_event_t& event, NodeKind kind, const yaml_char_t* anchor, const yaml_char_t* tag) {
    if (skipping_ > 0) return skip_deeper(event);
    uint32_t begin = cursor_.offset(event.start_mark.index);
    const uint32_t end = cursor_.offset(event.end_mark.index);
    if (anchor != nullptr || tag != nullptr) begin = skip_properties(begin, end);
    if (outside_outline()) {
      skipped_begin_ = begin;
      return skip_deeper(event);
    }
    if (!builder_->open(begin, end, kind, anchor != nullptr)) return false;
    remember(anchor);
    return true;
  }

  // Nothing below is kept; the limit on nesting holds all the same.
  bool skip_deeper(const yaml_event_t& event) {
    ++skipping_;
    skipped_end_ = event.end_mark.index;
    if (builder_->depth() + skipping_ <= limits_.depth) return true;
    const uint32_t at = cursor_.offset(event.start_mark.index);
    outcome_.error =
        ParseError{{&file_, at, at}, fmt::format("nested deeper than {} levels", limits_.depth), ""};
    return false;
  }

  bool skip(const yaml_event_t& event) {
    if (skipping_ > 0) skipped_end_ = event.end_mark.index;
    return skipping_ > 0;
  }

  bool close(const yaml_event_t& event) {
    if (skipping_ == 0) {
      // A block collection ends where the next token begins, a flow collection with its bracket.
      const bool flow = event.end_mark.index > event.start_mark.index;
      return builder_->close(flow ? cursor_.offset(event.end_mark.index) : 0);
    }
    if (event.end_mark.index > event.start_mark.index) skipped_end_ = event.end_mark.index;
    --skipping_;
    if (skipping_ > 0) return true;
    const uint32_t end = trim_blank_end(skipped_begin_, cursor_.offset(skipped_end_));
    return builder_->scalar(skipped_begin_, end, NodeKind::null, 0, "", Node::kNone);
  }

  // The value that comes next is beyond what an outline keeps.
  bool outside_outline() const {
    return detail_ == Detail::outline && !builder_->expects_key() &&
           (builder_->depth() >= 3 || builder_->pending_key() == "versions");
  }

  void remember(const yaml_char_t* anchor) {
    if (anchor != nullptr) anchors_[std::string(as_view(anchor))] = builder_->last_index();
  }

  // Tag and anchor, and comments behind them, stand before the value but are not part of it.
  uint32_t skip_properties(uint32_t begin, uint32_t end) const {
    const std::string_view bytes = file_.text();
    const auto skip_while = [&](auto is_skipped) {
      while (begin < end && is_skipped(bytes[begin])) ++begin;
    };
    const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (begin < end && (bytes[begin] == '!' || bytes[begin] == '&' || bytes[begin] == '#')) {
      if (bytes[begin] == '#') {
        skip_while([](char c) { return c != '\r' && c != '\n'; });
      } else {
        skip_while([&](char c) { return !is_blank(c); });
      }
      skip_while(is_blank);
    }
    return begin;
  }

  uint32_t trim_blank_end(uint32_t begin, uint32_t end) const {
    const std::string_view bytes = file_.text();
    while (end > begin && std::string_view(" \t\r\n").find(bytes[end - 1]) != std::string_view::npos) --end;
    return end;
  }

  // Not in what is nested too deep: libyaml takes time that is quadratic in the depth.
  void prefer_syntax_error() {
    for (size_t depth = 0; depth <= limits_.depth;) {
      Event event;
      if (yaml_parser_parse(&parser_.state, &event.value) == 0) {
        outcome_.error = syntax_error();
        return;
      }
      switch (event.value.type) {
        case YAML_STREAM_END_EVENT: return;
        case YAML_SEQUENCE_START_EVENT:
        case YAML_MAPPING_START_EVENT: ++depth; break;
        case YAML_SEQUENCE_END_EVENT:
        case YAML_MAPPING_END_EVENT: depth -= std::min<size_t>(depth, 1); break;
        default: break;
      }
    }
  }

  ParseError syntax_error() {
    const yaml_parser_t& parser = parser_.state;
    ParseError error;
    error.message = parser.problem == nullptr ? "not YAML" : parser.problem;
    if (parser.error == YAML_READER_ERROR) {
      // The reader knows bytes, not marks.
      const auto at = begin_ + static_cast<uint32_t>(std::min(parser.problem_offset, text_.size()));
      error.place = {&file_, at, at + 1};
      return error;
    }
    const uint32_t at = cursor_.offset(parser.problem_mark.index);
    error.place = {&file_, at, at};
    if (parser.context != nullptr) {
      const uint32_t from = cursor_.offset(parser.context_mark.index);
      error.message += fmt::format(" {} that begins in line {}", parser.context, file_.lines().line_of(from));
    }
    return error;
  }

  const SourceFile& file_;
  uint32_t begin_;
  std::string_view text_;
  const Limits& limits_;
  Detail detail_;
  OffsetCursor cursor_;
  Parser parser_;
  std::unique_ptr<Tree> tree_;
  std::optional<TreeBuilder> builder_;
  std::unordered_map<std::string, uint32_t> anchors_;
  size_t skipping_ = 0;         // open containers that are checked but not kept
  uint32_t skipped_begin_ = 0;  // of the outermost of them, in bytes
  size_t skipped_end_ = 0;      // of the last thing in them, in characters
  ReadOutcome outcome_;
};

}  // namespace

ReadOutcome read_yaml(const SourceFile& file, uint32_t begin, uint32_t end, const Limits& limits,
                      Detail detail) {
  return YamlReader(file, begin, end, limits, detail).run();
}

}  // namespace kray
