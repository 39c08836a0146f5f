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
  OutboundDecision result = possible.front();
  const auto all_alike = [&possible](auto member) {
    return std::all_of(possible.begin(), possible.end(),
                       [&](const OutboundDecision& one) { return one.*member == possible.front().*member; });
  };
  if (!all_alike(&OutboundDecision::cluster)) result.cluster.clear();
  if (!all_alike(&OutboundDecision::listener)) result.listener.clear();
  if (all_alike(&OutboundDecision::transport)) return result;
  const auto open = std::find_if(possible.begin(), possible.end(), [](const OutboundDecision& one) {
    return one.transport == ClientTransport::unknown;
  });
  result.transport = ClientTransport::unknown;
  result.reason = open == possible.end() ? std::string(why) : open->reason;
  return result;
}

}  // namespace kray
