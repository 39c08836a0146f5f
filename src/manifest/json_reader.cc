// Walks simdjson's on-demand values; a token's address in the input gives its place.
#include "manifest/json_reader.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace kray {
namespace {

namespace od = simdjson::ondemand;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Byte behind the string whose opening quote stands at `quote`; nothing if it is not closed.
std::optional<uint32_t> end_of_string(std::string_view bytes, uint32_t quote) {
  for (uint32_t i = quote + 1; i < bytes.size(); ++i) {
    if (bytes[i] == '"') return i + 1;
    if (bytes[i] == '\\') ++i;
  }
  return std::nullopt;
}

// An integer by JSON's grammar, however many digits it has.
bool is_integer(std::string_view token) {
  if (token.starts_with('-')) token.remove_prefix(1);
  return !token.empty() && (token.size() == 1 || token[0] != '0') &&
         std::all_of(token.begin(), token.end(), is_digit);
}

class JsonReader {
 public:
  JsonReader(const SourceFile& file, uint32_t begin, uint32_t end, const Limits& limits)
      : file_(file), begin_(begin), end_(end), tree_(std::make_unique<Tree>()), builder_(*tree_, limits) {
    tree_->file = &file;
  }

  ReadOutcome run() {
    // simdjson may look at the padding after the document, never use it; the file has spare capacity.
    const simdjson::padded_string_view view(file_.bytes.data() + begin_, end_ - begin_,
                                            file_.bytes.capacity() - begin_);
    // Of a file of many small documents, one parser reads all; what a big one needs is given back.
    constexpr uint32_t kSmall = 1U << 16U;
    thread_local od::parser small_parser;
    od::parser big_parser;
    od::parser& parser = end_ - begin_ < kSmall ? small_parser : big_parser;
    od::document document;
    if (parser.iterate(view).get(document) != simdjson::SUCCESS) {
      fail_on_text();
    } else if (read_root(document)) {
      outcome_.duplicates = builder_.take_duplicates();
      outcome_.trees.push_back(std::move(tree_));
    } else if (!outcome_.error) {
      outcome_.error = builder_.error();
    }
    return std::move(outcome_);
  }

 private:
  // simdjson gives a document that is a bare scalar no value to walk.
  bool read_root(od::document& document) {
    bool is_scalar = false;
    if (document.is_scalar().get(is_scalar) != simdjson::SUCCESS) return syntax_error(document);
    if (is_scalar) return read_root_scalar(document);
    od::value root;
    if (document.get_value().get(root) != simdjson::SUCCESS) return syntax_error(document);
    return read_value(document, root);
  }

  bool read_root_scalar(od::document& document) {
    std::string_view token;
    od::json_type type{};
    if (document.raw_json_token().get(token) != simdjson::SUCCESS || trimmed(token).size() != end_ - begin_ ||
        document.type().get(type) != simdjson::SUCCESS) {
      return fail(begin_, end_, kNotJson);
    }
    token = trimmed(token);
    std::string_view text = token;
    bool truth = false;
    double number = 0;
    switch (type) {
      case od::json_type::string:
        if (document.get_string().get(text) != simdjson::SUCCESS) break;
        return builder_.scalar(begin_, end_, NodeKind::string, Node::kQuoted, text, begin_ + 1);
      case od::json_type::number:
        if (!is_integer(token) && document.get_double().get(number) != simdjson::SUCCESS) break;
        return builder_.scalar(begin_, end_, is_integer(token) ? NodeKind::integer : NodeKind::floating, 0,
                               text, begin_);
      case od::json_type::boolean:
        if (document.get_bool().get(truth) != simdjson::SUCCESS) break;
        return builder_.scalar(begin_, end_, NodeKind::boolean, truth ? Node::kTrue : 0, text, begin_);
      default:
        if (token != "null") break;
        return builder_.scalar(begin_, end_, NodeKind::null, 0, "", Node::kNone);
    }
    return fail(begin_, end_, kNotJson);
  }

  bool read_value(od::document& document, od::value& value) {
    od::json_type type{};
    if (value.type().get(type) != simdjson::SUCCESS) return syntax_error(document);
    const std::string_view token = value.raw_json_token();
    const uint32_t begin = offset_of(token.data());
    const auto end = static_cast<uint32_t>(begin + trimmed(token).size());
    value_end_ = end;
    switch (type) {
      case od::json_type::object: return read_object(document, value, begin);
      case od::json_type::array: return read_array(document, value, begin);
      case od::json_type::string: return read_string(value, begin, end);
      case od::json_type::number: return read_number(document, value, begin, end);
      case od::json_type::boolean: {
        bool truth = false;
        if (value.get_bool().get(truth) != simdjson::SUCCESS) return syntax_error(document);
        return builder_.scalar(begin, end, NodeKind::boolean, truth ? Node::kTrue : 0, trimmed(token), begin);
      }
      case od::json_type::null: {
        bool is_null = false;
        if (value.is_null().get(is_null) != simdjson::SUCCESS || !is_null) return syntax_error(document);
        return builder_.scalar(begin, end, NodeKind::null, 0, "", Node::kNone);
      }
    }
    return syntax_error(document);
  }

  bool read_object(od::document& document, od::value& value, uint32_t begin) {
    od::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return syntax_error(document);
    if (!builder_.open(begin, begin + 1, NodeKind::mapping)) return false;
    value_end_ = begin + 1;
    for (auto item : object) {
      od::field field;
      if (std::move(item).get(field) != simdjson::SUCCESS) return syntax_error(document);
      const uint32_t key_begin = offset_of(field.key().raw()) - 1;
      std::string_view key;
      if (field.unescaped_key().get(key) != simdjson::SUCCESS) return syntax_error(document);
      const uint32_t key_end = end_of_string(file_.text(), key_begin).value_or(end_);
      if (!builder_.scalar(key_begin, key_end, NodeKind::string, Node::kQuoted, key, key_begin + 1))
        return false;
      od::value child = field.value();
      if (!read_value(document, child)) return false;
    }
    return close_bracket(begin);
  }

  bool read_array(od::document& document, od::value& value, uint32_t begin) {
    od::array array;
    if (value.get_array().get(array) != simdjson::SUCCESS) return syntax_error(document);
    if (!builder_.open(begin, begin + 1, NodeKind::sequence)) return false;
    value_end_ = begin + 1;
    for (auto item : array) {
      if (item.error() != simdjson::SUCCESS) return syntax_error(document);
      od::value child = item.value_unsafe();
      if (!read_value(document, child)) return false;
    }
    return close_bracket(begin);
  }

  // Behind the last thing inside a container, only blanks stand before its bracket.
  bool close_bracket(uint32_t begin) {
    const std::string_view bytes = file_.text();
    const size_t bracket = bytes.find_first_of("]}", std::max(value_end_, begin + 1));
    value_end_ = static_cast<uint32_t>(bracket == std::string_view::npos ? bytes.size() : bracket + 1);
    return builder_.close(value_end_);
  }

  bool read_string(od::value& value, uint32_t begin, uint32_t end) {
    std::string_view text;
    if (value.get_string().get(text) != simdjson::SUCCESS) return fail(begin, end, kNotJson);
    return builder_.scalar(begin, end, NodeKind::string, Node::kQuoted, text, begin + 1);
  }

  bool read_number(od::document& document, od::value& value, uint32_t begin, uint32_t end) {
    const std::string_view text = file_.text().substr(begin, end - begin);
    NodeKind kind = NodeKind::floating;
    od::number number;
    if (value.get_number().get(number) == simdjson::SUCCESS) {
      if (number.get_number_type() != od::number_type::floating_point_number) kind = NodeKind::integer;
    } else if (!is_integer(text)) {  // one of more than 64 bits is a float, as in Go
      return syntax_error(document);
    }
    return builder_.scalar(begin, end, kind, 0, text, begin);
  }

  // What is wrong with the text as such: a string is not closed, or holds what must be escaped.
  bool fail_on_text() {
    const std::string_view bytes = file_.text().substr(0, end_);
    for (uint32_t i = begin_; i < end_; ++i) {
      if (bytes[i] != '"') continue;
      const std::optional<uint32_t> end = end_of_string(bytes, i);
      if (!end) return fail(i, i + 1, "a string that is not closed");
      for (uint32_t at = i; at < *end; ++at) {
        if (static_cast<unsigned char>(bytes[at]) >= 0x20) continue;
        return fail(at, at + 1, "a control character in a string, expected an escape such as \\n");
      }
      i = *end - 1;
    }
    return fail(begin_, end_, kNotJson);
  }

  bool syntax_error(od::document& document) {
    const char* location = nullptr;
    uint32_t at = end_;
    if (document.current_location().get(location) == simdjson::SUCCESS)
      at = std::min(offset_of(location), end_);
    return fail(at, at + 1, kNotJson);
  }

  bool fail(uint32_t begin, uint32_t end, std::string message) {
    outcome_.error = ParseError{{&file_, begin, std::min(end, end_)}, std::move(message), ""};
    return false;
  }

  uint32_t offset_of(const char* position) const {
    return static_cast<uint32_t>(position - file_.bytes.data());
  }

  // A raw token runs up to the next one.
  static std::string_view trimmed(std::string_view token) {
    while (!token.empty() && is_space(token.back())) token.remove_suffix(1);
    return token;
  }

  static constexpr const char* kNotJson = "not valid JSON";

  const SourceFile& file_;
  uint32_t begin_;
  uint32_t end_;
  std::unique_ptr<Tree> tree_;
  TreeBuilder builder_;
  uint32_t value_end_ = 0;  // of the value read last
  ReadOutcome outcome_;
};

}  // namespace

ReadOutcome read_json(const SourceFile& file, uint32_t begin, uint32_t end, const Limits& limits) {
  return JsonReader(file, begin, end, limits).run();
}

}  // namespace kray
