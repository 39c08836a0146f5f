// Pins which schedules of a RayCronJob the operator can parse.
#include "derive/ray_cron_schedule.h"

#include <gtest/gtest.h>

namespace kray {
namespace {

TEST(RayCronSchedule, Valid) {
  for (const char* schedule :
       {"* * * * *", "*/5 0-6,12 1 jan-mar MON", "0 0 ? * 0", "5/10 * * * *", "  0   0 * * * ", "@daily",
        "@every 1h30m", "TZ=Europe/Berlin 0 0 * * *", "CRON_TZ=UTC @hourly"}) {
    EXPECT_FALSE(invalid_cron_schedule(schedule)) << schedule;
  }
}

TEST(RayCronSchedule, Invalid) {
  for (const char* schedule :
       {"", "every day", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *",
        "* * * * 7", "5-1 * * * *", "*/0 * * * *", "a * * * *", "1-2-3 * * * *", "*-2 * * * *", "@never",
        "@every soon", "TZ=UTC"}) {
    EXPECT_TRUE(invalid_cron_schedule(schedule)) << schedule;
  }
}

TEST(RayCronSchedule, Durations) {
  for (const char* text : {"0", "1h", "1h30m", "1.5s", "-2ms", "100us"})
    EXPECT_TRUE(is_duration(text)) << text;
  for (const char* text : {"", "1", "h", "1d", "1h 2m", "."}) EXPECT_FALSE(is_duration(text)) << text;
}

}  // namespace
}  // namespace kray
