#include "Child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int make_streams(int streams[2]) {
#if defined(SOCK_CLOEXEC)
  return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, streams) == -1 ? -errno : 0;
#else
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, streams) == -1) return -errno;
  int on = 1;
  for (int i = 0; i < 2; i++) {
    fcntl(streams[i], F_SETFD, FD_CLOEXEC);
    setsockopt(streams[i], SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
  }
  return 0;
#endif
}

static int set_attributes(posix_spawnattr_t *attributes) {
  static const int defaults[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGCHLD, SIGXFSZ, SIGURG, SIGIO, SIGUSR1, SIGUSR2};
  sigset_t mask, reset;
  sigemptyset(&mask);
  sigemptyset(&reset);
  for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++) sigaddset(&reset, defaults[i]);
  int error = posix_spawnattr_setpgroup(attributes, 0);
  if (error == 0) error = posix_spawnattr_setsigmask(attributes, &mask);
  if (error == 0) error = posix_spawnattr_setsigdefault(attributes, &reset);
  if (error == 0) {
    error = posix_spawnattr_setflags(
      attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  return error;
}

static int set_streams(posix_spawn_file_actions_t *actions, int stream) {
  int error = posix_spawn_file_actions_adddup2(actions, stream, 0);
  if (error == 0) error = posix_spawn_file_actions_addopen(actions, 1, "/dev/null", O_WRONLY, 0);
  if (error == 0) error = posix_spawn_file_actions_addopen(actions, 2, "/dev/null", O_WRONLY, 0);
  return error;
}

int uprev_start_child(
  const char *program, char *const arguments[], char *const environment[], int64_t *process, int *stream) {
  int streams[2];
  int made = make_streams(streams);
  if (made < 0) return made;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  pid_t child = 0;
  int error = posix_spawnattr_init(&attributes);
  if (error == 0) {
    error = posix_spawn_file_actions_init(&actions);
    if (error == 0) {
      error = set_attributes(&attributes);
      if (error == 0) error = set_streams(&actions, streams[1]);
      if (error == 0) error = posix_spawn(&child, program, &actions, &attributes, arguments, environment);
      posix_spawn_file_actions_destroy(&actions);
    }
    posix_spawnattr_destroy(&attributes);
  }
  close(streams[1]);
  if (error != 0) {
    close(streams[0]);
    return -error;
  }
  *process = child;
  *stream = streams[0];
  return 0;
}

static int classify(int status, int *code) {
  if (WIFEXITED(status)) {
    *code = WEXITSTATUS(status);
    return UPREV_CHILD_EXITED;
  }
  *code = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return UPREV_CHILD_SIGNALLED;
}

int uprev_end_child(int64_t process, int *code) {
  pid_t child = (pid_t)process;
  int status = 0;
  pid_t ended = waitpid(child, &status, WNOHANG);
  if (ended == 0) {
    // It has not been waited for, so the number is still its own.
    kill(child, SIGKILL);
    do {
      ended = waitpid(child, &status, 0);
    } while (ended == -1 && errno == EINTR);
  }
  if (ended == child) return classify(status, code);
  *code = 0;
  return UPREV_CHILD_UNKNOWN;
}

int uprev_wait_for_stream(int stream, int for_writing, int milliseconds) {
  struct pollfd wanted = {.fd = stream, .events = (short)(POLLIN | (for_writing ? POLLOUT : 0))};
  int count = poll(&wanted, 1, milliseconds);
  if (count == -1) return errno == EINTR ? 0 : -errno;
  int result = 0;
  if (wanted.revents & (POLLIN | POLLHUP | POLLERR | POLLNVAL)) result |= UPREV_STREAM_READABLE;
  if (wanted.revents & POLLOUT) result |= UPREV_STREAM_WRITABLE;
  return result;
}

int uprev_is_stream(int file) {
  struct stat status;
  return fstat(file, &status) == 0 && S_ISSOCK(status.st_mode);
}

#if !defined(MSG_NOSIGNAL)
#define MSG_NOSIGNAL 0
#endif

ssize_t uprev_send(int stream, const void *bytes, size_t count) {
  ssize_t sent;
  do {
    sent = send(stream, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (sent == -1 && errno == EINTR);
  return sent == -1 ? -errno : sent;
}

ssize_t uprev_receive(int stream, void *buffer, size_t count) {
  ssize_t received;
  do {
    received = recv(stream, buffer, count, MSG_DONTWAIT);
  } while (received == -1 && errno == EINTR);
  return received == -1 ? -errno : received;
}
