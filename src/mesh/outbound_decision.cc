// Small parts of the outbound decision.
#include "mesh/outbound_decision.h"

#include <algorithm>
#include <utility>

namespace kray {

std::string_view to_string(ClientTransport transport) {
  switch (transport) {
    case ClientTransport::mtls: return "mtls";
    case ClientTransport::plaintext: return "plaintext";
    case ClientTransport::tls_other: return "tls-other";
    case ClientTransport::refused: return "refused";
    case ClientTransport::unknown: return "unknown";
  }
  return "";
}

OutboundDecision answer(ClientTransport transport, std::string reason) {
  OutboundDecision decision;
  decision.transport = transport;
  decision.reason = std::move(reason);
  return decision;
}

void add_place(OutboundDecision& decision, const Object& object, const Place& place, std::string_view what) {
  if (place) decision.places.push_back({object.shown(place), what});
}

OutboundDecision agreed(const std::vector<OutboundDecision>& possible, std::string_view why) {
  const OutboundDecision& first = possible.front();
  const auto differs = [&first](const OutboundDecision& one) { return one.transport != first.transport; };
  if (std::none_of(possible.begin(), possible.end(), differs)) return first;
  const auto open = std::find_if(possible.begin(), possible.end(), [](const OutboundDecision& one) {
    return one.transport == ClientTransport::unknown;
  });
  OutboundDecision unknown = first;
  unknown.transport = ClientTransport::unknown;
  unknown.reason = open == possible.end() ? std::string(why) : open->reason;
  return unknown;
}

}  // namespace kray
