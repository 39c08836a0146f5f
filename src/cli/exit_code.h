// Exit codes, the same for every command (design section 7). Findings and errors never share one.
#pragma once

namespace kray {

enum ExitCode : int {
  kClean = 0,  // nothing at or above --fail-on
  kFindings = 1,
  kUsage = 2,       // wrong arguments, rule files that cannot be used, output that cannot be written
  kInputError = 3,  // input that cannot be read or parsed, or nothing to audit
  kIncomplete = 4,  // --require-complete, and something could not be decided or was not looked at
  kInternalError = 70,
};

}  // namespace kray
