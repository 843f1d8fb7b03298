#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#else
#include <sys/mount.h>
#include <sys/param.h>
#include <string.h>
#endif

int uprev_lock(int file) {
  while (flock(file, LOCK_EX | LOCK_NB) == -1) {
    if (errno == EWOULDBLOCK) return 0;
    if (errno != EINTR) return -errno;
  }
  return 1;
}

int uprev_unlock(int file) { return flock(file, LOCK_UN) == -1 ? -errno : 0; }

int uprev_lock_description(int file) {
#if defined(F_OFD_SETLK)
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  while (fcntl(file, F_OFD_SETLK, &lock) == -1) {
    if (errno == EAGAIN || errno == EACCES) return 0;
    if (errno != EINTR) return -errno;
  }
  return 1;
#else
  return uprev_lock(file);
#endif
}

int64_t uprev_flags(int file) {
#if defined(__linux__)
  int flags = 0;
  if (ioctl(file, FS_IOC_GETFLAGS, &flags) == -1) {
    return errno == ENOTTY || errno == EINVAL || errno == EOPNOTSUPP ? -ENOTSUP : -(int64_t)errno;
  }
  return (int64_t)(uint32_t)flags;
#else
  struct stat status;
  return fstat(file, &status) == -1 ? -(int64_t)errno : (int64_t)status.st_flags;
#endif
}

int uprev_set_flags(int file, uint32_t flags) {
#if defined(__linux__)
  int value = (int)flags;
  return ioctl(file, FS_IOC_SETFLAGS, &value) == -1 ? -errno : 0;
#else
  return fchflags(file, flags) == -1 ? -errno : 0;
#endif
}

int uprev_file_system(int file, struct uprev_file_system *result) {
  struct statvfs space;
  while (fstatvfs(file, &space) == -1) {
    if (errno != EINTR) return -errno;
  }
  result->free_bytes = (uint64_t)space.f_bavail * (uint64_t)space.f_frsize;
  // btrfs and some others count no inodes.
  result->free_inodes = space.f_files == 0 ? UINT64_MAX : (uint64_t)space.f_favail;
  result->kind = UPREV_FILE_SYSTEM_LOCAL;
  result->block_size = (uint64_t)space.f_bsize;
  result->is_copy_on_write = 0;
  result->keeps_change_times = 0;
#if defined(__linux__)
  struct statfs status;
  while (fstatfs(file, &status) == -1) {
    if (errno != EINTR) return -errno;
  }
  switch ((unsigned long)status.f_type) {
    case NFS_SUPER_MAGIC:
    case 0xff534d42UL:  // CIFS
    case 0xfe534d42UL:  // SMB2
    case 0x517bUL:      // SMB
    case 0x01021997UL:  // 9p
    case 0x00c36400UL:  // Ceph
    case 0x5346414fUL:  // AFS
      result->kind = UPREV_FILE_SYSTEM_NETWORK;
      break;
    case 0x65735546UL: result->kind = UPREV_FILE_SYSTEM_FUSE; break;
    case 0x794c7630UL: result->kind = UPREV_FILE_SYSTEM_OVERLAY; break;
    case 0x9123683eUL:  // btrfs
    case 0xca451a4eUL:  // bcachefs
    case 0x2fc12fc1UL:  // ZFS
    case 0xf2f52010UL:  // F2FS
    case 0x3434UL:      // NILFS
      result->is_copy_on_write = 1;
      break;
    default: break;
  }
  switch ((unsigned long)status.f_type) {
    case 0xef53UL:      // ext2, ext3, ext4
    case 0x58465342UL:  // XFS
    case 0x01021994UL:  // tmpfs
    case 0x9123683eUL:  // btrfs
    case 0xca451a4eUL:  // bcachefs
    case 0x2fc12fc1UL:  // ZFS
    case 0xf2f52010UL:  // F2FS
      result->keeps_change_times = 1;
      break;
    default: break;
  }
#else
  struct statfs status;
  if (fstatfs(file, &status) == -1) return -errno;
  if (!(status.f_flags & MNT_LOCAL)) result->kind = UPREV_FILE_SYSTEM_NETWORK;
  result->keeps_change_times = strcmp(status.f_fstypename, "apfs") == 0;
#endif
  return 0;
}

int uprev_kernel_version(void) {
#if defined(__linux__)
  struct utsname name;
  int major = 0, minor = 0;
  if (uname(&name) != 0 || sscanf(name.release, "%d.%d", &major, &minor) != 2) return 0;
  return major * 1000 + minor;
#else
  return 0;
#endif
}

int uprev_clone(int source, int destination) {
#if defined(FICLONE)
  if (ioctl(destination, FICLONE, source) == 0) return 0;
  return errno == ENOTTY || errno == EINVAL || errno == EOPNOTSUPP || errno == EXDEV ? -ENOTSUP : -errno;
#else
  (void)source;
  (void)destination;
  return -ENOTSUP;
#endif
}
