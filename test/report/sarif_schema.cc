// Finds the SARIF schema and applies it with valijson.
//
// The first of these that exists and loads is taken:
// * $KRAY_SARIF_SCHEMA;
// * ../shared/schemas/sarif-schema-2.1.0.json beside the source tree: OASIS errata 01, draft 4;
// * the copy in the npm package @microsoft/sarif-multitool-linux below $SARIF_MULTITOOL_DIR, which is
//   written for draft 2020-12 but uses no keyword that valijson's newest draft (7) reads differently.
#include "sarif_schema.h"

#include <cstdlib>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace kray::testing {
namespace {

using Adapter = valijson::adapters::NlohmannJsonAdapter;

std::vector<std::string> schema_paths() {
  std::vector<std::string> paths;
  if (const char* path = std::getenv("KRAY_SARIF_SCHEMA")) paths.emplace_back(path);
  paths.emplace_back(std::string(KRAY_SOURCE_DIR) + "/../shared/schemas/sarif-schema-2.1.0.json");
  if (const char* root = std::getenv("SARIF_MULTITOOL_DIR")) {
    paths.emplace_back(std::string(root) + "/node_modules/@microsoft/sarif-multitool-linux/sarif-2.1.0.json");
  }
  return paths;
}

bool load(const std::string& path, valijson::Schema& schema) {
  std::ifstream file(path);
  if (!file) return false;
  try {
    const nlohmann::json text = nlohmann::json::parse(file);
    const bool is_draft_4 = text.value("$schema", "").find("draft-04") != std::string::npos;
    valijson::SchemaParser parser(is_draft_4 ? valijson::SchemaParser::kDraft4
                                             : valijson::SchemaParser::kDraft7);
    parser.populateSchema(Adapter(text), schema);
    return true;
  } catch (const std::exception&) {
    return false;  // not JSON, or beyond valijson: the next copy may do
  }
}

// Null when there is none. Loaded once: it takes longer than to check a report.
const valijson::Schema* sarif_schema() {
  static const std::unique_ptr<valijson::Schema> kSchema = [] {
    for (const std::string& path : schema_paths()) {
      auto schema = std::make_unique<valijson::Schema>();
      if (load(path, *schema)) return schema;
    }
    return std::unique_ptr<valijson::Schema>();
  }();
  return kSchema.get();
}

}  // namespace

bool have_sarif_schema() { return sarif_schema() != nullptr; }

std::vector<std::string> sarif_schema_errors(const std::string& sarif) {
  const nlohmann::json log = nlohmann::json::parse(sarif);
  valijson::Validator validator;
  valijson::ValidationResults results;
  validator.validate(*sarif_schema(), Adapter(log), &results);
  std::vector<std::string> errors;
  for (valijson::ValidationResults::Error error; results.popError(error);) {
    std::string line;
    for (const std::string& step : error.context) line += step;
    errors.push_back(line + ": " + error.description);
  }
  return errors;
}

}  // namespace kray::testing
