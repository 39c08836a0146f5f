// Words and names that several checks share.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/match.h"
#include "cluster/object.h"
#include "derive/pod_class.h"
#include "mesh/injection.h"

namespace kray {

LogicalName logical_name(const Object& object, NodeRef field = {});
// The values that nearly every message uses: {kind}, {name}, {namespace}.
MessageValues object_values(const Object& object);

// "a", "a and b", "a, b and c"; after `most` entries "a, b and 7 more".
std::string join_words(std::span<const std::string> words, size_t most = 8);
std::string quoted(std::string_view text);  // 'text'
// "1 object", "2 objects".
std::string count_of(size_t count, std::string_view singular, std::string_view plural);
// "team-a", or "(not set)" for an empty one.
std::string namespace_words(std::string_view ns);

// The question that an object without a namespace leaves open.
Unknown namespace_not_set(const Object& object);
// Why it is open whether a pod class gets a sidecar: one fact per namespace or revision.
Unknown injection_unknown(const PodClass& pods, const InjectionDecision& decision);
// Where a pod would be given a label: its labels, else its metadata, else its template.
Place label_place(const PodClass& pods);

}  // namespace kray
