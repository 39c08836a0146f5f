// Places as SARIF gives them: artifacts, regions, physical and logical locations.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "audit/finding.h"
#include "report/sarif_json.h"

namespace kray {

// The base that every URI is relative to.
inline constexpr std::string_view kSourceRoot = "SRCROOT";

// Part of one line: numbers from 1, columns in UTF-16 code units, the end column exclusive.
struct LineRegion {
  uint32_t line = 1;
  uint32_t start_column = 1;
  uint32_t end_column = 1;
  std::string_view text;  // points into the file
};

// The part of a place on its first line. A place without extent gets the rest of its line.
LineRegion line_region(const Place& place);

// The files of the report by URI. Files whose URIs are equal share an entry.
class ArtifactTable {
 public:
  explicit ArtifactTable(const AuditReport& report);

  bool empty() const { return entries_.empty(); }
  size_t index_of(const SourceFile& file) const { return index_of_file_.at(&file); }
  std::optional<size_t> index_of(const std::string& uri) const;
  const std::string& uri(size_t index) const { return entries_[index].uri; }
  const SourceFile& file(size_t index) const { return *entries_[index].file; }
  void write(SarifJson& json) const;

 private:
  struct Entry {
    std::string uri;
    const SourceFile* file;
  };
  std::vector<Entry> entries_;
  std::unordered_map<const SourceFile*, size_t> index_of_file_;
};

// The objects and fields that results are about, each once; a field is preceded by its object.
class LogicalTable {
 public:
  // Nothing for a name without a kind.
  std::optional<size_t> add(const LogicalName& name);
  // As an entry of run.logicalLocations, and as a reference to it, which repeats the entry.
  void write(SarifJson& json) const;
  void write_reference(SarifJson& json, size_t index) const;

 private:
  struct Entry {
    std::string name;
    std::string_view kind;
    std::string qualified;
    std::optional<size_t> parent;
  };
  void write_members(SarifJson& json, const Entry& entry) const;

  std::vector<Entry> entries_;
  std::map<std::string, size_t> index_of_name_;
};

// {"uri": …, "uriBaseId": …, "index": …}; GitHub reads the URI, whoever resolves indexes the index.
void write_artifact_location(SarifJson& json, std::string_view uri, std::optional<size_t> index);

// "physicalLocation": {…} with its region, and if asked for the lines around it.
enum class Surroundings : uint8_t { none, lines };
void write_physical_location(SarifJson& json, const ArtifactTable& artifacts, const SourceFile& file,
                             const LineRegion& region, Surroundings surroundings);

}  // namespace kray
