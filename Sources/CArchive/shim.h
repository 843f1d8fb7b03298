#include <archive.h>
#include <archive_entry.h>

/* Macros with a cast, which Swift does not import. */
static const __LA_MODE_T uprev_ae_regular = AE_IFREG;
static const __LA_MODE_T uprev_ae_directory = AE_IFDIR;
static const __LA_MODE_T uprev_ae_symbolic_link = AE_IFLNK;
static const __LA_MODE_T uprev_ae_fifo = AE_IFIFO;
static const __LA_MODE_T uprev_ae_socket = AE_IFSOCK;
static const __LA_MODE_T uprev_ae_character_device = AE_IFCHR;
static const __LA_MODE_T uprev_ae_block_device = AE_IFBLK;
