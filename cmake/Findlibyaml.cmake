# libyaml ships a pkg-config file on Debian but no CMake package.
find_package(PkgConfig REQUIRED)
pkg_check_modules(libyaml_pc REQUIRED IMPORTED_TARGET yaml-0.1)
add_library(libyaml::libyaml ALIAS PkgConfig::libyaml_pc)
set(libyaml_FOUND TRUE)
