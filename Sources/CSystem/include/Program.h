// A program that a pipeline has run, behind three pipes.

#ifndef UPREV_PROGRAM_H
#define UPREV_PROGRAM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

// Starts a program with pipes for its standard input, output and error, in the folder / and in a process group of its own, with
// the default actions of all signals and no other open file. The arrays end with NULL. With a small_input the pipe to it holds one
// page, so that it can be written to only when everything before was read.
// Gives the process and this side's ends, which do not block and are closed on exec; 0 or -errno.
int uprev_start_program(
  const char *program, char *const arguments[], char *const environment[], int small_input, int64_t *process, int streams[3]);

enum {
  UPREV_PROGRAM_OUTPUT = 1,
  UPREV_PROGRAM_INPUT = 2,
  UPREV_PROGRAM_ERROR = 4,
  // It has closed its standard input.
  UPREV_PROGRAM_DEAF = 8,
};

// Waits until there is output or an error to read (or those have ended), or the input can be written to; a stream of -1 is not
// looked at. Those flags, 0 when the time is over, or -errno. EINTR counts as a wait that is over.
int uprev_wait_for_program(int input, int output, int error, int for_writing, int milliseconds);
// Without waiting (-EAGAIN) and without SIGPIPE (-EPIPE).
ssize_t uprev_write_program(int stream, const void *bytes, size_t count);
// Without waiting (-EAGAIN); 0 at the end.
ssize_t uprev_read_program(int stream, void *buffer, size_t count);

// Waits so long for the program to end by itself, then kills it; kills what is left of its group in any case. Gives its exit status
// or signal number as uprev_end_child does.
int uprev_end_program(int64_t process, int milliseconds, int *code);

#ifdef __cplusplus
}
#endif

#endif
