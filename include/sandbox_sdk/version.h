/**
 * @file version.h
 * The version of the library.
 */
#ifndef SANDBOX_SDK_VERSION_H
#define SANDBOX_SDK_VERSION_H

#include <sandbox_sdk/common.h>

/** The version of the headers that a program was compiled with. */
#define SBX_VERSION "0.1.0"

SBX_BEGIN_DECLS

/**
 * The version of the library that the program runs with.
 *
 * @return static text such as "0.1.0"
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_version(void);

SBX_END_DECLS

#endif
