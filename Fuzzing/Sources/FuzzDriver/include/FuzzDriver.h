#pragma once
// The program's entry: SwiftPM makes `main` an alias of this name, so that the fuzzer's own `main` is not taken.
int FuzzArchive_main(int argc, char **argv);
