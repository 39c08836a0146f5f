// The words that every message is made of.
#include "checks/describe.h"

#include <gtest/gtest.h>

#include "checks/primitive.h"

namespace kray {
namespace {

TEST(Describe, JoinsWords) {
  const std::vector<std::string> words = {"a", "b", "c", "d"};
  const auto first = [&words](size_t count) { return std::span<const std::string>(words).first(count); };
  EXPECT_EQ(join_words(first(0)), "");
  EXPECT_EQ(join_words(first(1)), "a");
  EXPECT_EQ(join_words(first(2)), "a and b");
  EXPECT_EQ(join_words(first(3)), "a, b and c");
  EXPECT_EQ(join_words(first(3), 3), "a, b and c");
  EXPECT_EQ(join_words(first(4), 2), "a, b and 2 more");
}

TEST(Describe, CountsThings) {
  EXPECT_EQ(count_of(1, "object", "objects"), "1 object");
  EXPECT_EQ(count_of(0, "object", "objects"), "0 objects");
}

TEST(Describe, NamesANamespaceThatIsNotSet) {
  EXPECT_EQ(namespace_words(""), "(not set)");
  EXPECT_EQ(namespace_words("team-a"), "team-a");
}

TEST(Primitives, AreFoundByTheNameTheyBear) {
  ASSERT_FALSE(all_primitives().empty());
  for (const Primitive* primitive : all_primitives()) EXPECT_EQ(find_primitive(primitive->name), primitive);
  EXPECT_EQ(find_primitive("no-such-check"), nullptr);
}

}  // namespace
}  // namespace kray
