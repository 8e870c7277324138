/**
 * @file common.h
 * What every other header uses: export marks, three-valued flags, sentinels and pairs of strings.
 */
#ifndef SANDBOX_SDK_COMMON_H
#define SANDBOX_SDK_COMMON_H

#include <stddef.h>
#include <stdint.h>

#if defined(SWIG)
#define SBX_API
#elif defined(__GNUC__) || defined(__clang__)
#define SBX_API __attribute__((visibility("default")))
#else
#define SBX_API
#endif

#ifdef __cplusplus
#define SBX_BEGIN_DECLS extern "C" {
#define SBX_END_DECLS }
#else
#define SBX_BEGIN_DECLS
#define SBX_END_DECLS
#endif

/** The value of a number that was not given: the default applies, or the field is not sent. */
#define SBX_DEFAULT (-1)

/** The value of a timeout that never ends a wait. */
#define SBX_FOREVER (-2)

SBX_BEGIN_DECLS

/** A boolean that may also be not given. Since 0.1.0. */
typedef enum sbx_flag {
	SBX_FLAG_DEFAULT = 0, /**< not given: the default applies, or the field is not sent */
	SBX_FLAG_YES = 1,     /**< true */
	SBX_FLAG_NO = 2       /**< false */
} sbx_flag;

/** Whether a field of an answer is there. Since 0.1.0. */
typedef enum sbx_presence {
	SBX_ABSENT = 0, /**< the answer does not name the field */
	SBX_NULL = 1,   /**< the field is there and is null */
	SBX_PRESENT = 2 /**< the field is there with a value */
} sbx_presence;

/** A name and a value, as in a header or an environment variable. Since 0.1.0. */
typedef struct sbx_pair {
	const char *name;  /**< NUL-terminated, never NULL */
	const char *value; /**< NUL-terminated; NULL removes a header, and is refused elsewhere */
} sbx_pair;

/**
 * Frees text that a function of this library gave out, such as sbx_json_print()'s.
 *
 * @param text what was given out; NULL is accepted
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API void sbx_string_free(char *text);

SBX_END_DECLS

#endif
