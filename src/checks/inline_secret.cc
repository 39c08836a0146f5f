// inline-secret: passwords, tokens and private keys that stand in a manifest.
//
// Looked at are the values of Secrets, environment variables whose names say what they hold, the two
// places where KubeRay takes a Redis password (specs/kuberay-kubeflow.md A.3, A.4), and private keys
// in any text. What is found is hidden from reports: a finding must not spread what it complains of.
#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

#include "checks/describe.h"
#include "checks/primitives.h"
#include "checks/secret_values.h"

namespace kray {
namespace {

constexpr std::array<std::string_view, 4> kPlaceholders = {"what", "kind", "name", "namespace"};

void add(const Object& object, NodeRef value, std::string what, std::string fix, CheckOutcome& outcome) {
  const Place place = value.place();
  place.file->hide(place.begin, place.end);
  Match match;
  match.place = value.key_text().empty() ? place : value.key_place();
  match.label = "readable for everyone who reads the file";
  match.values = object_values(object);
  match.values["what"] = std::move(what);
  match.fix = std::move(fix);
  match.subject = logical_name(object, value);
  outcome.matches.push_back(std::move(match));
}

// Argo CD's vault plugin fills in <placeholders> of objects that name a path in Vault.
bool is_filled_by_vault(const Object& object, std::string_view value) {
  return value.starts_with('<') && object.metadata()["annotations"]["avp.kubernetes.io/path"];
}

// Piped from a cluster, where every Secret has a value: no file holds it.
bool is_piped_from_cluster(const Object& object) {
  return object.metadata()["uid"] && object.node.place().file->path == "<stdin>";
}

bool has_password_in_url(std::string_view value) {
  const size_t scheme = value.find("://");
  const size_t at = value.find('@', scheme == std::string_view::npos ? 0 : scheme);
  if (scheme == std::string_view::npos || at == std::string_view::npos) return false;
  const std::string_view login = value.substr(scheme + 3, at - scheme - 3);
  const size_t colon = login.find(':');
  return colon != std::string_view::npos && login.find('/') == std::string_view::npos &&
         !is_substituted(login.substr(colon + 1));
}

void check_secret_value(const Object& secret, const Field& field, bool encoded, CheckOutcome& outcome) {
  const std::string_view written = field.value.text();
  const std::string value =
      encoded ? decode_base64(written).value_or(std::string(written)) : std::string(written);
  if (!field.value.is_scalar() || is_substituted(written) || is_substituted(value)) return;
  if (is_public_material(value) || is_filled_by_vault(secret, written)) return;
  const bool private_key = has_private_key(value);
  if (!private_key && is_public_key_of_secret(field.key.text()) && !has_password_in_url(value)) return;
  add(secret, field.value,
      fmt::format("The {} '{}' of Secret '{}'", private_key ? "private key" : "value", field.key.text(),
                  secret.name),
      "Keep the Secret out of the repository: create it in the cluster, or store it encrypted.", outcome);
}

void check_secret(const Object& secret, CheckOutcome& outcome) {
  if (is_piped_from_cluster(secret)) return;
  for (const Field field : secret.node["data"].fields()) check_secret_value(secret, field, true, outcome);
  for (const Field field : secret.node["stringData"].fields())
    check_secret_value(secret, field, false, outcome);
}

void check_environment(const Object& object, NodeRef env, const std::string& words, CheckOutcome& outcome) {
  for (const NodeRef variable : env.items()) {
    const NodeRef value = variable["value"];
    const std::string_view name = variable["name"].text();
    const bool is_secret = is_secret_variable(name) && !is_harmless_value(value.text());
    if (!value.is_scalar() || !(is_secret || has_password_in_url(value.text()))) continue;
    add(object, value, fmt::format("The value of environment variable '{}' of the {}", name, words),
        "Take it from a Secret: 'valueFrom: {secretKeyRef: {name: …, key: …}}'.", outcome);
  }
}

void check_redis_password(const Object& object, const RayClusterSpec& cluster, CheckOutcome& outcome) {
  const NodeRef value = cluster.spec["gcsFaultToleranceOptions"]["redisPassword"]["value"];
  if (value.is_scalar() && !is_substituted(value.text())) {
    add(object, value, fmt::format("The Redis password of {} '{}'", object.kind, object.name),
        "Take it from a Secret: 'redisPassword: {valueFrom: {secretKeyRef: {name: …, key: …}}}'.", outcome);
  }
  const NodeRef parameter = cluster.head()["rayStartParams"]["redis-password"];
  if (parameter.is_scalar() && !is_substituted(parameter.text())) {
    add(object, parameter, fmt::format("The Redis password of {} '{}'", object.kind, object.name),
        "Write $REDIS_PASSWORD, and take that variable from a Secret.", outcome);
  }
}

void check_private_keys(const Object& object, NodeRef node, size_t depth, CheckOutcome& outcome) {
  constexpr size_t kDeepest = 64;
  if (depth > kDeepest) return;
  for (const Field field : node.fields()) check_private_keys(object, field.value, depth + 1, outcome);
  for (const NodeRef item : node.items()) check_private_keys(object, item, depth + 1, outcome);
  if (!node.is_scalar()) return;
  std::string_view text = node.string();
  std::string decoded;
  if (node.parent().key_text() == "binaryData") {
    decoded = decode_base64(text).value_or("");
    text = decoded;
  }
  if (!has_private_key(text)) return;
  add(object, node, fmt::format("The private key in {} '{}'", object.kind, object.name),
      "Keep it in a Secret that is not part of the repository, and make a new key: this one is known.",
      outcome);
}

void run(const CheckContext& context, const Parameters& /*parameters*/, CheckOutcome& outcome) {
  for (const Object& object : context.inventory.objects()) {
    if (object.is("", "Secret")) {
      check_secret(object, outcome);
    } else if (!object.is("apiextensions.k8s.io", "CustomResourceDefinition")) {
      check_private_keys(object, object.node, 0, outcome);
    }
    if (is_ray_kind(object)) check_redis_password(object, ray_cluster_spec_of(object), outcome);
  }
  for (const PodClass& pods : context.pods) {
    if (pods.shares_template()) continue;
    if (pods.role == PodRole::ray_head)
      check_environment(*pods.object, ray_cluster_spec_of(*pods.object).autoscaler_options()["env"],
                        fmt::format("autoscaler of the {}", pods.describe()), outcome);
    for (const NodeRef list : {pods.pod_template.init_containers(), pods.pod_template.containers()}) {
      for (const NodeRef container : list.items())
        check_environment(*pods.object, container["env"], pods.describe(), outcome);
    }
  }
}

}  // namespace

constinit const Primitive kInlineSecret = {"inline-secret", {}, kPlaceholders, run};

}  // namespace kray
