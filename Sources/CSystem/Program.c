#include "Program.h"

#include "Child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Above the standard streams, whichever of those this process has open: they are given new meanings one by one.
static int above_standard(int *file) {
  int moved = fcntl(*file, F_DUPFD_CLOEXEC, 3);
  int error = errno;
  close(*file);
  *file = moved;
  return moved == -1 ? -error : 0;
}

static int make_pipe(int ends[2]) {
#if defined(__linux__)
  if (pipe2(ends, O_CLOEXEC) == -1) return -errno;
#else
  if (pipe(ends) == -1) return -errno;
#endif
  int first = above_standard(&ends[0]);
  int second = above_standard(&ends[1]);
  return first < 0 ? first : second;
}

static void close_all(int pipes[3][2]) {
  for (int i = 0; i < 3; i++) {
    for (int j = 0; j < 2; j++) {
      if (pipes[i][j] >= 0) close(pipes[i][j]);
    }
  }
}

static int set_attributes(posix_spawnattr_t *attributes) {
  sigset_t mask, reset;
  sigemptyset(&mask);
  sigfillset(&reset);
  sigdelset(&reset, SIGKILL);
  sigdelset(&reset, SIGSTOP);
  short flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
#if defined(POSIX_SPAWN_CLOEXEC_DEFAULT)
  flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
  int error = posix_spawnattr_setpgroup(attributes, 0);
  if (error == 0) error = posix_spawnattr_setsigmask(attributes, &mask);
  if (error == 0) error = posix_spawnattr_setsigdefault(attributes, &reset);
  if (error == 0) error = posix_spawnattr_setflags(attributes, flags);
  return error;
}

static int set_files(posix_spawn_file_actions_t *actions, int pipes[3][2]) {
  int error = posix_spawn_file_actions_adddup2(actions, pipes[0][0], 0);
  if (error == 0) error = posix_spawn_file_actions_adddup2(actions, pipes[1][1], 1);
  if (error == 0) error = posix_spawn_file_actions_adddup2(actions, pipes[2][1], 2);
#if defined(__linux__)
  // Also what somebody left open in this process without a mark that it is closed on exec.
  if (error == 0) error = posix_spawn_file_actions_addclosefrom_np(actions, 3);
#endif
  if (error == 0) error = posix_spawn_file_actions_addchdir_np(actions, "/");
  return error;
}

int uprev_start_program(
  const char *program, char *const arguments[], char *const environment[], int small_input, int64_t *process, int streams[3]) {
  int pipes[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
  for (int i = 0; i < 3; i++) {
    int made = make_pipe(pipes[i]);
    if (made < 0) {
      close_all(pipes);
      return made;
    }
  }
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  pid_t child = 0;
  int error = posix_spawnattr_init(&attributes);
  if (error == 0) {
    error = posix_spawn_file_actions_init(&actions);
    if (error == 0) {
      error = set_attributes(&attributes);
      if (error == 0) error = set_files(&actions, pipes);
      if (error == 0) error = posix_spawn(&child, program, &actions, &attributes, arguments, environment);
      posix_spawn_file_actions_destroy(&actions);
    }
    posix_spawnattr_destroy(&attributes);
  }
  if (error != 0) {
    close_all(pipes);
    return -error;
  }
  close(pipes[0][0]);
  close(pipes[1][1]);
  close(pipes[2][1]);
  streams[0] = pipes[0][1];
  streams[1] = pipes[1][0];
  streams[2] = pipes[2][0];
#if defined(F_SETPIPE_SZ)
  if (small_input) fcntl(streams[0], F_SETPIPE_SZ, 4096);
#else
  (void)small_input;
#endif
  for (int i = 0; i < 3; i++) fcntl(streams[i], F_SETFL, fcntl(streams[i], F_GETFL) | O_NONBLOCK);
  *process = child;
  return 0;
}

int uprev_wait_for_program(int input, int output, int error, int for_writing, int milliseconds) {
  // A negative descriptor is passed over.
  struct pollfd wanted[3] = {
    {.fd = output, .events = POLLIN},
    {.fd = error, .events = POLLIN},
    {.fd = for_writing ? input : -1, .events = POLLOUT},
  };
  int count = poll(wanted, 3, milliseconds);
  if (count == -1) return errno == EINTR ? 0 : -errno;
  int result = 0;
  if (wanted[0].revents) result |= UPREV_PROGRAM_OUTPUT;
  if (wanted[1].revents) result |= UPREV_PROGRAM_ERROR;
  if (wanted[2].revents & (POLLERR | POLLNVAL)) {
    result |= UPREV_PROGRAM_DEAF;
  } else if (wanted[2].revents & POLLOUT) {
    result |= UPREV_PROGRAM_INPUT;
  }
  return result;
}

ssize_t uprev_write_program(int stream, const void *bytes, size_t count) {
  sigset_t pipe_signal, pending, before;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  sigemptyset(&pending);
  sigpending(&pending);
  int was_pending = sigismember(&pending, SIGPIPE) == 1;
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  ssize_t written;
  do {
    written = write(stream, bytes, count);
  } while (written == -1 && errno == EINTR);
  int error = errno;
  if (written == -1 && error == EPIPE && !was_pending) {
    // The signal is this thread's own, and must not be there when it is unblocked.
#if defined(__linux__)
    struct timespec none = {0, 0};
    while (sigtimedwait(&pipe_signal, NULL, &none) == -1 && errno == EINTR) {}
#else
    int taken;
    sigpending(&pending);
    if (sigismember(&pending, SIGPIPE) == 1) sigwait(&pipe_signal, &taken);
#endif
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return written == -1 ? -error : written;
}

ssize_t uprev_read_program(int stream, void *buffer, size_t count) {
  ssize_t received;
  do {
    received = read(stream, buffer, count);
  } while (received == -1 && errno == EINTR);
  return received == -1 ? -errno : received;
}

int uprev_end_program(int64_t process, int milliseconds, int *code) {
  pid_t child = (pid_t)process;
  *code = 0;
  for (int waited = 0;; waited++) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    // Left to be waited for: until then the number of the process, and of its group, is its own.
    if (waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) == -1 && errno != EINTR) return UPREV_CHILD_UNKNOWN;
    if (info.si_pid == child || waited >= milliseconds) break;
    struct timespec moment = {0, 1000000};
    nanosleep(&moment, NULL);
  }
  kill(-child, SIGKILL);
  kill(child, SIGKILL);
  int status = 0;
  pid_t ended;
  do {
    ended = waitpid(child, &status, 0);
  } while (ended == -1 && errno == EINTR);
  if (ended != child) return UPREV_CHILD_UNKNOWN;
  if (WIFEXITED(status)) {
    *code = WEXITSTATUS(status);
    return UPREV_CHILD_EXITED;
  }
  *code = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return UPREV_CHILD_SIGNALLED;
}
