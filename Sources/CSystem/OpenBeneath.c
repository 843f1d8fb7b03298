#include "OpenBeneath.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/openat2.h>
#include <sys/syscall.h>
#endif

// One component that is neither "." nor "..": what O_NOFOLLOW alone keeps inside.
static int is_plain(const char *name) {
  return *name != 0 && strchr(name, '/') == NULL && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

int uprev_open_beneath(int folder, const char *name, int flags, uint32_t mode) {
  int result;
#if defined(__linux__) && defined(SYS_openat2)
  // Linux before 5.6, and some sandboxes, have no openat2.
  static atomic_int is_missing;
  if (!atomic_load_explicit(&is_missing, memory_order_relaxed)) {
    struct open_how how;
    memset(&how, 0, sizeof how);
    how.flags = (uint64_t)(unsigned)(flags | O_NOFOLLOW);
    how.mode = flags & O_CREAT ? mode : 0;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    do {
      result = (int)syscall(SYS_openat2, folder, name, &how, sizeof how);
      // EAGAIN: something was renamed meanwhile, so that the kernel cannot be sure.
    } while (result == -1 && (errno == EINTR || errno == EAGAIN));
    if (result != -1) return result;
    if (errno != ENOSYS && errno != EPERM) return -errno;
    if (errno == ENOSYS) atomic_store_explicit(&is_missing, 1, memory_order_relaxed);
    else if (!is_plain(name)) return -errno;
  }
#endif
  if (!is_plain(name)) return -ENOTSUP;
  do {
    result = openat(folder, name, flags | O_NOFOLLOW, (mode_t)mode);
  } while (result == -1 && errno == EINTR);
  return result == -1 ? -errno : result;
}
