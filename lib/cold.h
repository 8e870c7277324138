/*
 * Functions that are rarely called.
 */
#ifndef SBX_LIB_COLD_H
#define SBX_LIB_COLD_H

/* The compiler lays the ways to such a function out apart, so that what runs in every call lies close together: a good
 * part of what a call costs beside libcurl is code that has to be fetched. */
#define SBX__COLD __attribute__((cold))

#endif
