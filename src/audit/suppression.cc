// Finding suppressions, and judging those that hide nothing.
//
// A comment is one only if YAML says so: a '#' at the beginning of a line or behind a blank that is in no
// scalar. The parser drops comments, but the tree knows where every scalar begins and ends, so the text is
// searched for the words and what lies inside a scalar is left out. Documents that could not be parsed have
// no tree to tell by: comments in them do not count. JSON has no comments, and all its text is in scalars.
#include "audit/suppression.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "checks/describe.h"
#include "manifest/split.h"

namespace kray {
namespace {

constexpr std::string_view kCommentMark = "kray-audit:";
constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kAdviceOnRules = "'kray-audit rules' lists the rules.";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

uint32_t offset_in(const SourceFile& file, std::string_view part) {
  return static_cast<uint32_t>(part.data() - file.bytes.data());
}

// ---- The grammar ----------------------------------------------------------------------------------------

// Reads "KRAY401, KRAY414: until=2027-01-31 reason" from the front.
class EntryReader {
 public:
  explicit EntryReader(std::string_view text) : text_(text) {}

  std::vector<std::string_view> rules() {
    std::vector<std::string_view> found;
    for (;;) {
      skip_blanks();
      const std::string_view rule = take_until(" \t\r\n,:");
      if (rule.empty()) break;
      found.push_back(rule);
      skip_blanks();
      if (!skip(',')) break;
    }
    skip(':');
    return found;
  }

  // The next word of the reason; empty: there are no more.
  std::string_view word() {
    skip_blanks();
    return take_until(" \t\r\n");
  }

 private:
  void skip_blanks() {
    while (!text_.empty() && is_blank(text_.front())) text_.remove_prefix(1);
  }
  bool skip(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  std::string_view take_until(std::string_view ends) {
    const std::string_view taken = text_.substr(0, text_.find_first_of(ends));
    text_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view text_;
};

// "--" or "…" alone is no reason.
bool says_something(std::string_view reason) {
  return std::any_of(reason.begin(), reason.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z');
  });
}

// `text` may be a copy of what the file spells otherwise; `origin` is where it stands.
class PlaceFinder {
 public:
  PlaceFinder(std::string_view text, Place origin) : origin_(origin), next_(origin.begin) {
    const std::string& bytes = origin.file->bytes;
    in_file_ = text.data() >= bytes.data() && text.data() < bytes.data() + bytes.size();
  }

  // Of a part of the text; parts are asked for in order. Where the file spells it otherwise, the whole.
  Place of(std::string_view part) {
    const SourceFile& file = *origin_.file;
    uint32_t begin = in_file_ ? offset_in(file, part) : 0;
    if (!in_file_) {
      const std::string_view rest = file.text().substr(next_, origin_.end - next_);
      const size_t found = rest.find(part);
      if (found == std::string_view::npos) return origin_;
      begin = next_ + static_cast<uint32_t>(found);
    }
    next_ = begin + static_cast<uint32_t>(part.size());
    return {&file, begin, next_};
  }

 private:
  Place origin_;
  bool in_file_ = false;
  uint32_t next_;
};

Suppression read_entry(std::string_view text, PlaceFinder& places, const Place& origin) {
  Suppression entry;
  entry.place = origin;
  EntryReader reader(text);
  for (const std::string_view rule : reader.rules())
    entry.rules.push_back({std::string(rule), places.of(rule), false});
  if (!entry.rules.empty()) entry.place = entry.rules.front().place;
  int dates = 0;
  for (std::string_view word = reader.word(); !word.empty(); word = reader.word()) {
    const Place place = places.of(word);
    if (place != origin) entry.place.end = std::max(entry.place.end, place.end);
    if (word.starts_with("until=")) {
      const std::string_view date = word.substr(std::string_view("until=").size());
      entry.until += fmt::format("{}{}", ++dates == 1 ? "" : " and ", date.empty() ? "(nothing)" : date);
      entry.last_day = parse_date(entry.until);
      continue;
    }
    if (!entry.reason.empty()) entry.reason += ' ';
    entry.reason += word;
  }
  if (!says_something(entry.reason)) entry.reason.clear();
  return entry;
}

// ---- Comments -------------------------------------------------------------------------------------------

// The bytes of a file where a '#' begins no comment.
class NoComments {
 public:
  explicit NoComments(const ManifestFile& file) : text_(file.source->text()) {
    for (const Document& document : file.documents) {
      if (document.tree) add_scalars(*document.tree);
    }
    add_unparsed(file);
    unite();
  }

  bool hold(uint32_t at) const {
    const auto after = std::upper_bound(ranges_.begin(), ranges_.end(), std::pair(at, UINT32_MAX));
    return after != ranges_.begin() && at < std::prev(after)->second;
  }

 private:
  // Ranges may be nested: what lies in another is taken away.
  void unite() {
    std::sort(ranges_.begin(), ranges_.end());
    size_t kept = 0;
    for (const auto& range : ranges_) {
      if (kept > 0 && range.first < ranges_[kept - 1].second) {
        ranges_[kept - 1].second = std::max(ranges_[kept - 1].second, range.second);
      } else {
        ranges_[kept++] = range;
      }
    }
    ranges_.resize(kept);
  }

  void add_scalars(const Tree& tree) {
    for (const Node& node : tree.nodes) {
      const bool scalar =
          node.kind != NodeKind::mapping && node.kind != NodeKind::sequence && node.kind != NodeKind::alias;
      if (scalar && node.begin < node.end) ranges_.emplace_back(after_block_header(node), node.end);
    }
  }

  // Behind the '|' or '>' of a block scalar a comment may stand.
  uint32_t after_block_header(const Node& node) const {
    if (text_[node.begin] != '|' && text_[node.begin] != '>') return node.begin;
    const size_t line_end = text_.find_first_of("\r\n", node.begin);
    return static_cast<uint32_t>(std::min<size_t>(line_end, node.end));
  }

  void add_unparsed(const ManifestFile& file) {
    for (const Chunk& chunk : split_documents(text_)) {
      const auto begins_in = [&chunk](const Document& document) {
        const uint32_t begin = document.root().place().begin;
        return document.tree && begin >= chunk.begin && begin < chunk.end;
      };
      // An error may be noticed at the end only; one at the beginning leaves no document.
      const auto breaks = [&chunk](const ParseError& error) {
        return error.place.begin > chunk.begin && error.place.begin <= chunk.end;
      };
      if (std::none_of(file.documents.begin(), file.documents.end(), begins_in) ||
          std::any_of(file.errors.begin(), file.errors.end(), breaks))
        ranges_.emplace_back(chunk.begin, chunk.end);
    }
  }

  std::string_view text_;
  std::vector<std::pair<uint32_t, uint32_t>> ranges_;  // by begin
};

std::string_view without_blanks_before(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

// Where the comment begins whose first words stand at `mark`; nothing if they are no comment's first.
std::optional<uint32_t> hash_before(std::string_view text, size_t mark) {
  const size_t hash = mark == 0 ? std::string_view::npos : text.find_last_not_of(kBlanks, mark - 1);
  if (hash == std::string_view::npos || text[hash] != '#') return std::nullopt;
  if (hash > 0 && !is_blank(text[hash - 1]) && !text.substr(0, hash).ends_with("\xEF\xBB\xBF"))
    return std::nullopt;
  return static_cast<uint32_t>(hash);
}

// What follows the word "ignore" in a comment's text behind "kray-audit:"; nothing if it says something
// else.
std::optional<std::string_view> ignored_by(std::string_view words) {
  constexpr std::string_view kVerb = "ignore";
  words = without_blanks_before(words);
  if (!words.starts_with(kVerb)) return std::nullopt;
  words.remove_prefix(kVerb.size());
  if (!words.empty() && !is_blank(words.front())) return std::nullopt;
  return words;
}

// The line that a comment in `line` is about. `last` is the answer for the comment before it: what lies
// between the two is only comments, and is not looked at again.
uint32_t covered_line(const LineIndex& lines, uint32_t line, uint32_t last) {
  const auto only_comment = [&lines](uint32_t number) {
    return without_blanks_before(lines.line_text(number)).starts_with('#');
  };
  if (line < last) return last;
  while (line < lines.line_count() && only_comment(line)) ++line;
  return line;
}

void add_comments(const ManifestFile& file, std::vector<Suppression>& all) {
  if (file.is_template) return;
  const SourceFile& source = *file.source;
  const std::string_view text = source.text();
  size_t mark = text.find(kCommentMark);
  if (mark == std::string_view::npos) return;  // nearly every file
  const NoComments no_comments(file);
  uint32_t covered = kNoLine;
  for (; mark != std::string_view::npos; mark = text.find(kCommentMark, mark + 1)) {
    const std::optional<uint32_t> hash = hash_before(text, mark);
    if (!hash) continue;
    const size_t begin = mark + kCommentMark.size();
    const size_t end = std::min(text.find_first_of("\r\n", begin), text.size());
    const auto words = ignored_by(text.substr(begin, end - begin));
    if (!words || no_comments.hold(*hash)) continue;
    const Place comment = {&source, *hash, static_cast<uint32_t>(end)};
    PlaceFinder places(text, comment);
    all.push_back(read_entry(*words, places, comment));
    all.back().covered = {&source, 0, static_cast<uint32_t>(text.size())};
    covered = covered_line(source.lines(), source.lines().line_of(*hash), covered);
    all.back().line = covered;
  }
}

// ---- Annotations ----------------------------------------------------------------------------------------

// `metadata` is that of an object or a pod template, `covered` the text of it.
void add_annotation(NodeRef metadata, const Place& covered, const Object& object,
                    std::vector<Suppression>& all) {
  const NodeRef value = metadata["annotations"][kIgnoreAnnotation];
  if (!value) return;
  const LogicalName subject = logical_name(object, value);
  const auto add = [&](Suppression entry) {
    entry.covered = covered;
    entry.subject = subject;
    all.push_back(std::move(entry));
  };
  const std::string_view text = value.string();
  if (text.find_first_not_of("; \t\r\n") == std::string_view::npos) {
    Suppression nothing;
    nothing.place = value.place();
    return add(std::move(nothing));
  }
  PlaceFinder places(text, value.place());
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find_first_of(";\n", begin), text.size());
    const std::string_view entry = text.substr(begin, end - begin);
    if (entry.find_first_not_of(" \t\r") != std::string_view::npos)
      add(read_entry(entry, places, value.place()));
    begin = end + 1;
  }
}

void add_annotations(const Inventory& inventory, const std::vector<PodClass>& pods,
                     std::vector<Suppression>& all) {
  std::set<std::pair<const Tree*, uint32_t>> seen;  // metadata, which aliases may share
  for (const Object& object : inventory.objects()) {
    seen.emplace(object.metadata().tree(), object.metadata().index());
    add_annotation(object.metadata(), object.node.place(), object, all);
  }
  for (const PodClass& one : pods) {
    const NodeRef metadata = one.pod_template.metadata;
    if (metadata && seen.emplace(metadata.tree(), metadata.index()).second)
      add_annotation(metadata, metadata.parent().field_place(), *one.object, all);
  }
}

// The objects of each file, by where they begin.
using ObjectsByFile = std::map<const SourceFile*, std::map<uint32_t, const Object*>>;

// The object that a comment is about: the one that its line belongs to.
void name_subject(const ObjectsByFile& objects, Suppression& comment) {
  const auto file = objects.find(comment.covered.file);
  if (file == objects.end()) return;
  const LineIndex& lines = comment.covered.file->lines();
  const std::string_view line = lines.line_text(comment.line);
  const auto first = static_cast<uint32_t>(std::min(line.find_first_not_of(" \t-"), line.size()));
  const uint32_t at = lines.line_begin(comment.line) + first;
  const auto after = file->second.upper_bound(at);
  if (after == file->second.begin()) return;
  const Object& object = *std::prev(after)->second;
  if (at < object.node.place().end) comment.subject = logical_name(object);
}

void name_subjects(const Inventory& inventory, std::vector<Suppression>& all) {
  ObjectsByFile objects;
  for (const Object& object : inventory.objects()) {
    const Place place = object.node.place();
    objects[place.file].emplace(place.begin, &object);
  }
  for (Suppression& one : all) {
    if (one.line != kNoLine) name_subject(objects, one);
  }
}

// ---- Judging --------------------------------------------------------------------------------------------

// Rules of the user may be left out of a run, so that only ids which no user would take are known to be
// wrong: ours, and what has not the form of an id.
bool may_be_a_users_rule(std::string_view id) {
  const size_t digits = id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ-");
  return !id.starts_with("KRAY") && digits != 0 && digits != std::string_view::npos &&
         id.find_first_not_of("0123456789", digits) == std::string_view::npos;
}

std::string in_capitals(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

std::string rule_words(const Suppression& one) {
  std::vector<std::string> ids;
  for (const NamedRule& rule : one.rules) ids.push_back(rule.id);
  return join_words(ids);
}

class Judge {
 public:
  Judge(const Date& today, const RuleOutcomes& outcomes) : today_(today), outcomes_(outcomes) {}

  void judge(const Suppression& one) {
    if (one.rules.empty()) {
      return add(one, one.place, "This suppression names no rule, so it hides nothing",
                 "Name the rules to ignore, and say why: 'KRAY401: reason'.");
    }
    for (const NamedRule& rule : one.rules) judge_name(one, rule);
    if (one.reason.empty()) {
      return add(one, one.place,
                 fmt::format("The suppression of {} gives no reason, so it does not count", rule_words(one)),
                 "Say behind the rule why its finding is fine here.");
    }
    if (one.until.empty()) return judge_use(one);
    if (!one.last_day) {
      return add(one, one.place,
                 fmt::format("The suppression of {} ends on '{}', which is no date, so it does not count",
                             rule_words(one), one.until),
                 "Write it once, as until=YYYY-MM-DD.");
    }
    if (*one.last_day < today_) {
      return add(one, one.place,
                 fmt::format("The suppression of {} ended on {}, so it does not count any more",
                             rule_words(one), one.until),
                 "Mend what it hid and take it away, or set a later date.");
    }
    judge_use(one);
  }

  std::vector<IneffectiveSuppression> take() { return std::move(found_); }

 private:
  void judge_name(const Suppression& one, const NamedRule& rule) {
    if (outcomes_.known.contains(rule.id) || may_be_a_users_rule(rule.id)) return;
    const std::string capitals = in_capitals(rule.id);
    const bool wrong_case = outcomes_.known.contains(capitals);
    add(one, rule.place,
        fmt::format("This suppression names '{}', which is no rule's id, so it hides nothing", rule.id),
        wrong_case ? fmt::format("Write {}.", capitals) : std::string(kAdviceOnRules));
  }

  void judge_use(const Suppression& one) {
    for (const NamedRule& rule : one.rules) {
      if (rule.used || !outcomes_.decided.contains(rule.id)) continue;
      add(one, rule.place, fmt::format("The suppression of {} hides no finding", rule.id),
          one.line == kNoLine
              ? "Take it away; an annotation covers the findings in the text of its object or pod template."
              : "Take it away; a comment covers its own line, or the next one if it is alone on its line.");
    }
  }

  void add(const Suppression& one, const Place& place, std::string what, std::string fix) {
    found_.push_back({place, std::move(what), std::move(fix), one.subject});
  }

  const Date& today_;
  const RuleOutcomes& outcomes_;
  std::vector<IneffectiveSuppression> found_;
};

// Whether it covers a finding of that rule; then its rule is marked as used.
bool use(Suppression& one, std::string_view rule, const Place& finding) {
  if (finding.begin < one.covered.begin || finding.begin > one.covered.end) return false;
  bool covers = false;
  for (NamedRule& named : one.rules) {
    if (named.id != rule) continue;
    named.used = true;
    covers = true;
  }
  return covers;
}

}  // namespace

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto number = [text](size_t begin, size_t size) -> std::optional<unsigned> {
    unsigned value = 0;
    const char* end = text.data() + begin + size;
    const auto [stop, failure] = std::from_chars(text.data() + begin, end, value);
    return failure == std::errc() && stop == end ? std::optional(value) : std::nullopt;
  };
  const auto year = number(0, 4);
  const auto month = number(5, 2);
  const auto day = number(8, 2);
  if (!year || !month || !day) return std::nullopt;
  const Date date(std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                  std::chrono::day(*day));
  return date.ok() ? std::optional(date) : std::nullopt;
}

bool Suppression::counts(const Date& today) const {
  return !reason.empty() && (until.empty() || (last_day && *last_day >= today));
}

SuppressionSet::SuppressionSet(const std::vector<ManifestFile>& files, const Inventory& inventory,
                               const std::vector<PodClass>& pods, const Date& today)
    : today_(today) {
  for (const ManifestFile& file : files) add_comments(file, all_);
  add_annotations(inventory, pods, all_);
  name_subjects(inventory, all_);
  for (size_t i = 0; i < all_.size(); ++i) {
    if (all_[i].counts(today)) by_line_[{all_[i].covered.file, all_[i].line}].push_back(i);
  }
}

const Suppression* SuppressionSet::hide(std::string_view rule, const Place& finding) {
  if (!finding || by_line_.empty()) return nullptr;
  const Suppression* hiding = nullptr;
  // Every one that covers it is of use: which of two is the idle one cannot be said.
  for (const uint32_t line : {finding.file->lines().line_of(finding.begin), kNoLine}) {
    const auto candidates = by_line_.find({finding.file, line});
    if (candidates == by_line_.end()) continue;
    for (const size_t index : candidates->second) {
      if (use(all_[index], rule, finding) && hiding == nullptr) hiding = &all_[index];
    }
  }
  return hiding;
}

std::vector<IneffectiveSuppression> SuppressionSet::ineffective(const RuleOutcomes& outcomes) const {
  Judge judge(today_, outcomes);
  for (const Suppression& one : all_) judge.judge(one);
  return judge.take();
}

}  // namespace kray
