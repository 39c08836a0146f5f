// The report for people: findings with the source lines they are about, what could not be
// decided, what could not be read, and a summary.
#pragma once

#include <iosfwd>

#include "audit/finding.h"

namespace kray {

struct TextOptions {
  int width = 0;  // columns of the terminal, 0: unknown; 40 to 120 of them are used
  bool colour = false;
};

// Writes the whole report. The same report and options give the same bytes, and colour adds SGR
// sequences to them but changes nothing else. Nothing is written after a blank at the end of a
// line, and no line is wider than the terminal unless a path or URL in it is.
void write_text(const AuditReport& report, const TextOptions& options, std::ostream& out);

}  // namespace kray
