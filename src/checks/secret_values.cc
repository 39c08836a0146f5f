// Lists of words that people use, kept short: a word too many is a false alarm.
#include "checks/secret_values.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

namespace kray {
namespace {

constexpr size_t kLeastKeyBody = 32;  // base64 digits; the shortest real key has more

constexpr std::array<std::string_view, 5> kPasswordWords = {"password", "passwd", "passphrase", "passwort",
                                                            "pwd"};
constexpr std::array<std::string_view, 8> kKeyWords = {"api_key",     "apikey",      "access_key",
                                                       "secret_key",  "signing_key", "encryption_key",
                                                       "private_key", "auth_key"};
// A bare `…_SECRET` mostly names a Secret.
constexpr std::array<std::string_view, 7> kSecretWords = {"client_secret", "app_secret",    "jwt_secret",
                                                          "cookie_secret", "shared_secret", "session_secret",
                                                          "webhook_secret"};
// Tokens of language models.
constexpr std::array<std::string_view, 9> kOtherTokens = {"max_token", "min_token",  "num_token",
                                                          "pad_token", "eos_token",  "bos_token",
                                                          "unk_token", "stop_token", "mask_token"};
constexpr std::array<std::string_view, 20> kPublicKeys = {
    "user", "username", "user_name", "login",         "host",          "hostname",   "port",
    "db",   "database", "dbname",    "namespace",     "region",        "endpoint",   "email",
    "type", "issuer",   "accesskey", "access_key_id", "access-key-id", "postgres_db"};
constexpr std::array<std::string_view, 6> kPublicEndings = {".crt", ".cert",     ".pub",
                                                            "user", "client_id", "client-id"};

std::string lowered(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

template <size_t Size>
bool ends_with_any(std::string_view text, const std::array<std::string_view, Size>& endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [text](std::string_view ending) { return text.ends_with(ending); });
}

template <size_t Size>
bool is_any(std::string_view text, const std::array<std::string_view, Size>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

std::optional<uint32_t> base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<uint32_t>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<uint32_t>(c - 'a' + 26);
  if (c >= '0' && c <= '9') return static_cast<uint32_t>(c - '0' + 52);
  if (c == '+') return 62;
  if (c == '/') return 63;
  return std::nullopt;
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
  std::string bytes;
  uint32_t bits = 0;
  uint32_t held = 0;
  size_t digits = 0;
  size_t padding = 0;
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c)) != 0) continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const auto digit = base64_digit(c);
    if (!digit || padding > 0) return std::nullopt;
    ++digits;
    bits = (bits << 6U | *digit) & 0xFFFFU;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes.push_back(static_cast<char>(bits >> held & 0xFFU));
  }
  if ((digits + padding) % 4 != 0 || padding > 2) return std::nullopt;
  return bytes;
}

bool has_private_key(std::string_view text) {
  constexpr std::string_view kHeader = "PRIVATE KEY-----";
  for (size_t at = text.find(kHeader); at != std::string_view::npos; at = text.find(kHeader, at + 1)) {
    const size_t begin = text.rfind("-----BEGIN ", at);
    if (begin == std::string_view::npos || at - begin > 40) continue;
    if (text.substr(begin, at - begin).find("ENCRYPTED") != std::string_view::npos) continue;
    const std::string_view body = text.substr(at + kHeader.size());
    size_t digits = 0;
    for (size_t i = 0; i < body.size() && digits < kLeastKeyBody; ++i) {
      if (base64_digit(body[i])) {
        ++digits;
      } else if (std::isspace(static_cast<unsigned char>(body[i])) == 0 && body[i] != '\\') {
        break;
      }
    }
    if (digits >= kLeastKeyBody) return true;
  }
  return false;
}

bool is_public_material(std::string_view text) {
  text = trimmed(text);
  return (text.starts_with("-----BEGIN CERTIFICATE-----") || text.starts_with("-----BEGIN PUBLIC KEY-----") ||
          text.starts_with("ssh-rsa ") || text.starts_with("ssh-ed25519 ")) &&
         text.find("PRIVATE KEY-----") == std::string_view::npos;
}

bool is_substituted(std::string_view value) {
  value = trimmed(value);
  constexpr std::array<std::string_view, 7> kBeginnings = {"$(",     "${",   "{{",    "ENC[",
                                                           "vault:", "ref+", "<path:"};
  const bool variable =
      value.size() > 1 && value[0] == '$' && std::all_of(value.begin() + 1, value.end(), [](unsigned char c) {
        return std::isupper(c) != 0 || std::isdigit(c) != 0 || c == '_';
      });
  return value.empty() || variable ||
         std::any_of(kBeginnings.begin(), kBeginnings.end(),
                     [value](std::string_view beginning) { return value.starts_with(beginning); });
}

bool is_secret_variable(std::string_view name) {
  std::string lower = lowered(name);
  std::replace(lower.begin(), lower.end(), '-', '_');
  const bool is_token = (lower == "token" || lower.ends_with("_token") || lower.ends_with("authtoken")) &&
                        !ends_with_any(lower, kOtherTokens);
  return is_token || ends_with_any(lower, kPasswordWords) || ends_with_any(lower, kKeyWords) ||
         ends_with_any(lower, kSecretWords);
}

bool is_harmless_value(std::string_view value) {
  value = trimmed(value);
  constexpr std::array<std::string_view, 8> kSwitches = {"true", "false", "yes",  "no",
                                                         "on",   "off",   "none", "null"};
  const bool placeholder = value.starts_with('<') && value.ends_with('>');
  const bool path = value.starts_with('/') || value.starts_with("./") || value.starts_with("file:");
  return is_substituted(value) || placeholder || path || is_any(lowered(value), kSwitches) ||
         is_public_material(value);
}

bool is_public_key_of_secret(std::string_view key) {
  const std::string lower = lowered(key);
  return is_any(lower, kPublicKeys) || ends_with_any(lower, kPublicEndings) || lower.ends_with("username");
}

}  // namespace kray
