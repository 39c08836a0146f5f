// Counts of files and documents, and the rules that ran.
#include "report/json_coverage.h"

namespace kray {

void write_coverage(JsonWriter& json, const Coverage& coverage) {
  json.Key("coverage");
  json.StartObject();
  put_number(json, "files", coverage.files);
  put_number(json, "filesAnalysed", coverage.files_analysed);
  put_counts(json, "filesRecognised", coverage.files_recognised);
  put_number(json, "filesFailed", coverage.files_failed);
  put_number(json, "bytes", coverage.bytes);
  put_number(json, "documents", coverage.documents);
  put_number(json, "documentsWithObjects", coverage.documents_with_objects);
  put_counts(json, "documentsRecognised", coverage.documents_recognised);
  put_number(json, "documentsFailed", coverage.documents_failed);
  put_number(json, "objects", coverage.objects);
  put_number(json, "podClasses", coverage.pod_classes);
  put_number(json, "rayPodClasses", coverage.ray_pod_classes);
  put_texts(json, "rulesRun", coverage.rules_run);
  put_texts(json, "rulesSkipped", coverage.rules_skipped);
  json.EndObject();
}

}  // namespace kray
