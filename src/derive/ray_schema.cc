// Reads the schema text once into types, then walks an object along them.
//
// The walk never goes deeper than the types nest, and an anchor that several aliases point at is
// looked at once per type, so hostile input costs nodes times types at most.
#include "derive/ray_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "cluster/quantity.h"
#include "cluster/similar.h"
#include "derive/ray_schema_table.h"
#include "derive/ray_versions.h"
#include "manifest/scalar.h"

namespace kray {
namespace {

constexpr std::string_view kRayGroup = "ray.io";

enum class Required : uint8_t { no, always, until, since, alpha_only };

struct Field;

struct Type {
  char kind = 'o';                   // as in the notation; '[' list, '<' map, '{' mapping
  const Type* element = nullptr;     // of lists and maps
  std::vector<Field> fields;         // of mappings
  std::vector<std::string> allowed;  // of strings; empty: any
  std::optional<int64_t> minimum;    // of integers
};

struct Field {
  std::string name;
  const Type* type = nullptr;
  std::optional<Version> since;
  std::optional<Version> gone;
  bool in_alpha = true;
  Required required = Required::no;
  Version required_bound;
  bool has_default = false;

  bool known_in(const Version& kuberay, bool alpha) const {
    return (!since || kuberay >= *since) && (!gone || kuberay < *gone) && (in_alpha || !alpha);
  }
  bool required_in(const Version& kuberay, bool alpha) const {
    switch (required) {
      case Required::no: return false;
      case Required::always: return true;
      case Required::until: return alpha || kuberay < required_bound;
      case Required::since: return !alpha && kuberay >= required_bound;
      case Required::alpha_only: return alpha;
    }
    return false;
  }
};

using Types = std::map<std::string, Type, std::less<>>;

// Types without a name of their own are kept under their position in the text.
class SchemaReader {
 public:
  explicit SchemaReader(std::string_view text) : text_(text) {}

  Types read() {
    for (skip_blanks(); position_ < text_.size(); skip_blanks()) {
      Type& type = types_[std::string(word())];
      skip_blanks();
      read_fields(type);
    }
    return std::move(types_);
  }

 private:
  char peek() const { return position_ < text_.size() ? text_[position_] : '\0'; }
  bool take(char expected) {
    if (peek() != expected) return false;
    ++position_;
    return true;
  }
  void skip_blanks() {
    while (std::isspace(static_cast<unsigned char>(peek())) != 0) ++position_;
  }
  std::string_view until(std::string_view stops) {
    const size_t begin = position_;
    position_ = std::min(text_.find_first_of(stops, begin), text_.size());
    return text_.substr(begin, position_ - begin);
  }
  std::string_view word() { return until(" \n\t{}[]<>:!@#~=()"); }
  Version version() { return parse_version(until("!@#~=:")).value_or(Version{}); }

  void read_fields(Type& type) {
    type.kind = '{';
    take('{');
    for (skip_blanks(); peek() != '}' && peek() != '\0'; skip_blanks()) type.fields.push_back(read_field());
    take('}');
  }

  Field read_field() {
    Field field;
    field.name = word();
    while (!take(':')) {
      if (take('@')) {
        field.since = version();
      } else if (take('#')) {
        field.gone = version();
      } else if (take('~')) {
        field.in_alpha = false;
      } else if (take('!')) {
        read_required(field);
      } else {
        take('=');
        field.has_default = true;
        until(":");
      }
    }
    field.type = read_type();
    return field;
  }

  void read_required(Field& field) {
    if (take('~')) {
      field.required = Required::alpha_only;
    } else if (take('<')) {
      field.required = Required::until;
      field.required_bound = version();
    } else if (take('>')) {
      field.required = Required::since;
      field.required_bound = version();
    } else {
      field.required = Required::always;
    }
  }

  const Type* read_type() {
    if (std::isupper(static_cast<unsigned char>(peek())) != 0) return &types_[std::string(word())];
    Type& type = types_[fmt::format("@{}", position_)];
    if (peek() == '{') {
      read_fields(type);
      return &type;
    }
    type.kind = text_[position_++];
    if (type.kind == '[' || type.kind == '<') {
      type.element = read_type();
      ++position_;
    } else if (take('(')) {
      while (peek() != ')') {
        type.allowed.emplace_back(until("|)"));
        take('|');
      }
      take(')');
    } else if (text_.substr(position_).starts_with(">=")) {
      position_ += 2;
      type.minimum = integer_value(word());
    }
    return &type;
  }

  std::string_view text_;
  size_t position_ = 0;
  Types types_;
};

const Types& ray_types() {
  static const Types types = SchemaReader(ray_schema_text()).read();
  return types;
}

std::string nearest_field(const Type& type, std::string_view name) {
  std::vector<std::string_view> known;
  for (const Field& field : type.fields) known.push_back(field.name);
  return nearest_name(name, known);
}

std::string_view expected_type(char kind) {
  switch (kind) {
    case 's': return "string";
    case 'b': return "boolean";
    case 'i':
    case 'l': return "integer";
    case 'n': return "number";
    case '[': return "array";
    case 'q':
    case 'x': return "integer or string";
    default: return "object";
  }
}

// A YAML float without a fraction, such as 2.0, is an integer in JSON.
std::optional<int64_t> integer_of(NodeRef node) {
  if (node.kind() == NodeKind::integer) return integer_value(node.text());
  if (node.kind() != NodeKind::floating) return std::nullopt;
  const std::optional<double> value = parse_quantity(node.text());
  if (!value || *value < -9e15 || *value > 9e15) return std::nullopt;
  const auto whole = static_cast<int64_t>(*value);
  return static_cast<double>(whole) == *value ? std::optional(whole) : std::nullopt;
}

bool has_type(NodeRef node, char kind) {
  switch (kind) {
    case 's': return node.is_string();
    case 'b': return node.kind() == NodeKind::boolean;
    case 'i': {
      const std::optional<int64_t> value = integer_of(node);
      return value && *value >= std::numeric_limits<int32_t>::min() &&
             *value <= std::numeric_limits<int32_t>::max();
    }
    case 'l': return integer_of(node).has_value();
    case 'n': return node.kind() == NodeKind::integer || node.kind() == NodeKind::floating;
    case 'q': return (node.is_string() && parse_quantity(node.text())) || node.kind() == NodeKind::integer;
    case 'x': return node.is_string() || node.kind() == NodeKind::integer;
    case '[': return node.is_sequence();
    case 'o': return true;
    default: return node.is_mapping();
  }
}

class AdmissionWalk {
 public:
  AdmissionWalk(const Version& kuberay, bool alpha) : kuberay_(kuberay), alpha_(alpha) {}

  Admission take_result() && {
    for (const PrunedField& one : result_.pruned) result_.pruned_indices.push_back(one.node.index());
    std::sort(result_.pruned_indices.begin(), result_.pruned_indices.end());
    return std::move(result_);
  }

  // The parts that every object has are not in the schema text.
  void check_object(NodeRef object, const Type& spec_type) {
    for (const auto& [key, value] : object.fields()) {
      const std::string_view name = key.text();
      if (name == "spec") {
        if (!value.is_null()) check(value, spec_type, "spec");
      } else if (name != "apiVersion" && name != "kind" && name != "metadata" && name != "status") {
        result_.pruned.push_back({value, std::string(name), {}, {}, {}});
      }
    }
  }

  void check(NodeRef node, const Type& type, const std::string& path) {
    if (!has_type(node, type.kind)) {
      violate(node.place(), fmt::format("{}: must be of type {}", path, expected_type(type.kind)));
      return;
    }
    if (!type.allowed.empty() &&
        std::find(type.allowed.begin(), type.allowed.end(), node.text()) == type.allowed.end()) {
      violate(node.place(), fmt::format("{}: unsupported value \"{}\", allowed are {}", path, node.text(),
                                        fmt::join(type.allowed, ", ")));
    }
    if (type.minimum && integer_of(node) < type.minimum)
      violate(node.place(), fmt::format("{}: must be at least {}", path, *type.minimum));
    check_contents(node, type, path);
  }

 private:
  void check_contents(NodeRef node, const Type& type, const std::string& path) {
    if (!node.is_mapping() && !node.is_sequence()) return;
    if (!seen_.insert({node.index(), &type}).second) return;
    if (type.kind == '[') {
      size_t index = 0;
      for (const NodeRef item : node.items())
        check(item, *type.element, fmt::format("{}[{}]", path, index++));
    } else if (type.kind == '<') {
      for (const auto& [key, value] : node.fields())
        check(value, *type.element, fmt::format("{}.{}", path, key.text()));
    } else if (type.kind == '{') {
      check_fields(node, type, path);
      if (&type == &ray_types().find("DeletionStrategy")->second) check_deletion_strategy(node, path);
    }
  }

  // The two rules (CEL) of the CRDs that are more than an enumeration.
  void check_deletion_strategy(NodeRef node, const std::string& path) {
    const bool success = !node["onSuccess"].is_null();
    const bool failure = !node["onFailure"].is_null();
    const NodeRef rules = node["deletionRules"];
    if ((success || failure) && !rules.is_null())
      violate(rules.key_place(),
              fmt::format("{}: onSuccess and onFailure cannot be used with deletionRules", path));
    if (!(success && failure) && rules.is_null())
      violate(node.key_place(),
              fmt::format("{}: needs both onSuccess and onFailure, or deletionRules", path));
    for (const NodeRef rule : rules.items()) {
      const NodeRef condition = rule["condition"];
      if (!condition.is_null() &&
          condition["jobStatus"].is_null() == condition["jobDeploymentStatus"].is_null())
        violate(condition.place(),
                fmt::format("{}: a condition is either jobStatus or jobDeploymentStatus", path));
    }
  }

  void check_fields(NodeRef node, const Type& type, const std::string& path) {
    for (const auto& [key, value] : node.fields()) {
      const std::string_view name = key.text();
      const auto field = std::find_if(type.fields.begin(), type.fields.end(),
                                      [name](const Field& one) { return one.name == name; });
      const bool declared = field != type.fields.end();
      if (declared && field->known_in(kuberay_, alpha_)) {
        if (!value.is_null()) check(value, *field->type, fmt::format("{}.{}", path, name));
        continue;
      }
      PrunedField pruned{value, fmt::format("{}.{}", path, name), {}, {}, {}};
      if (declared) {
        pruned.since = field->since.value_or(Version{});
        pruned.until = field->gone;
      } else {
        pruned.nearest = nearest_field(type, name);
      }
      result_.pruned.push_back(std::move(pruned));
    }
    for (const Field& field : type.fields) {
      if (field.has_default || !field.known_in(kuberay_, alpha_) || !field.required_in(kuberay_, alpha_))
        continue;
      if (node[field.name].is_null())
        violate(node.key_place(), fmt::format("{}.{}: Required value", path, field.name));
    }
  }

  void violate(Place place, std::string text) { result_.violations.push_back({place, std::move(text)}); }

  Version kuberay_;
  bool alpha_;
  Admission result_;
  std::set<std::pair<uint32_t, const Type*>> seen_;
};

Admission refused(Place place, std::string text) {
  Admission admission;
  admission.violations.push_back({place, std::move(text)});
  return admission;
}

}  // namespace

bool Admission::is_pruned(NodeRef value) const {
  return value && std::binary_search(pruned_indices.begin(), pruned_indices.end(), value.index());
}

NodeRef Admission::field(NodeRef parent, std::string_view key) const {
  const NodeRef value = parent[key];
  return value.is_null() || is_pruned(value) ? NodeRef() : value;
}

Admission admit_ray_object(const Object& object, const Version& kuberay) {
  const auto type = ray_types().find(fmt::format("{}Spec", object.kind));
  const bool alpha = object.version == "v1alpha1";
  const bool exists = object.group == kRayGroup && type != ray_types().end() &&
                      (object.version == "v1" || (alpha && object.kind != "RayCronJob")) &&
                      (object.kind != "RayCronJob" || kuberay >= kCronJobsSince);
  if (!exists) {
    return refused(object.node["kind"].place(),
                   fmt::format("no kind {} in version {}/{}", object.kind, object.group, object.version));
  }
  AdmissionWalk walk(kuberay, alpha);
  walk.check_object(object.node, type->second);
  return std::move(walk).take_result();
}

std::vector<PrunedField> pruned_fields(const Object& object, const Version& kuberay) {
  return admit_ray_object(object, kuberay).pruned;
}

}  // namespace kray
