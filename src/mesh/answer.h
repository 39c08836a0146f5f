// The three-valued answer, under the name that this room knows it by.
#pragma once

#include "cluster/answer.h"
