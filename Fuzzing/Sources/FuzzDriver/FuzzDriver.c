#include "FuzzDriver.h"
#include <stddef.h>
#include <stdint.h>

// https://llvm.org/docs/LibFuzzer.html, "Using libFuzzer as a library"
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*target)(const uint8_t *data, size_t size));
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TARGET(NAME) \
  int NAME##_main(int argc, char **argv) { return LLVMFuzzerRunDriver(&argc, &argv, LLVMFuzzerTestOneInput); }

TARGET(FuzzArchive)
TARGET(FuzzJSON)
TARGET(FuzzPipeline)
TARGET(FuzzSchema)
