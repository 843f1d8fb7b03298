#include "Lease.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

int uprev_take_read_lease(int file) {
#ifdef F_SETLEASE
  // A writer that comes while the lease is held breaks it by a signal, by default one that ends the process: take one that
  // is ignored by default.
  if (fcntl(file, F_SETSIG, SIGURG) != 0) return -errno;
  if (fcntl(file, F_SETLEASE, F_RDLCK) != 0) return errno == EAGAIN ? 1 : -errno;
  return 0;
#else
  (void)file;
  return -ENOTSUP;
#endif
}

int uprev_holds_read_lease(int file) {
#ifdef F_GETLEASE
  int lease = fcntl(file, F_GETLEASE);
  return lease < 0 ? -errno : lease == F_RDLCK;
#else
  (void)file;
  return -ENOTSUP;
#endif
}

int uprev_release_lease(int file) {
#ifdef F_SETLEASE
  return fcntl(file, F_SETLEASE, F_UNLCK) != 0 ? -errno : 0;
#else
  (void)file;
  return -ENOTSUP;
#endif
}
