/*
 * Writing the log.
 */
#ifndef SBX_LIB_LOG_H
#define SBX_LIB_LOG_H

#include <sandbox_sdk/log.h>

#include "cold.h"

/* Where a client's log goes and how much of it. */
typedef struct sbx__log {
	sbx_log_level level;       /* never SBX_LOG_DEFAULT */
	sbx_log_callback callback; /* NULL: standard error */
	void *user_data;
} sbx__log;

/* What SANDBOX_SDK_LOG asks for. */
sbx_log_level sbx__log_level_from_environment(void);

#define sbx__log_wants(log, at) ((log)->level >= (at))

/* Writes one line; line breaks and other control bytes in it become question marks. */
SBX__COLD void sbx__log_write(const sbx__log *log, sbx_log_level level, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

#endif
