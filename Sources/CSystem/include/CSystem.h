// The system calls of UprevCore/Files, in one shape for Linux and macOS.
//
// Every function answers a value of at least 0, or -errno: Swift may run code of its own between a call and a look at
// errno. EINTR is retried. Nothing here decides anything.

#ifndef UPREV_CSYSTEM_H
#define UPREV_CSYSTEM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "Child.h"
#include "Lease.h"
#include "Program.h"

#ifdef __cplusplus
extern "C" {
#endif

// The descriptor that stands for the working folder.
extern const int uprev_working_folder;

// Flags of uprev_open.
enum {
  UPREV_OPEN_WRITE_ONLY = 1,
  UPREV_OPEN_READ_WRITE = 2,
  UPREV_OPEN_CREATE = 4,
  UPREV_OPEN_EXCLUSIVE = 8,
  UPREV_OPEN_NO_FOLLOW = 16,
  UPREV_OPEN_DIRECTORY = 32,
  UPREV_OPEN_NON_BLOCKING = 64,
  // Only what lies beneath the folder, and without following any symbolic link: openat2(2). Where the system has none, a
  // name of one component is opened without following it, and a longer one is -ENOTSUP.
  UPREV_OPEN_BENEATH = 128,
  // Reading does not move the time of access, where this process may ask for that: its owner, or root.
  UPREV_OPEN_WITHOUT_ACCESS = 256,
};

// How uprev_rename treats what has the new name.
enum {
  UPREV_RENAME_REPLACE = 0,
  UPREV_RENAME_EXCLUSIVE = 1,
  UPREV_RENAME_EXCHANGE = 2,
};

// What a directory entry is.
enum {
  UPREV_KIND_UNKNOWN = 0,
  UPREV_KIND_REGULAR = 1,
  UPREV_KIND_DIRECTORY = 2,
  UPREV_KIND_SYMBOLIC_LINK = 3,
  UPREV_KIND_FIFO = 4,
  UPREV_KIND_SOCKET = 5,
  UPREV_KIND_CHARACTER_DEVICE = 6,
  UPREV_KIND_BLOCK_DEVICE = 7,
};

struct uprev_status {
  uint64_t device;
  uint64_t inode;
  uint64_t link_count;
  uint64_t represented_device;
  int64_t size;
  int64_t access_seconds, access_nanoseconds;
  int64_t modification_seconds, modification_nanoseconds;
  int64_t change_seconds, change_nanoseconds;
  uint32_t mode;  // permission bits only
  uint32_t user;
  uint32_t group;
  uint8_t kind;
};

int uprev_open(int folder, const char *name, uint32_t flags, uint32_t mode);
int uprev_close(int file);
// A negative offset means the file's own.
ssize_t uprev_read(int file, void *buffer, size_t count, int64_t offset);
ssize_t uprev_write(int file, const void *bytes, size_t count);
// copy_file_range(2) at the files' own offsets; -ENOSYS where there is none.
ssize_t uprev_copy_range(int source, int destination, size_t count);
// Goes over up to `count` bytes that a sparse source does not store, at the files' own offsets, and makes the destination as
// long; 0 where the next byte is stored, with how many bytes are until the next hole (INT64_MAX where that is unknown).
int64_t uprev_copy_hole(int source, int destination, int64_t count, int64_t *stored);
int uprev_status(int file, struct uprev_status *result);
int uprev_status_of_name(int folder, const char *name, int following_links, struct uprev_status *result);

// Reading a folder from its beginning. The folder's descriptor stays the caller's.
int uprev_directory_open(int folder, void **directory);
// 1 with a name that lives until the next call, or 0 at the end.
int uprev_directory_next(void *directory, const char **name, size_t *length, uint8_t *kind);
void uprev_directory_close(void *directory);

int uprev_make_directory(int folder, const char *name, uint32_t mode);
int uprev_make_symbolic_link(int folder, const char *name, const char *destination);
ssize_t uprev_read_symbolic_link(int folder, const char *name, char *buffer, size_t size);
int uprev_make_hard_link(int folder, const char *name, int existing_folder, const char *existing);
int uprev_make_node(int folder, const char *name, uint8_t kind, uint32_t mode, uint64_t represented_device);
// renameat(2), or renameat2(2) with RENAME_NOREPLACE or RENAME_EXCHANGE.
int uprev_rename(int folder, const char *name, int new_folder, const char *new_name, int mode);
int uprev_unlink(int folder, const char *name);
int uprev_remove_directory(int folder, const char *name);

int uprev_set_mode(int file, uint32_t mode);
int uprev_set_owner(int file, uint32_t user, uint32_t group);
int uprev_set_owner_of_name(int folder, const char *name, uint32_t user, uint32_t group);
int uprev_set_times(
  int folder, const char *name, int64_t access_seconds, int64_t access_nanoseconds, int64_t modification_seconds,
  int64_t modification_nanoseconds);
int uprev_truncate(int file, int64_t size);

// Extended attributes: names end with a zero each. On macOS the access control list is one more attribute.
ssize_t uprev_list_attributes(int file, char *names, size_t size);
ssize_t uprev_get_attribute(int file, const char *name, void *value, size_t size);
int uprev_set_attribute(int file, const char *name, const void *value, size_t size);
int uprev_remove_attribute(int file, const char *name);

int uprev_synchronize(int file);
int uprev_synchronize_file_system(int file);
// Begins to write a file's dirty pages out, without waiting for them; does nothing where the system has no such call.
int uprev_begin_writeback(int file);

// An exclusive flock(2), without waiting: 1 if it was taken, 0 if somebody else has one, or -errno. It goes with the last
// descriptor of the open file.
int uprev_lock(int file);
int uprev_unlock(int file);
// An exclusive lock of the open file description on a file opened for writing (F_OFD_SETLK), for network file systems:
// answers as uprev_lock does.
int uprev_lock_description(int file);

// The flags of chattr(1) (macOS: chflags(2)); -ENOTSUP where the file system has none.
int64_t uprev_flags(int file);
int uprev_set_flags(int file, uint32_t flags);

// What a file system is to this project.
enum {
  UPREV_FILE_SYSTEM_LOCAL = 0,
  UPREV_FILE_SYSTEM_NETWORK = 1,
  UPREV_FILE_SYSTEM_FUSE = 2,
  UPREV_FILE_SYSTEM_OVERLAY = 3,
};

struct uprev_file_system {
  uint64_t free_bytes;   // for this user
  uint64_t free_inodes;  // UINT64_MAX where they are not counted
  uint64_t block_size;
  uint8_t kind;
  uint8_t is_copy_on_write;  // what is written over goes to new blocks
  uint8_t keeps_change_times;  // every change of a file moves its st_ctime, by this machine's clock
};

int uprev_file_system(int file, struct uprev_file_system *result);
// The kernel's version as major * 1000 + minor; 0 where it is not Linux.
int uprev_kernel_version(void);
// Makes an empty file share the blocks of another (FICLONE, fclonefileat's kin); -ENOTSUP where the file system cannot.
int uprev_clone(int source, int destination);

// The files that this process may hold open (RLIMIT_NOFILE, soft).
int64_t uprev_open_file_limit(void);
// Sets that limit, or, where `count` is above the hard limit or negative, raises it to the hard one.
int uprev_set_open_file_limit(int64_t count);
// Makes room for as many, or for as many as the limit allows, at once: the table of open files grows by doubling, and whoever makes it
// grow in a process of several threads waits for all processors to pass by (synchronize_rcu, ten milliseconds and more each time).
int uprev_make_room_for_open_files(int64_t count);

// The caller frees the path with uprev_free.
int uprev_real_path(const char *name, char **path);
void uprev_free(void *pointer);

// Installs handlers of SIGINT, SIGTERM and SIGHUP that only note the signal, and ignores SIGPIPE and SIGXFSZ, whose errors
// the callers of write(2) see, and SIGURG and SIGIO, which leases bring. A second signal of a kind ends the process as by
// default.
void uprev_watch_stop_signals(void);
/// Signals that are watched end the process again; one that has come already ends it now.
void uprev_forget_stop_signals(void);

// The number of the signal that asked to stop, or 0.
int uprev_stop_signal(void);

#ifdef __cplusplus
}
#endif

#endif
