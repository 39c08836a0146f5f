// What a plain scalar is: YAML 1.1 as Kubernetes resolves it.
//
// Kubernetes reads manifests with sigs.k8s.io/yaml (go-yaml version 2): `yes`, `on` and `y` are
// booleans, `0777` and `0o17` are octal, `1_000` is a number, `12:30` and dates stay strings
// (specs/kuberay-kubeflow.md section G).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "manifest/tree.h"

namespace kray {

struct ResolvedScalar {
  NodeKind kind = NodeKind::string;
  bool is_true = false;  // of booleans
};

ResolvedScalar resolve_plain_scalar(std::string_view text);

// The value of an integer scalar (base prefixes and underscores as above); nothing if `text` is not
// an integer or does not fit.
std::optional<int64_t> integer_value(std::string_view text);

}  // namespace kray
