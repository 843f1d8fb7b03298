#pragma once
// The programs' entries: SwiftPM makes `main` an alias of such a name, so that the fuzzer's own `main` is not taken.
int FuzzArchive_main(int argc, char **argv);
int FuzzJSON_main(int argc, char **argv);
int FuzzPipeline_main(int argc, char **argv);
int FuzzSchema_main(int argc, char **argv);
