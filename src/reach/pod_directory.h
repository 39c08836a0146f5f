// Which pods a name means: "NS/NAME" of a Pod, "NS/Kind/NAME[/GROUP]" of a pod class (design section 7).
#pragma once

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster/ip_address.h"
#include "derive/pod_class.h"

namespace kray {

class PodDirectory {
 public:
  // The classes must outlive it.
  explicit PodDirectory(std::span<const PodClass> pods);

  struct Found {
    std::optional<size_t> index;  // in the classes; nothing if none or several have the name
    std::string problem;          // then: a clause that says so, and what may have been meant
  };
  Found find(std::string_view name) const;
  // Of a Pod whose status says so. Neither index nor problem: no pod of the input has it.
  Found find_by_ip(const IpAddress& ip) const;

 private:
  void add_ip(std::string_view text, size_t pod);

  std::span<const PodClass> pods_;
  std::map<std::string, std::vector<size_t>, std::less<>> by_name_;
  std::map<std::pair<bool, std::array<uint8_t, 16>>, std::vector<size_t>> by_ip_;
};

}  // namespace kray
