// Words of the inventory for what the model says in enumerations; those of the API and of Istio where there
// are any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "derive/ray_objects.h"
#include "derive/ray_port_roles.h"
#include "manifest/tree.h"
#include "mesh/injection.h"

namespace kray {

std::optional<bool> answer(Answer given);
// "injected", "no webhook", "injector declined", "rejected" or "unknown".
std::string reason_word(const InjectionDecision& decision);
std::string words_of(InjectionReason reason);     // "the labels of the namespace inject"
std::string words_of(ProxyKind proxy);            // "sidecar"; empty for none
std::string words_of(Interception interception);  // "REDIRECT"; empty without a proxy
std::string words_of(RejectedBy who);             // "api server"
std::string words_of(const RayRolePort& port);    // "6379", "10002-19999", "random", "unknown"

int64_t number_in(NodeRef node);        // 0 if it is none
std::string protocol_in(NodeRef node);  // empty for TCP
std::string comma_separated(NodeRef list);

}  // namespace kray
