// Whether a name or a value in a manifest is a secret, as far as text can tell.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kray {

// The bytes behind standard base64, blanks and line ends ignored; nothing if it is none.
std::optional<std::string> decode_base64(std::string_view text);

// A private key in PEM form that is not encrypted, with its body: scripts that only name the header
// are none.
bool has_private_key(std::string_view text);

// Certificates and public keys, and nothing private with them.
bool is_public_material(std::string_view text);

// Filled in by something else before or while it is applied: $(VAR), ${VAR}, {{ value }}, a value that
// SOPS, vals, bank-vaults or Argo CD's vault plugin will replace; or empty.
bool is_substituted(std::string_view value);

// Names of environment variables whose literal value is a secret: "DB_PASSWORD", "HF_TOKEN".
bool is_secret_variable(std::string_view name);
// A value that such a variable may have without giving anything away: a switch, a path, a placeholder.
bool is_harmless_value(std::string_view value);

// Keys of a Secret that say no secret by themselves: "username", "tls.crt".
bool is_public_key_of_secret(std::string_view key);

}  // namespace kray
