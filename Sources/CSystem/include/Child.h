// A child process at the other end of a stream of bytes, and what such a child does for itself.

#ifndef UPREV_CHILD_H
#define UPREV_CHILD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

// Starts a program whose standard input is a socket for both directions, and whose other output goes nowhere. It is in a
// process group of its own, so that no terminal stops or interrupts it, with the default actions of all signals; it inherits
// no other descriptor that is open on exec. The arrays end with NULL.
// Gives the process and this side's end of the socket, which is closed on exec; 0 or -errno.
int uprev_start_child(
  const char *program, char *const arguments[], char *const environment[], int64_t *process, int *stream);

enum {
  UPREV_CHILD_RUNNING = 0,
  UPREV_CHILD_EXITED = 1,
  UPREV_CHILD_SIGNALLED = 2,
  // It is gone, and the system kept no record of how: somebody had it ignore the ends of children.
  UPREV_CHILD_UNKNOWN = 3,
};

// Kills a child that still runs, waits for its end, and gives its exit status or signal number.
int uprev_end_child(int64_t process, int *code);

enum {
  UPREV_STREAM_READABLE = 1,
  UPREV_STREAM_WRITABLE = 2,
};

// Waits until a stream can be read from (or has ended) or, if asked for, written to: those flags, 0 when the time is over,
// or -errno. EINTR counts as a wait that is over.
int uprev_wait_for_stream(int stream, int for_writing, int milliseconds);
// Whether a descriptor is a socket.
int uprev_is_stream(int file);
// Without waiting (-EAGAIN) and without SIGPIPE (-EPIPE).
ssize_t uprev_send(int stream, const void *bytes, size_t count);
// Without waiting (-EAGAIN); 0 at the end.
ssize_t uprev_receive(int stream, void *buffer, size_t count);

// What the child calls for itself, once, at its beginning.

// Ignores the signals by which a terminal or a service manager ends a whole family of processes: the parent ends its
// children itself. Dumps no core. Forgets the environment, and takes UTC for the local time. Closes every descriptor above 2.
void uprev_become_child(void);
// From now on the process ends at once when the other side of its standard input is closed, whatever it is doing; 0 or
// -errno.
int uprev_end_with_standard_input(void);
// Limits the address space to what it is now and so many bytes more; 0 or -errno.
int uprev_limit_growth(uint64_t bytes);
// Lets the stack of the first thread grow to so many bytes, or as far as the hard limit allows; 0 or -errno.
int uprev_limit_stack(uint64_t bytes);

#ifdef __cplusplus
}
#endif

#endif
