# RE2's Debian package has a pkg-config file but no CMake package.
find_package(PkgConfig REQUIRED)
pkg_check_modules(re2_pc REQUIRED IMPORTED_TARGET re2)
add_library(re2::re2 ALIAS PkgConfig::re2_pc)
set(re2_FOUND TRUE)
