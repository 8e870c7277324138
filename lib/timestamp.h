/*
 * Times as APIs write them.
 */
#ifndef SBX_LIB_TIMESTAMP_H
#define SBX_LIB_TIMESTAMP_H

#include <stdbool.h>

/* A date and time (RFC 3339, section 5.6) in seconds since 1970, whatever the locale, the time zone and the size of
 * time_t. A "T", "t" or blank stands between the two. False: it is none. */
bool sbx__timestamp_parse(const char *text, double *seconds);

#endif
