// Whether another process has a file open for writing.

#ifndef UPREV_LEASE_H
#define UPREV_LEASE_H

#ifdef __cplusplus
extern "C" {
#endif

// 1 if some process has the file behind the descriptor, which is open for reading only, open for writing; 0 if none has;
// -errno where that cannot be told (no leases there, or not the file's owner).
int uprev_is_open_for_writing(int file);

#ifdef __cplusplus
}
#endif

#endif
