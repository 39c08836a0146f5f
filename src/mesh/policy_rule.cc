// AP-11: a positive match of something absent is no, its negation yes.
#include "mesh/policy_rule.h"

#include <algorithm>
#include <array>

#include "mesh/three_valued.h"

namespace kray {
namespace {

template <typename Pattern, typename Matches>
Answer any_value(const Condition& condition, const Matches& matches) {
  const auto& values = std::get<std::vector<Pattern>>(condition.values);
  return answer_of(std::any_of(values.begin(), values.end(), matches));
}

// Of something that may be absent or not stated; `matches` takes a pattern and the value.
template <typename Pattern, typename Value, typename Matches>
Answer any_value_of(const Condition& condition, const Stated<Value>& stated, const Matches& matches) {
  if (!stated.is_known()) return Answer::unknown;
  if (stated.is_absent()) return Answer::no;
  return any_value<Pattern>(condition,
                            [&](const Pattern& pattern) { return matches(pattern, stated.value); });
}

Answer any_range(const Condition& condition, const std::optional<IpAddress>& address) {
  if (!address) return Answer::unknown;
  return any_value<IpRange>(condition, [&](const IpRange& range) { return range.contains(*address); });
}

Answer any_plain_namespace(const Condition& condition, const PolicyAttributes& attributes) {
  return any_value_of<TextPattern>(condition, attributes.principal,
                                   [&](const TextPattern& pattern, std::string_view /*principal*/) {
                                     return matches_text(pattern, attributes.identity_namespace);
                                   });
}

template <typename Text>
Answer any_header_text(const Condition& condition, const std::optional<Text>& text) {
  if (!text) return Answer::unknown;
  return any_value<TextPattern>(condition,
                                [&](const TextPattern& pattern) { return matches_header(pattern, *text); });
}

Answer any_path(const Condition& condition, const std::optional<std::string_view>& path) {
  if (!path) return Answer::unknown;
  return any_value<PathPattern>(condition, [&](const PathPattern& pattern) {
    const auto* text = std::get_if<TextPattern>(&pattern);
    return text != nullptr ? matches_text(*text, *path) : std::get<PathTemplate>(pattern).matches(*path);
  });
}

// "Bearer " and a token of which only claims are known.
Answer matches_bearer(const TextPattern& pattern) {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view text = pattern.text;
  switch (pattern.form) {
    case TextPattern::Form::any: return Answer::yes;
    case TextPattern::Form::suffix: return text.empty() ? Answer::yes : Answer::unknown;
    case TextPattern::Form::prefix:
      if (kBearer.starts_with(text)) return Answer::yes;
      return text.starts_with(kBearer) ? Answer::unknown : Answer::no;
    case TextPattern::Form::exact: return text.starts_with(kBearer) ? Answer::unknown : Answer::no;
  }
  return Answer::unknown;
}

// Headers that the proxy itself writes, so that the client's own say nothing.
bool is_written_by_proxy(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames = {":scheme", ":protocol", "x-request-id",
                                                      "x-forwarded-proto", "x-forwarded-client-cert"};
  return name.starts_with("x-envoy-") || std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

bool is_output_of(const TokenOutcome& token, std::string_view name) {
  if (token.token.is_absent() || token.rule == nullptr) return false;
  const std::vector<std::string>& names = token.rule->output_headers;
  return std::find(names.begin(), names.end(), name) != names.end();
}

// 0.5-1: line by line, any hit counts; the lines of user-agent are one text with commas between.
Answer any_line(const Condition& condition, const HttpRequest& request) {
  const auto& patterns = std::get<std::vector<TextPattern>>(condition.values);
  const auto is_hit = [&](std::string_view text) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [text](const TextPattern& pattern) { return matches_header(pattern, text); });
  };
  const bool is_joined = condition.header == "user-agent";
  std::optional<std::string> joined;
  bool is_there = false;
  for (const Header& header : request.headers) {
    if (lower_case(header.name) != condition.header) continue;
    is_there = true;
    if (is_joined)
      joined = joined ? *joined + "," + header.value : header.value;
    else if (is_hit(header.value))
      return Answer::yes;
  }
  if (joined) return answer_of(is_hit(*joined));
  return !is_there && request.has_further_headers ? Answer::unknown : Answer::no;
}

// 0.5-6: an accepted token is gone, unless it is forwarded.
Answer any_authorization(const Condition& condition, const PolicyAttributes& attributes) {
  const HttpRequest& request = *attributes.http;
  const Answer removed = attributes.is_before_token ? Answer::no : attributes.token.is_removed;
  Answer present = any_line(condition, request);
  if (!request.jwt.is_known()) present = either(present, Answer::unknown);
  if (request.jwt.has_value())
    present = either(present, any_of(std::get<std::vector<TextPattern>>(condition.values), matches_bearer));
  return both(negation(removed), present);
}

// 0.5-7: pseudo headers count; ":path" has the query, ":authority" keeps its case.
Answer any_header(const Condition& condition, const PolicyAttributes& attributes) {
  const std::string_view name = condition.header;
  const HttpRequest& request = *attributes.http;
  if (name == ":path") return any_header_text(condition, attributes.full_path);
  if (name == ":method") return any_header_text(condition, request.method);
  if (name == ":authority" || name == "host") return any_header_text(condition, request.host);
  if (is_written_by_proxy(name) || is_output_of(attributes.token, name)) return Answer::unknown;
  if (name == "authorization") return any_authorization(condition, attributes);
  return any_line(condition, request);
}

Answer matches_value(const Condition& condition, const PolicyAttributes& attributes) {
  switch (condition.attribute) {
    case Attribute::principal:
      return any_value_of<TextPattern>(condition, attributes.principal, matches_principal);
    case Attribute::ns:
      return any_value_of<NamespacePattern>(condition, attributes.principal, matches_namespace);
    case Attribute::plain_ns: return any_plain_namespace(condition, attributes);
    case Attribute::service_account:
      return any_value_of<ServiceAccountPattern>(condition, attributes.principal, matches_service_account);
    case Attribute::trust_domain:
      return any_value_of<TrustDomainPattern>(condition, attributes.principal, matches_trust_domain);
    case Attribute::source_ip: return any_range(condition, attributes.source_ip);
    case Attribute::remote_ip: return any_range(condition, attributes.remote_ip);
    case Attribute::destination_ip: return any_range(condition, attributes.destination_ip);
    case Attribute::port:
      return any_value<uint16_t>(condition, [&](uint16_t port) { return port == attributes.port; });
    case Attribute::sni: return any_value_of<TextPattern>(condition, attributes.sni, matches_text);
    case Attribute::host: return any_header_text(condition, attributes.host);
    case Attribute::method: return any_header_text(condition, attributes.http->method);
    case Attribute::path: return any_path(condition, attributes.path());
    case Attribute::request_principal:
      return any_value_of<RequestPrincipalPattern>(condition, attributes.token.token,
                                                   [](const auto& pattern, const JwtToken* token) {
                                                     return matches_request_principal(pattern, *token);
                                                   });
    case Attribute::claim:
      return any_value_of<TextPattern>(condition, attributes.token.token,
                                       [&](const TextPattern& pattern, const JwtToken* token) {
                                         return claim_matches(pattern, *token, condition.claim);
                                       });
    case Attribute::header: return any_header(condition, attributes);
    case Attribute::metadata: return Answer::unknown;
  }
  return Answer::unknown;
}

}  // namespace

Answer matches(const Condition& condition, const PolicyAttributes& attributes) {
  const Answer positive = matches_value(condition, attributes);
  return condition.is_negated ? negation(positive) : positive;
}

Answer matches(const PolicyRule& rule, const PolicyAttributes& attributes) {
  return all_of(rule.clauses, [&](const Clause& clause) {
    return any_of(clause, [&](const Alternative& alternative) {
      return all_of(alternative, [&](const Condition& condition) { return matches(condition, attributes); });
    });
  });
}

}  // namespace kray
