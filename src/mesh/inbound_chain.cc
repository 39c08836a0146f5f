// Two questions: does the proxy end the client's TLS, and are what it then reads the bytes of HTTP.
#include "mesh/inbound_chain.h"

namespace kray {
namespace {

ChainChoice refused(FilterChain chain, ChainRefusal refusal) {
  return {.chain = chain, .refusal = refusal, .has_identity = false, .sees_sni = false};
}

// PA-6: mTLS of the mesh is ended unless the mode is DISABLE; without Istio's ALPN only under STRICT, for
// under PERMISSIVE it is taken for the workload's own TLS (0.5-10).
bool is_ended(const ChainQuestion& question) {
  switch (question.handshake) {
    case Handshake::mtls: return question.mode != MtlsMode::disable;
    case Handshake::mtls_without_alpn: return question.mode == MtlsMode::strict;
    case Handshake::plaintext:
    case Handshake::without_certificate: return false;
  }
  return false;
}

// AP-19: a declared protocol is taken at its word, else the first bytes decide; without the ALPN nothing
// tells that there is HTTP inside of the TLS (0.5-10).
ChainChoice by_protocol(const ChainQuestion& question) {
  const bool is_sniffed = question.is_http && question.handshake != Handshake::mtls_without_alpn;
  const bool is_http =
      question.protocol == PortProtocol::http || (question.protocol == PortProtocol::automatic && is_sniffed);
  if (is_http && !question.is_http) return refused(FilterChain::http, ChainRefusal::not_http);
  const bool has_identity = question.handshake != Handshake::plaintext;
  return {.chain = is_http ? FilterChain::http : FilterChain::tcp,
          .refusal = ChainRefusal::none,
          .has_identity = has_identity,
          .sees_sni = has_identity};
}

// TLS that the proxy does not end: opaque bytes without identity, but its SNI can be read (0.5-9).
ChainChoice passed_on(const ChainQuestion& question) {
  if (question.mode == MtlsMode::strict)
    return refused(FilterChain::none, ChainRefusal::without_certificate_to_strict);
  if (question.protocol != PortProtocol::http)
    return {.chain = FilterChain::tcp,
            .refusal = ChainRefusal::none,
            .has_identity = false,
            .sees_sni = question.inspects_tls};
  return question.mode == MtlsMode::disable
             ? refused(FilterChain::http, ChainRefusal::tls_on_plaintext_http)
             : refused(FilterChain::none, ChainRefusal::tls_to_permissive_http);
}

}  // namespace

// PA-7: past STRICT comes only who has a certificate of an accepted trust domain.
ChainChoice choose_chain(const ChainQuestion& question) {
  if (question.handshake == Handshake::plaintext) {
    if (question.mode == MtlsMode::strict)
      return refused(FilterChain::none, ChainRefusal::plaintext_to_strict);
    return by_protocol(question);
  }
  if (!is_ended(question)) return passed_on(question);
  if (!question.accepts_trust_domain)
    return refused(FilterChain::none, ChainRefusal::trust_domain_not_accepted);
  return by_protocol(question);
}

}  // namespace kray
