// Loads a schema of the source tree, closes its objects, and applies it with valijson.
#include "json_schema.h"

#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace kray::testing {
namespace {

using Adapter = valijson::adapters::NlohmannJsonAdapter;

void close_objects(nlohmann::json& schema) {
  if (schema.is_object() && schema.contains("properties") && !schema.contains("additionalProperties"))
    schema["additionalProperties"] = false;
  if (schema.is_structured()) {
    for (nlohmann::json& part : schema) close_objects(part);
  }
}

const valijson::Schema& schema_named(const std::string& name) {
  static std::map<std::string, std::unique_ptr<valijson::Schema>> loaded;
  std::unique_ptr<valijson::Schema>& schema = loaded[name];
  if (schema) return *schema;
  std::ifstream file(std::string(KRAY_SOURCE_DIR) + "/docs/schema/" + name);
  if (!file) throw std::runtime_error("no schema " + name);
  nlohmann::json text = nlohmann::json::parse(file);
  close_objects(text);
  schema = std::make_unique<valijson::Schema>();
  valijson::SchemaParser(valijson::SchemaParser::kDraft7).populateSchema(Adapter(text), *schema);
  return *schema;
}

}  // namespace

std::vector<std::string> json_schema_errors(const std::string& name, const std::string& text) {
  const nlohmann::json document = nlohmann::json::parse(text);
  valijson::Validator validator;
  valijson::ValidationResults results;
  validator.validate(schema_named(name), Adapter(document), &results);
  std::vector<std::string> errors;
  for (valijson::ValidationResults::Error error; results.popError(error);) {
    std::string line;
    for (const std::string& step : error.context) line += step;
    errors.push_back(line + ": " + error.description);
  }
  return errors;
}

}  // namespace kray::testing
