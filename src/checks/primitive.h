// Check primitives: the named, parameterised checks written in C++ that rule files call.
//
// A rule says `check: {NAME: {PARAMETER: value, …}}`. A primitive declares its parameters and the
// placeholders that the rule's message may use, so that a rule file is checked when it is loaded.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/context.h"
#include "checks/match.h"

namespace kray {

// Every parameter is a list of strings; a rule file may write a single one without brackets.
using Parameters = std::map<std::string, std::vector<std::string>, std::less<>>;

struct ParameterDescription {
  std::string_view name;
  bool required = false;
};

struct Primitive {
  std::string_view name;
  std::span<const ParameterDescription> parameters;
  std::span<const std::string_view> placeholders;
  void (*run)(const CheckContext& context, const Parameters& parameters, CheckOutcome& outcome);
};

std::span<const Primitive* const> all_primitives();      // by name
const Primitive* find_primitive(std::string_view name);  // null if there is none

// Values of a parameter; empty if the rule does not give it.
std::span<const std::string> parameter(const Parameters& parameters, std::string_view name);
bool contains(std::span<const std::string> list, std::string_view text);

}  // namespace kray
