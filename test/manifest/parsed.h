// Short ways to parse a text and to say what came out of it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/document.h"

namespace kray::testing {

std::shared_ptr<const SourceFile> source_of(std::string text, std::string path = "manifest.yaml");

// A whole file, as the program reads it.
ManifestFile parse(std::string text, std::string path = "manifest.yaml", const Limits& limits = {});

// The root of a file's document; a test failure if there is no such document.
NodeRef root_of(const ManifestFile& file, size_t document = 0);

// A value in one line: {a: "text", b: [1, true, null]}; aliases written out.
std::string dump(NodeRef node);
// All documents, one a line; "helm" and the like for those that have no tree.
std::string dump(const ManifestFile& file);

// The bytes of a place as the file spells them.
std::string spelled(const Place& place);
// "2:3-2:8": lines and columns (code points), the end exclusive.
std::string range(const Place& place);
// range() and spelled() together: `2:3-2:8 "value"`.
std::string located(const Place& place);

// "2:3 message" of every error.
std::vector<std::string> errors_of(const ManifestFile& file);
// Kinds of the documents, in words.
std::vector<std::string> kinds_of(const ManifestFile& file);

// What holds for every tree, whatever the input: places lie in the file and in their parent's, paths lead
// back to their node. One line for each thing that does not hold.
std::vector<std::string> broken_invariants(const ManifestFile& file);

}  // namespace kray::testing
