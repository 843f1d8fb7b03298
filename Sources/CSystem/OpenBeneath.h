// openat2(2), which the C library does not wrap. Private to this target.

#ifndef UPREV_OPEN_BENEATH_H
#define UPREV_OPEN_BENEATH_H

#include <stdint.h>

// `flags` are the system's. Answers a descriptor or -errno.
int uprev_open_beneath(int folder, const char *name, int flags, uint32_t mode);

#endif
