#include "Child.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif

extern char **environ;

static void close_all_above(int last) {
#if defined(__linux__) && defined(SYS_close_range)
  if (syscall(SYS_close_range, (unsigned)last + 1, ~0U, 0) == 0) return;
#endif
  long limit = sysconf(_SC_OPEN_MAX);
  for (long file = last + 1; file < limit; file++) close((int)file);
}

void uprev_become_child(void) {
  static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
  struct sigaction action;
  memset(&action, 0, sizeof action);
  sigemptyset(&action.sa_mask);
  action.sa_handler = SIG_IGN;
  for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) sigaction(ignored[i], &action, NULL);
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  static char *environment[] = {"TZ=UTC0", NULL};
  environ = environment;
  close_all_above(2);
}

static void *watch(void *unused) {
  struct pollfd input = {.fd = 0, .events = 0};
  while (1) {
    int count = poll(&input, 1, -1);
    if (count > 0 || (count == -1 && errno != EINTR)) _exit(0);
  }
  return unused;
}

int uprev_end_with_standard_input(void) {
  pthread_attr_t attributes;
  int error = pthread_attr_init(&attributes);
  if (error != 0) return -error;
  size_t smallest = 65536;
#if defined(PTHREAD_STACK_MIN)
  if (smallest < (size_t)PTHREAD_STACK_MIN) smallest = (size_t)PTHREAD_STACK_MIN;
#endif
  pthread_attr_setstacksize(&attributes, smallest);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  error = pthread_create(&thread, &attributes, watch, NULL);
  pthread_attr_destroy(&attributes);
  return -error;
}

// Of the whole process, sanitizers' reservations included; 0 where the system does not say.
static uint64_t address_space(void) {
  unsigned long pages = 0;
  FILE *file = fopen("/proc/self/statm", "re");
  if (file == NULL) return 0;
  if (fscanf(file, "%lu", &pages) != 1) pages = 0;
  fclose(file);
  return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static int set_soft_limit(int resource, uint64_t bytes) {
  struct rlimit limit;
  if (getrlimit(resource, &limit) == -1) return -errno;
  limit.rlim_cur = bytes > limit.rlim_max ? limit.rlim_max : (rlim_t)bytes;
  return setrlimit(resource, &limit) == -1 ? -errno : 0;
}

int uprev_limit_growth(uint64_t bytes) {
  return set_soft_limit(RLIMIT_AS, address_space() + bytes);
}

int uprev_limit_stack(uint64_t bytes) {
  return set_soft_limit(RLIMIT_STACK, bytes);
}
