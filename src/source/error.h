// Errors are values: what was found, what was expected, what to do, and where.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace kray {

struct Error {
  std::string where;   // "path", "path:line" or "path:line:column"; empty: not about a file
  std::string what;    // what was found and what was expected, one sentence without a period
  std::string advice;  // what to do about it; may be empty

  std::string to_string() const {
    std::string text;
    if (!where.empty()) text += where + ": ";
    text += what;
    if (!advice.empty()) text += " (" + advice + ")";
    return text;
  }
};

// A value or the Error that kept it from being made.
template <typename T>
class Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return std::holds_alternative<T>(state_); }
  T& value() { return std::get<T>(state_); }
  const T& value() const { return std::get<T>(state_); }
  const Error& error() const { return std::get<Error>(state_); }

 private:
  std::variant<T, Error> state_;
};

}  // namespace kray
