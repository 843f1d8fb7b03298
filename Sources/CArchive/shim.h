#include <archive.h>
#include <archive_entry.h>
/* libarchive's gzip reader checks neither CRC-32 nor length (3.6.2), so gzip is read with the zlib that it links. */
#include <zlib.h>
