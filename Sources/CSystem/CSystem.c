#include "CSystem.h"

#include "OpenBeneath.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/sysmacros.h>
#define ACCESS_TIME(s) ((s)->st_atim)
#define MODIFICATION_TIME(s) ((s)->st_mtim)
#define CHANGE_TIME(s) ((s)->st_ctim)
#else
#define ACCESS_TIME(s) ((s)->st_atimespec)
#define MODIFICATION_TIME(s) ((s)->st_mtimespec)
#define CHANGE_TIME(s) ((s)->st_ctimespec)
#endif

// The value of a call, or -errno; again after EINTR.
#define RETURN_CALL(type, call)                \
  do {                                         \
    type result;                               \
    do {                                       \
      result = (call);                         \
    } while (result == -1 && errno == EINTR);  \
    return result == -1 ? -(type)errno : result; \
  } while (0)

const int uprev_working_folder = AT_FDCWD;

static int open_with(int folder, const char *name, uint32_t flags, int system_flags, uint32_t mode) {
  if (flags & UPREV_OPEN_BENEATH) return uprev_open_beneath(folder, name, system_flags, mode);
  RETURN_CALL(int, openat(folder, name, system_flags, (mode_t)mode));
}

int uprev_open(int folder, const char *name, uint32_t flags, uint32_t mode) {
  int system_flags = O_CLOEXEC | O_NOCTTY;
  if (flags & UPREV_OPEN_READ_WRITE) {
    system_flags |= O_RDWR;
  } else if (flags & UPREV_OPEN_WRITE_ONLY) {
    system_flags |= O_WRONLY;
  } else {
    system_flags |= O_RDONLY;
  }
  if (flags & UPREV_OPEN_CREATE) system_flags |= O_CREAT;
  if (flags & UPREV_OPEN_EXCLUSIVE) system_flags |= O_EXCL;
  if (flags & UPREV_OPEN_NO_FOLLOW) system_flags |= O_NOFOLLOW;
  if (flags & UPREV_OPEN_DIRECTORY) system_flags |= O_DIRECTORY;
  if (flags & UPREV_OPEN_NON_BLOCKING) system_flags |= O_NONBLOCK;
#ifdef O_NOATIME
  if (flags & UPREV_OPEN_WITHOUT_ACCESS) {
    int result = open_with(folder, name, flags, system_flags | O_NOATIME, mode);
    // Another user's file; whatever else it may be fails again.
    if (result != -EPERM) return result;
  }
#endif
  return open_with(folder, name, flags, system_flags, mode);
}

// Not retried: after EINTR the descriptor is closed on Linux, and may be another's already.
int uprev_close(int file) { return close(file) == -1 ? -errno : 0; }

ssize_t uprev_read(int file, void *buffer, size_t count, int64_t offset) {
  if (offset < 0) RETURN_CALL(ssize_t, read(file, buffer, count));
  RETURN_CALL(ssize_t, pread(file, buffer, count, (off_t)offset));
}

ssize_t uprev_write(int file, const void *bytes, size_t count) { RETURN_CALL(ssize_t, write(file, bytes, count)); }

ssize_t uprev_copy_range(int source, int destination, size_t count) {
#if defined(__linux__)
  RETURN_CALL(ssize_t, copy_file_range(source, NULL, destination, NULL, count, 0));
#else
  return -ENOSYS;
#endif
}

int64_t uprev_copy_hole(int source, int destination, int64_t count, int64_t *stored) {
  *stored = INT64_MAX;
  off_t here = lseek(source, 0, SEEK_CUR);
  // No hole can be told of: a pipe, or a file system without them.
  if (here == -1) return 0;
  off_t data = lseek(source, here, SEEK_DATA);
  if (data == -1) {
    if (errno != ENXIO) return 0;
    // Nothing is stored from here to the end.
    data = lseek(source, 0, SEEK_END);
    if (data == -1) return -errno;
  }
  off_t gap = data > here ? data - here : 0;
  if (gap > count) gap = (off_t)count;
  if (gap == 0) {
    off_t hole = lseek(source, here, SEEK_HOLE);
    if (hole > here) *stored = (int64_t)(hole - here);
  }
  if (lseek(source, here + gap, SEEK_SET) == -1) return -errno;
  if (gap == 0) return 0;
  off_t end = lseek(destination, gap, SEEK_CUR);
  if (end == -1 || ftruncate(destination, end) == -1) return -errno;
  return gap;
}

static uint8_t kind_of_mode(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG: return UPREV_KIND_REGULAR;
    case S_IFDIR: return UPREV_KIND_DIRECTORY;
    case S_IFLNK: return UPREV_KIND_SYMBOLIC_LINK;
    case S_IFIFO: return UPREV_KIND_FIFO;
    case S_IFSOCK: return UPREV_KIND_SOCKET;
    case S_IFCHR: return UPREV_KIND_CHARACTER_DEVICE;
    case S_IFBLK: return UPREV_KIND_BLOCK_DEVICE;
    default: return UPREV_KIND_UNKNOWN;
  }
}

static void fill_status(const struct stat *status, struct uprev_status *result) {
  result->device = (uint64_t)status->st_dev;
  result->inode = (uint64_t)status->st_ino;
  result->link_count = (uint64_t)status->st_nlink;
  result->represented_device = (uint64_t)status->st_rdev;
  result->size = (int64_t)status->st_size;
  result->access_seconds = (int64_t)ACCESS_TIME(status).tv_sec;
  result->access_nanoseconds = (int64_t)ACCESS_TIME(status).tv_nsec;
  result->modification_seconds = (int64_t)MODIFICATION_TIME(status).tv_sec;
  result->modification_nanoseconds = (int64_t)MODIFICATION_TIME(status).tv_nsec;
  result->change_seconds = (int64_t)CHANGE_TIME(status).tv_sec;
  result->change_nanoseconds = (int64_t)CHANGE_TIME(status).tv_nsec;
  result->mode = (uint32_t)(status->st_mode & 07777);
  result->user = (uint32_t)status->st_uid;
  result->group = (uint32_t)status->st_gid;
  result->kind = kind_of_mode(status->st_mode);
}

int uprev_status(int file, struct uprev_status *result) {
  struct stat status;
  int code;
  do {
    code = fstat(file, &status);
  } while (code == -1 && errno == EINTR);
  if (code == -1) return -errno;
  fill_status(&status, result);
  return 0;
}

int uprev_status_of_name(int folder, const char *name, int following_links, struct uprev_status *result) {
  struct stat status;
  int code;
  do {
    code = fstatat(folder, name, &status, following_links ? 0 : AT_SYMLINK_NOFOLLOW);
  } while (code == -1 && errno == EINTR);
  if (code == -1) return -errno;
  fill_status(&status, result);
  return 0;
}

int uprev_directory_open(int folder, void **directory) {
  int copy = fcntl(folder, F_DUPFD_CLOEXEC, 0);
  if (copy == -1) return -errno;
  DIR *stream = fdopendir(copy);
  if (stream == NULL) {
    int number = errno;
    close(copy);
    return -number;
  }
  // The copy shares its offset with the caller's descriptor.
  rewinddir(stream);
  *directory = stream;
  return 0;
}

int uprev_directory_next(void *directory, const char **name, size_t *length, uint8_t *kind) {
  struct dirent *entry;
  do {
    errno = 0;
    entry = readdir((DIR *)directory);
  } while (entry == NULL && errno == EINTR);
  if (entry == NULL) return errno == 0 ? 0 : -errno;
  *name = entry->d_name;
  *length = strlen(entry->d_name);
  switch (entry->d_type) {
    case DT_REG: *kind = UPREV_KIND_REGULAR; break;
    case DT_DIR: *kind = UPREV_KIND_DIRECTORY; break;
    case DT_LNK: *kind = UPREV_KIND_SYMBOLIC_LINK; break;
    case DT_FIFO: *kind = UPREV_KIND_FIFO; break;
    case DT_SOCK: *kind = UPREV_KIND_SOCKET; break;
    case DT_CHR: *kind = UPREV_KIND_CHARACTER_DEVICE; break;
    case DT_BLK: *kind = UPREV_KIND_BLOCK_DEVICE; break;
    default: *kind = UPREV_KIND_UNKNOWN; break;
  }
  return 1;
}

void uprev_directory_close(void *directory) { closedir((DIR *)directory); }

int uprev_make_directory(int folder, const char *name, uint32_t mode) {
  RETURN_CALL(int, mkdirat(folder, name, (mode_t)mode));
}

int uprev_make_symbolic_link(int folder, const char *name, const char *destination) {
  RETURN_CALL(int, symlinkat(destination, folder, name));
}

ssize_t uprev_read_symbolic_link(int folder, const char *name, char *buffer, size_t size) {
  RETURN_CALL(ssize_t, readlinkat(folder, name, buffer, size));
}

int uprev_make_hard_link(int folder, const char *name, int existing_folder, const char *existing) {
  RETURN_CALL(int, linkat(existing_folder, existing, folder, name, 0));
}

int uprev_make_node(int folder, const char *name, uint8_t kind, uint32_t mode, uint64_t represented_device) {
  mode_t full = (mode_t)(mode & 07777);
  switch (kind) {
    case UPREV_KIND_FIFO: RETURN_CALL(int, mkfifoat(folder, name, full));
    case UPREV_KIND_SOCKET: full |= S_IFSOCK; break;
    case UPREV_KIND_CHARACTER_DEVICE: full |= S_IFCHR; break;
    case UPREV_KIND_BLOCK_DEVICE: full |= S_IFBLK; break;
    default: return -EINVAL;
  }
  RETURN_CALL(int, mknodat(folder, name, full, (dev_t)represented_device));
}

int uprev_rename(int folder, const char *name, int new_folder, const char *new_name, int mode) {
#if defined(__linux__)
  if (mode == UPREV_RENAME_EXCLUSIVE) RETURN_CALL(int, renameat2(folder, name, new_folder, new_name, RENAME_NOREPLACE));
  if (mode == UPREV_RENAME_EXCHANGE) RETURN_CALL(int, renameat2(folder, name, new_folder, new_name, RENAME_EXCHANGE));
#else
  if (mode == UPREV_RENAME_EXCLUSIVE) RETURN_CALL(int, renameatx_np(folder, name, new_folder, new_name, RENAME_EXCL));
  if (mode == UPREV_RENAME_EXCHANGE) RETURN_CALL(int, renameatx_np(folder, name, new_folder, new_name, RENAME_SWAP));
#endif
  RETURN_CALL(int, renameat(folder, name, new_folder, new_name));
}

int uprev_unlink(int folder, const char *name) { RETURN_CALL(int, unlinkat(folder, name, 0)); }

int uprev_remove_directory(int folder, const char *name) { RETURN_CALL(int, unlinkat(folder, name, AT_REMOVEDIR)); }

int uprev_set_mode(int file, uint32_t mode) { RETURN_CALL(int, fchmod(file, (mode_t)mode)); }

int uprev_set_owner(int file, uint32_t user, uint32_t group) {
  RETURN_CALL(int, fchown(file, (uid_t)user, (gid_t)group));
}

int uprev_set_owner_of_name(int folder, const char *name, uint32_t user, uint32_t group) {
  RETURN_CALL(int, fchownat(folder, name, (uid_t)user, (gid_t)group, AT_SYMLINK_NOFOLLOW));
}

int uprev_set_times(
  int folder, const char *name, int64_t access_seconds, int64_t access_nanoseconds, int64_t modification_seconds,
  int64_t modification_nanoseconds) {
  struct timespec times[2];
  times[0].tv_sec = (time_t)access_seconds;
  times[0].tv_nsec = (long)access_nanoseconds;
  times[1].tv_sec = (time_t)modification_seconds;
  times[1].tv_nsec = (long)modification_nanoseconds;
  RETURN_CALL(int, utimensat(folder, name, times, AT_SYMLINK_NOFOLLOW));
}

int uprev_truncate(int file, int64_t size) { RETURN_CALL(int, ftruncate(file, (off_t)size)); }

int uprev_synchronize(int file) {
#if defined(__linux__)
  RETURN_CALL(int, fsync(file));
#else
  int result;
  do {
    result = fcntl(file, F_FULLFSYNC);
  } while (result == -1 && errno == EINTR);
  if (result != -1) return 0;
  // Not every file system knows F_FULLFSYNC.
  if (errno != ENOTSUP && errno != EINVAL) return -errno;
  RETURN_CALL(int, fsync(file));
#endif
}

int uprev_begin_writeback(int file) {
#ifdef __linux__
  RETURN_CALL(int, sync_file_range(file, 0, 0, SYNC_FILE_RANGE_WRITE));
#else
  (void)file;
  return 0;
#endif
}

int uprev_synchronize_file_system(int file) {
#if defined(__linux__)
  RETURN_CALL(int, syncfs(file));
#else
  RETURN_CALL(int, fsync_volume_np(file, SYNC_VOLUME_FULLSYNC | SYNC_VOLUME_WAIT));
#endif
}

int uprev_real_path(const char *name, char **path) {
  char *result = realpath(name, NULL);
  if (result == NULL) return -errno;
  *path = result;
  return 0;
}

void uprev_free(void *pointer) { free(pointer); }
