// Reading rule files (design section 6) and choosing which rules run.
#include "audit/rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "audit/embedded_rules.h"
#include "manifest/limits.h"
#include "manifest/yaml_reader.h"
#include "source/input.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 16> kKeys = {
    "id",    "name", "title", "severity", "security-severity", "confidence",  "tags",        "default",
    "check", "for",  "where", "require",  "message",           "description", "remediation", "fixtures"};

class RuleReader {
 public:
  explicit RuleReader(NodeRef root) : root_(root) {}

  Result<Rule> run() {
    if (!root_.is_mapping()) return error_at(root_, "a rule file is a mapping", "");
    check_keys();
    Rule rule;
    read_info(rule.info);
    rule.message = required("message");
    if (!error_) read_check(rule);
    if (!error_) check_placeholders(rule);
    if (error_) return *error_;
    return rule;
  }

 private:
  void fail(NodeRef at, std::string what, std::string advice = "") {
    if (!error_) error_ = error_at(at, std::move(what), std::move(advice));
  }

  void check_keys() {
    for (const Field field : root_.fields()) {
      if (std::find(kKeys.begin(), kKeys.end(), field.key.text()) != kKeys.end()) continue;
      fail(field.key, fmt::format("unknown key '{}'", field.key.text()),
           fmt::format("keys are {}", fmt::join(kKeys, ", ")));
    }
  }

  std::string required(std::string_view key) {
    const NodeRef node = root_[key];
    if (!node) {
      fail(root_, fmt::format("a rule needs '{}'", key));
    } else if (!node.is_scalar() || node.text().empty()) {
      fail(node, fmt::format("'{}' must be text", key));
    }
    return std::string(node.text());
  }

  template <typename T, size_t Size>
  T choice(std::string_view key, const std::array<std::pair<std::string_view, T>, Size>& choices,
           std::optional<T> fallback) {
    const NodeRef node = root_[key];
    if (!node && fallback) return *fallback;
    std::string words;
    for (const auto& [word, value] : choices) {
      // `on` and `off` are booleans in YAML 1.1; their text is what counts.
      if (node && node.text() == word) return value;
      words += (words.empty() ? "" : ", ") + std::string(word);
    }
    fail(node ? node : root_, fmt::format("'{}' must be one of {}", key, words));
    return choices.front().second;
  }

  void read_info(RuleInfo& info) {
    info.id = required("id");
    info.name = required("name");
    info.title = required("title");
    info.description = required("description");
    info.remediation = required("remediation");
    info.fixtures = std::string(root_["fixtures"].text());
    info.severity = choice<Severity>(
        "severity",
        std::array<std::pair<std::string_view, Severity>, 5>{{{"critical", Severity::critical},
                                                              {"high", Severity::high},
                                                              {"medium", Severity::medium},
                                                              {"low", Severity::low},
                                                              {"note", Severity::note}}},
        std::nullopt);
    info.confidence =
        choice<Confidence>("confidence",
                           std::array<std::pair<std::string_view, Confidence>, 2>{
                               {{"certain", Confidence::certain}, {"likely", Confidence::likely}}},
                           Confidence::certain);
    info.by_default = choice<RuleDefault>(
        "default",
        std::array<std::pair<std::string_view, RuleDefault>, 3>{
            {{"on", RuleDefault::on}, {"off", RuleDefault::off}, {"strict", RuleDefault::strict}}},
        RuleDefault::on);
    if (root_["tags"] && !root_["tags"].is_sequence()) fail(root_["tags"], "'tags' must be a list");
    for (const NodeRef tag : root_["tags"].items()) info.tags.emplace_back(tag.text());
    read_security_severity(info);
    check_id(info.id);
    if (info.title.size() > 80) fail(root_["title"], "'title' has more than 80 characters");
  }

  void check_id(const std::string& id) {
    const bool letters = !id.empty() && std::all_of(id.begin(), id.end(), [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    });
    if (!letters || id[0] < 'A')
      fail(root_["id"], fmt::format("'{}' is no rule id", id),
           "ids are capitals and digits, such as ACME001");
  }

  // A number with one decimal and a dot, above 0.0 and up to 10.0: code scanning refuses whole files
  // for anything else.
  void read_security_severity(RuleInfo& info) {
    const NodeRef node = root_["security-severity"];
    if (!node) return;
    const std::string_view text = node.text();
    const bool shape =
        text == "10.0" || (text.size() == 3 && text[0] >= '0' && text[0] <= '9' && text[1] == '.' &&
                           text[2] >= '0' && text[2] <= '9' && text != "0.0");
    if (!node.is_string() || !shape) {
      fail(node, "'security-severity' must be a quoted number with one decimal, \"0.1\" to \"10.0\"");
      return;
    }
    info.security_severity = text;
  }

  void read_check(Rule& rule) {
    const bool by_fields = root_["for"] || root_["require"] || root_["where"];
    const NodeRef check = root_["check"];
    if (by_fields == static_cast<bool>(check)) {
      fail(root_, "a rule needs either 'check' or 'for' with 'require'");
    } else if (by_fields) {
      Result<FieldCheck> compiled = compile_field_check(root_);
      if (!compiled.ok())
        error_ = compiled.error();
      else
        rule.check = std::move(compiled.value());
    } else {
      read_primitive_call(check, rule);
    }
  }

  void read_primitive_call(NodeRef check, Rule& rule) {
    if (!check.is_mapping() || check.size() != 1) {
      fail(check, "'check' must name one check with its parameters, such as 'lands-in-namespace: {…}'");
      return;
    }
    const Field field = *check.fields().begin();
    PrimitiveCall call{.primitive = find_primitive(field.key.text()), .parameters = {}};
    if (call.primitive == nullptr) {
      std::vector<std::string_view> names;
      for (const Primitive* one : all_primitives()) names.push_back(one->name);
      fail(field.key, fmt::format("there is no check '{}'", field.key.text()),
           fmt::format("checks are {}", fmt::join(names, ", ")));
      return;
    }
    if (!field.value.is_mapping() && !field.value.is_null()) {
      fail(field.value, fmt::format("the parameters of check '{}' must be a mapping, found {}",
                                    call.primitive->name, to_string(field.value.kind())));
    }
    for (const Field given : field.value.fields()) read_parameter(*call.primitive, given, call.parameters);
    for (const ParameterDescription& description : call.primitive->parameters) {
      if (description.required && !call.parameters.contains(description.name)) {
        fail(field.key,
             fmt::format("check '{}' needs the parameter '{}'", call.primitive->name, description.name));
      }
    }
    rule.check = std::move(call);
  }

  void read_parameter(const Primitive& primitive, const Field& given, Parameters& parameters) {
    const bool known =
        std::any_of(primitive.parameters.begin(), primitive.parameters.end(),
                    [&given](const ParameterDescription& one) { return one.name == given.key.text(); });
    if (!known) {
      fail(given.key, fmt::format("check '{}' has no parameter '{}'", primitive.name, given.key.text()));
      return;
    }
    std::vector<std::string>& values = parameters[std::string(given.key.text())];
    if (given.value.is_scalar()) values.emplace_back(given.value.text());
    for (const NodeRef item : given.value.items()) values.emplace_back(item.text());
    if (values.empty())
      fail(given.value, fmt::format("parameter '{}' needs a value or a list of values", given.key.text()));
  }

  void check_placeholders(const Rule& rule) {
    std::span<const std::string_view> known = field_check_placeholders();
    if (const auto* call = std::get_if<PrimitiveCall>(&rule.check)) known = call->primitive->placeholders;
    for (size_t open = rule.message.find('{'); open != std::string::npos;
         open = rule.message.find('{', open + 1)) {
      const size_t close = rule.message.find('}', open);
      const std::string name =
          rule.message.substr(open + 1, close == std::string::npos ? close : close - open - 1);
      if (close != std::string::npos && std::find(known.begin(), known.end(), name) != known.end()) continue;
      fail(root_["message"], fmt::format("'{{{}}}' is no placeholder of this check", name),
           fmt::format("placeholders are {}", fmt::join(known, ", ")));
    }
  }

  NodeRef root_;
  std::optional<Error> error_;
};

// A user's rule replaces an embedded one of its id, but two of the user's cannot both have it.
void add_rule(LoadedRules& loaded, std::map<std::string, std::string>& user_ids, bool is_users,
              const std::shared_ptr<const SourceFile>& file) {
  const std::string path = file->path;
  Result<Rule> rule = read_rule(file);
  if (!rule.ok()) {
    loaded.errors.push_back(rule.error());
    return;
  }
  const std::string& id = rule.value().info.id;
  if (is_users) {
    const auto [first, is_new] = user_ids.emplace(id, path);
    if (!is_new) {
      loaded.errors.push_back({path, fmt::format("rule '{}' stands in {} already", id, first->second),
                               "give it an id of its own"});
      return;
    }
  }
  std::vector<Rule>& rules = loaded.set.rules;
  const auto same = std::find_if(rules.begin(), rules.end(),
                                 [&rule](const Rule& one) { return one.info.id == rule.value().info.id; });
  if (same == rules.end()) {
    rules.push_back(std::move(rule.value()));
  } else {
    *same = std::move(rule.value());
  }
}

void add_directory(LoadedRules& loaded, std::map<std::string, std::string>& user_ids,
                   const std::string& directory) {
  constexpr uint64_t kMostBytes = uint64_t{1} << 20U;
  std::error_code failure;
  if (!std::filesystem::is_directory(directory, failure)) {
    loaded.errors.push_back({directory, "no such folder of rules", ""});
    return;
  }
  InputSet inputs = discover_inputs({.paths = {directory}, .excludes = {}});
  std::erase_if(inputs.files, [](const InputFile& input) { return input.path.ends_with(".json"); });
  if (inputs.files.empty() && inputs.errors.empty())
    loaded.errors.push_back(
        {directory, "there is no rule in this folder", "a rule is a file that ends in .yaml"});
  std::move(inputs.errors.begin(), inputs.errors.end(), std::back_inserter(loaded.errors));
  for (const InputFile& input : inputs.files) {
    Result<std::unique_ptr<SourceFile>> file = read_input(input, kMostBytes);
    if (!file.ok())
      loaded.errors.push_back(file.error());
    else
      add_rule(loaded, user_ids, true, std::move(file.value()));
  }
}

bool names(const std::vector<std::string>& list, const RuleInfo& rule) {
  return std::any_of(list.begin(), list.end(),
                     [&rule](const std::string& one) { return one == rule.id || one == rule.name; });
}

}  // namespace

Result<Rule> read_rule(const std::shared_ptr<const SourceFile>& file) {
  const Limits limits;
  const ReadOutcome outcome = read_yaml(*file, 0, static_cast<uint32_t>(file->bytes.size()), limits);
  if (outcome.error) {
    const uint32_t line = file->lines().line_of(outcome.error->place.begin);
    return Error{fmt::format("{}:{}", file->path, line), outcome.error->message, outcome.error->advice};
  }
  if (outcome.trees.size() != 1)
    return Error{file->path, "a rule file holds one rule", "write one file for each"};
  if (!outcome.duplicates.empty()) {
    const Place second = outcome.duplicates.front().second;
    return Error{fmt::format("{}:{}", file->path, file->lines().line_of(second.begin)),
                 fmt::format("key '{}' stands twice", outcome.duplicates.front().key), ""};
  }
  return RuleReader(NodeRef(outcome.trees.front().get(), 0)).run();
}

LoadedRules load_rules(const std::vector<std::string>& directories) {
  LoadedRules loaded;
  std::map<std::string, std::string> user_ids;  // to the file that defines it
  for (const EmbeddedRule& rule : embedded_rules()) {
    add_rule(loaded, user_ids, false,
             std::make_shared<const SourceFile>(std::string(rule.path), std::string(rule.text)));
  }
  for (const std::string& directory : directories) add_directory(loaded, user_ids, directory);
  std::sort(loaded.set.rules.begin(), loaded.set.rules.end(),
            [](const Rule& a, const Rule& b) { return a.info.id < b.info.id; });
  return loaded;
}

SelectedRules select_rules(const RuleSet& set, const RuleSelection& selection) {
  SelectedRules selected;
  for (const Rule& rule : set.rules) {
    const bool wanted = !selection.only.empty() ? names(selection.only, rule.info)
                        : rule.info.by_default == RuleDefault::strict
                            ? selection.strict
                            : rule.info.by_default == RuleDefault::on;
    if (wanted && !names(selection.skip, rule.info))
      selected.run.push_back(&rule);
    else
      selected.left_out.push_back(rule.info.id);
  }
  for (const auto* list : {&selection.only, &selection.skip}) {
    for (const std::string& name : *list) {
      const bool known = std::any_of(set.rules.begin(), set.rules.end(), [&name](const Rule& rule) {
        return rule.info.id == name || rule.info.name == name;
      });
      if (!known)
        selected.errors.push_back({"", fmt::format("there is no rule '{}'", name), "see 'kray-audit rules'"});
    }
  }
  return selected;
}

}  // namespace kray
