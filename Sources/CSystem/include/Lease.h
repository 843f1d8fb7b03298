// Whether another process has a file open for writing.

#ifndef UPREV_LEASE_H
#define UPREV_LEASE_H

#ifdef __cplusplus
extern "C" {
#endif

// Takes a read lease on a file that is open for reading only: 1 if some process has the file open for writing (no lease is
// held then); 0 if none has, and whoever opens it for writing now waits until the lease is given back; -errno where that
// cannot be told (no leases there, or not the file's owner).
int uprev_take_read_lease(int file);
// 1 if it is still held and nobody waits to open the file for writing, 0 if not, or -errno.
int uprev_holds_read_lease(int file);
// Gives it back. Closing the descriptor does so too.
int uprev_release_lease(int file);

#ifdef __cplusplus
}
#endif

#endif
