// Places as SARIF gives them (2.1.0 sections 3.4, 3.24, 3.29, 3.30, 3.33).
//
// A primary region is cut to one line: GitHub shows an alert in a pull request only if the change holds
// every line of it. What surrounds it goes into the contextRegion, up to three lines either way, less
// where lines are long: a minified JSON file is one line of megabytes, and a report that repeats it per
// result would be useless. Files are listed by URI and logical locations by first use, which keeps the
// output the same for the same input.
#include "report/sarif_places.h"

#include <algorithm>
#include <utility>

#include "report/sarif_uri.h"

namespace kray {
namespace {

constexpr size_t kMaxSnippet = 4096;  // bytes
constexpr uint32_t kLinesAround = 3;

uint32_t line_end(const LineIndex& lines, uint32_t line) {
  return lines.line_begin(line) + static_cast<uint32_t>(lines.line_text(line).size());
}

struct LineRange {
  uint32_t first;
  uint32_t last;
};

// The lines around `line` whose text fits in a snippet; just the line when its neighbours do not fit.
LineRange lines_around(const LineIndex& lines, uint32_t line) {
  LineRange range{line, line};
  size_t left = kMaxSnippet - std::min(kMaxSnippet, lines.line_text(line).size());
  const auto takes = [&](uint32_t neighbour) {
    const size_t size = lines.line_text(neighbour).size() + 2;
    if (size > left) return false;
    left -= size;
    return true;
  };
  for (uint32_t i = 0; i < kLinesAround; ++i) {
    if (range.first + i == line && range.first > 1 && takes(range.first - 1)) --range.first;
    if (range.last == line + i && range.last < lines.line_count() && takes(range.last + 1)) ++range.last;
  }
  return range;
}

void write_region(SarifJson& json, const LineRegion& region) {
  json.Key("region");
  json.StartObject();
  put_number(json, "startLine", region.line);
  put_number(json, "startColumn", region.start_column);
  put_number(json, "endLine", region.line);
  put_number(json, "endColumn", region.end_column);
  if (region.text.size() <= kMaxSnippet) put_message(json, "snippet", region.text);
  json.EndObject();
}

void write_context_region(SarifJson& json, const SourceFile& file, const LineRegion& region) {
  const LineIndex& lines = file.lines();
  const LineRange around = lines_around(lines, region.line);
  const uint32_t begin = lines.line_begin(around.first);
  const std::string_view text = file.shown_text().substr(begin, line_end(lines, around.last) - begin);
  // A context has to be larger than its region (SARIF 3.29.5).
  if (text.size() <= region.text.size() || text.size() > kMaxSnippet) return;
  json.Key("contextRegion");
  json.StartObject();
  put_number(json, "startLine", around.first);
  put_number(json, "endLine", around.last);
  put_message(json, "snippet", text);
  json.EndObject();
}

}  // namespace

LineRegion line_region(const Place& place) {
  const LineIndex& lines = place.file->lines();
  const uint32_t line = lines.line_of(place.begin);
  const uint32_t line_begin = lines.line_begin(line);
  const uint32_t end_of_line = line_end(lines, line);
  // A place may begin in a byte order mark or in a line end, which are no part of the line's text.
  uint32_t begin = std::clamp(place.begin, line_begin, end_of_line);
  uint32_t end = std::clamp(place.end, begin, end_of_line);
  if (begin == end) {
    if (begin == end_of_line) begin = line_begin;
    end = end_of_line;
  }
  return {line, lines.column_utf16(begin), lines.column_utf16(end),
          place.file->shown_text().substr(begin, end - begin)};
}

ArtifactTable::ArtifactTable(const AuditReport& report) {
  std::map<std::string, std::vector<const SourceFile*>> files_by_uri;
  for (const auto& file : report.files) files_by_uri[sarif_uri(file->path)].push_back(file.get());
  for (const auto& [uri, files] : files_by_uri) {
    for (const SourceFile* file : files) index_of_file_[file] = entries_.size();
    entries_.push_back({uri, files.front()});
  }
}

std::optional<size_t> ArtifactTable::index_of(const std::string& uri) const {
  const auto found =
      std::lower_bound(entries_.begin(), entries_.end(), uri,
                       [](const Entry& entry, const std::string& key) { return entry.uri < key; });
  if (found == entries_.end() || found->uri != uri) return std::nullopt;
  return static_cast<size_t>(found - entries_.begin());
}

void ArtifactTable::write(SarifJson& json) const {
  json.Key("artifacts");
  json.StartArray();
  for (size_t i = 0; i < entries_.size(); ++i) {
    json.StartObject();
    json.Key("location");
    write_artifact_location(json, entries_[i].uri, i);
    put_number(json, "length", entries_[i].file->bytes.size());
    json.Key("roles");
    json.StartArray();
    put_string(json, "analysisTarget");
    json.EndArray();
    json.EndObject();
  }
  json.EndArray();
}

std::optional<size_t> LogicalTable::add(const LogicalName& name) {
  std::string qualified = name.qualified();
  if (qualified.empty()) return std::nullopt;
  if (const auto known = index_of_name_.find(qualified); known != index_of_name_.end()) return known->second;
  Entry entry{name.object.empty() ? name.kind : name.object, "resource", qualified, std::nullopt};
  if (!name.path.empty()) {
    LogicalName object = name;
    object.path.clear();
    entry = {name.path.substr(name.path.rfind('/') + 1), "member", qualified, add(object)};
  }
  index_of_name_[std::move(qualified)] = entries_.size();
  entries_.push_back(std::move(entry));
  return entries_.size() - 1;
}

void LogicalTable::write_members(SarifJson& json, const Entry& entry) const {
  put_text(json, "name", entry.name);
  put_text(json, "kind", entry.kind);
  put_text(json, "fullyQualifiedName", entry.qualified);
  if (entry.parent) put_number(json, "parentIndex", *entry.parent);
}

void LogicalTable::write(SarifJson& json) const {
  json.Key("logicalLocations");
  json.StartArray();
  for (const Entry& entry : entries_) {
    json.StartObject();
    write_members(json, entry);
    json.EndObject();
  }
  json.EndArray();
}

void LogicalTable::write_reference(SarifJson& json, size_t index) const {
  json.StartObject();
  write_members(json, entries_[index]);
  put_number(json, "index", index);
  json.EndObject();
}

void write_artifact_location(SarifJson& json, std::string_view uri, std::optional<size_t> index) {
  json.StartObject();
  put_text(json, "uri", uri);
  put_text(json, "uriBaseId", kSourceRoot);
  if (index) put_number(json, "index", *index);
  json.EndObject();
}

void write_physical_location(SarifJson& json, const ArtifactTable& artifacts, const SourceFile& file,
                             const LineRegion& region, Surroundings surroundings) {
  const size_t index = artifacts.index_of(file);
  json.Key("physicalLocation");
  json.StartObject();
  json.Key("artifactLocation");
  write_artifact_location(json, artifacts.uri(index), index);
  write_region(json, region);
  if (surroundings == Surroundings::lines) write_context_region(json, file, region);
  json.EndObject();
}

}  // namespace kray
