#ifndef UPREV_CPCRE2_SHIM_H
#define UPREV_CPCRE2_SHIM_H

/* The header wants to know which of its libraries is meant. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#endif
