#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/resource.h>
#include <unistd.h>

int64_t uprev_open_file_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == -1) return -errno;
  return limit.rlim_cur > INT_MAX ? INT_MAX : (int64_t)limit.rlim_cur;
}

int uprev_set_open_file_limit(int64_t count) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == -1) return -errno;
  rlim_t most = limit.rlim_max;
#if defined(__APPLE__)
  // More is refused there, whatever the hard limit says.
  if (most > OPEN_MAX) most = OPEN_MAX;
#endif
  limit.rlim_cur = count < 0 || (rlim_t)count > most ? most : (rlim_t)count;
  return setrlimit(RLIMIT_NOFILE, &limit) == -1 ? -errno : 0;
}

int uprev_make_room_for_open_files(int64_t count) {
#ifdef __linux__
  int64_t limit = uprev_open_file_limit();
  if (count > limit) count = limit;
  if (count < 1) return 0;
  int first = open("/", O_PATH | O_CLOEXEC);
  if (first < 0) return -errno;
  int last = fcntl(first, F_DUPFD_CLOEXEC, (int)count - 1);
  int number = errno;
  if (last >= 0) close(last);
  close(first);
  return last < 0 ? -number : 0;
#else
  (void)count;
  return 0;
#endif
}
