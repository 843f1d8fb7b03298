#include "CSystem.h"

#include <errno.h>
#include <string.h>
#include <sys/xattr.h>

#if defined(__linux__)

ssize_t uprev_list_attributes(int file, char *names, size_t size) {
  ssize_t result = flistxattr(file, names, size);
  return result == -1 ? -(ssize_t)errno : result;
}

ssize_t uprev_get_attribute(int file, const char *name, void *value, size_t size) {
  ssize_t result = fgetxattr(file, name, value, size);
  return result == -1 ? -(ssize_t)errno : result;
}

int uprev_set_attribute(int file, const char *name, const void *value, size_t size) {
  return fsetxattr(file, name, value, size, 0) == -1 ? -errno : 0;
}

int uprev_remove_attribute(int file, const char *name) { return fremovexattr(file, name) == -1 ? -errno : 0; }

#else

#include <sys/acl.h>

// The access control list, which macOS keeps apart, under a name of our own: reading and setting attributes carries it.
static const char acl_name[] = "uprev.access-control-list";

ssize_t uprev_list_attributes(int file, char *names, size_t size) {
  ssize_t count = flistxattr(file, names, size, 0);
  if (count == -1) return -(ssize_t)errno;
  acl_t list = acl_get_fd_np(file, ACL_TYPE_EXTENDED);
  if (list == NULL) return count;
  acl_free(list);
  if (size != 0) {
    if (size < (size_t)count + sizeof acl_name) return -ERANGE;
    memcpy(names + count, acl_name, sizeof acl_name);
  }
  return count + (ssize_t)sizeof acl_name;
}

ssize_t uprev_get_attribute(int file, const char *name, void *value, size_t size) {
  if (strcmp(name, acl_name) != 0) {
    ssize_t result = fgetxattr(file, name, value, size, 0, 0);
    return result == -1 ? -(ssize_t)errno : result;
  }
  acl_t list = acl_get_fd_np(file, ACL_TYPE_EXTENDED);
  if (list == NULL) return -errno;
  ssize_t result = acl_size(list);
  if (size != 0 && result >= 0) {
    result = (size_t)result > size ? -ERANGE : acl_copy_ext_native(value, list, (ssize_t)size);
  }
  if (result == -1) result = -(ssize_t)errno;
  acl_free(list);
  return result;
}

int uprev_set_attribute(int file, const char *name, const void *value, size_t size) {
  if (strcmp(name, acl_name) != 0) return fsetxattr(file, name, value, size, 0, 0) == -1 ? -errno : 0;
  acl_t list = acl_copy_int_native(value);
  if (list == NULL) return -errno;
  int result = acl_set_fd_np(file, list, ACL_TYPE_EXTENDED) == -1 ? -errno : 0;
  acl_free(list);
  return result;
}

int uprev_remove_attribute(int file, const char *name) {
  if (strcmp(name, acl_name) != 0) return fremovexattr(file, name, 0) == -1 ? -errno : 0;
  acl_t list = acl_init(0);
  if (list == NULL) return -errno;
  int result = acl_set_fd_np(file, list, ACL_TYPE_EXTENDED) == -1 ? -errno : 0;
  acl_free(list);
  return result;
}

#endif
