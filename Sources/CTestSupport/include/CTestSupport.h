// What tests need of the system that Swift cannot call.

#ifndef UPREV_CTESTSUPPORT_H
#define UPREV_CTESTSUPPORT_H

#ifdef __cplusplus
extern "C" {
#endif

// Makes openat2(2) fail with `error` in the calling thread, for good, as a sandbox or an old kernel would: 0, or -errno.
// Threads that this one starts inherit it.
int uprev_deny_openat2(int error);

#ifdef __cplusplus
}
#endif

#endif
