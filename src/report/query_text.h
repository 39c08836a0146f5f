// The answer of `kray-audit query` to one question, for people: the verdict, then the way there.
#pragma once

#include <iosfwd>
#include <string>

#include "reach/query.h"
#include "report/text.h"

namespace kray {

struct AskedQuestion {
  std::string from;  // "notebook team-a/nb-0", as it was asked
  std::string to;    // "port 8265 of team-a/RayCluster/demo/head"
};

// `with_specs`: the ids of the specification that each step stands on (--explain).
void write_query_text(const QueryAnswer& answer, const AskedQuestion& question, bool with_specs,
                      const TextOptions& options, std::ostream& out);

}  // namespace kray
