// Path templates (specs/istio.md 2.7, AP-13, 0.5-2): "{*}" for one segment, "{**}" for any number.
#pragma once

#include <memory>
#include <string_view>

namespace re2 {
class RE2;
}

namespace kray {

// Whether a value of `paths` is a template.
bool is_path_template(std::string_view value);

class PathTemplate {
 public:
  explicit PathTemplate(std::string_view value);
  // `path` is normalised and has no query.
  bool matches(std::string_view path) const;

 private:
  std::shared_ptr<const re2::RE2> expression_;
};

}  // namespace kray
