#include "CSystem.h"

#include <errno.h>
#include <limits.h>
#include <sys/resource.h>

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
