// Labels and label selectors, as the API server matches them.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "manifest/tree.h"

namespace kray {

using Labels = std::map<std::string, std::string, std::less<>>;

// The string-valued entries of a mapping. Other values are refused by the API server; rules on
// labels look at the node for those.
Labels labels_of(NodeRef mapping);

// Every entry of the mapping is among the labels; an empty or absent mapping matches everything.
bool matches_all(NodeRef match_labels, const Labels& labels);

// A LabelSelector: matchLabels and matchExpressions (In, NotIn, Exists, DoesNotExist) together; an
// empty one matches everything. An unknown operator matches nothing, the API server refuses it.
bool matches_label_selector(NodeRef selector, const Labels& labels);

}  // namespace kray
