# xxHash's Debian package has a pkg-config file but no CMake package.
find_package(PkgConfig REQUIRED)
pkg_check_modules(xxhash_pc REQUIRED IMPORTED_TARGET libxxhash)
add_library(xxhash::xxhash ALIAS PkgConfig::xxhash_pc)
set(xxhash_FOUND TRUE)
