/*
 * The caller's errno: what the library's own system calls leave in it is nobody's business. Errors say theirs
 * (sbx_error_system_errno()).
 */
#ifndef SBX_LIB_KEEP_ERRNO_H
#define SBX_LIB_KEEP_ERRNO_H

#include <errno.h>

static inline void sbx__errno_restore(const int *kept)
{
	errno = *kept;
}

/* At the beginning of a public function that makes system calls: errno is put back on every way out. */
#define SBX__KEEP_ERRNO() __attribute__((cleanup(sbx__errno_restore), unused)) const int kept_errno = errno

#endif
