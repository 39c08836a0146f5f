// kray-audit: the entry point; everything else is in cli/.
#include "cli/run.h"

int main(int argc, char** argv) { return kray::run_program({argv + 1, argv + argc}); }
