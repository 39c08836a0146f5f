#include "report/sarif_uri.h"

#include <gtest/gtest.h>

namespace kray {
namespace {

struct UriCase {
  std::string_view path;
  std::string_view uri;
};

class SarifUriTest : public ::testing::TestWithParam<UriCase> {};

TEST_P(SarifUriTest, Uri) { EXPECT_EQ(sarif_uri(GetParam().path), GetParam().uri) << GetParam().path; }

INSTANTIATE_TEST_SUITE_P(Paths, SarifUriTest,
                         ::testing::Values(UriCase{"a/b.yaml", "a/b.yaml"},                 //
                                           UriCase{"./a/b.yaml", "a/b.yaml"},               //
                                           UriCase{"././a//b.yaml", "a/b.yaml"},            //
                                           UriCase{"/srv/repo/a.yaml", "srv/repo/a.yaml"},  //
                                           UriCase{"../other/a.yaml", "other/a.yaml"},      //
                                           UriCase{"a/../b/./c.yaml", "b/c.yaml"},          //
                                           UriCase{"..a/b..yaml", "..a/b..yaml"},           //
                                           UriCase{"<stdin>", "stdin"}));

INSTANTIATE_TEST_SUITE_P(Characters, SarifUriTest,
                         ::testing::Values(UriCase{"a b.yaml", "a%20b.yaml"},            //
                                           UriCase{"100%.yaml", "100%25.yaml"},          //
                                           UriCase{"a#b.yaml", "a%23b.yaml"},            //
                                           UriCase{"a?b.yaml", "a%3Fb.yaml"},            //
                                           UriCase{"a b[1].yaml", "a%20b%5B1%5D.yaml"},  //
                                           UriCase{"a:b.yaml", "a%3Ab.yaml"},            //
                                           UriCase{"a\\b.yaml", "a%5Cb.yaml"},           //
                                           UriCase{"é/日本.yaml", "%C3%A9/%E6%97%A5%E6%9C%AC.yaml"},
                                           UriCase{"\x01\x7F", "%01%7F"},  //
                                           UriCase{"Az09-._~!$&'()*+,;=@", "Az09-._~!$&'()*+,;=@"}));

}  // namespace
}  // namespace kray
