// Small and flat: programs read these by the hundred thousand.
#include "report/query_json.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "report/json_writer.h"

namespace kray {
namespace {

using LineWriter = rapidjson::Writer<rapidjson::StringBuffer>;

std::string_view verdict_of(Answer allowed) {
  switch (allowed) {
    case Answer::yes: return "allow";
    case Answer::no: return "deny";
    case Answer::unknown: break;
  }
  return "unknown";
}

void put_if_any(LineWriter& json, std::string_view key, const std::string& value) {
  if (!value.empty()) put_text(json, key, value);
}

void put_marks(LineWriter& json, std::string_view key, const std::vector<Mark>& marks) {
  put_key(json, key);
  json.StartArray();
  for (const Mark& mark : marks) {
    if (!mark.place) continue;
    json.StartObject();
    put_text(json, "file", mark.place.file->path);
    json.Key("line");
    json.Uint(mark.place.file->lines().line_of(mark.place.begin));
    put_if_any(json, "what", mark.label);
    json.EndObject();
  }
  json.EndArray();
}

void put_steps(LineWriter& json, const std::vector<QueryStep>& steps) {
  json.Key("steps");
  json.StartArray();
  for (const QueryStep& step : steps) {
    json.StartObject();
    put_text(json, "stage", to_string(step.stage));
    put_text(json, "verdict", verdict_of(step.passes));
    put_text(json, "text", step.text);
    put_if_any(json, "specs", step.specs);
    put_marks(json, "places", step.marks);
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace

void append_query_json(const QueryAnswer& answer, std::string_view id, std::string& out) {
  rapidjson::StringBuffer buffer;
  LineWriter json(buffer);
  json.StartObject();
  put_text(json, "id", id);
  put_text(json, "verdict", verdict_of(answer.allowed));
  put_text(json, "reason", answer.reason);
  put_if_any(json, "transport", answer.transport);
  put_if_any(json, "principal", answer.principal);
  put_if_any(json, "mtls", answer.mtls);
  put_if_any(json, "chain", answer.chain);
  put_marks(json, "decidedBy", answer.decided_by);
  if (!answer.steps.empty()) put_steps(json, answer.steps);
  put_if_any(json, "change", answer.change);
  json.EndObject();
  out.append(buffer.GetString(), buffer.GetSize());
  out.push_back('\n');
}

}  // namespace kray
