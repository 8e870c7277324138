/*
 * A tar stream unpacked into a directory of this machine, and nowhere else, whatever the stream says.
 *
 * Refused, which ends it: a name that is absolute, has "..", is deeper than SBX__DEEPEST or leads through a symbolic
 * link, also one that was in the directory before; a hard link to what is no file of the directory; more entries or
 * bytes than the limits allow; a stream that is no archive. Left out: devices, pipes, and symbolic links that lead out
 * of the directory, or go up after they went down, so that nobody can tell. Setuid, setgid and sticky bits, owners and
 * groups are not taken over.
 *
 * A directory that is not there yet appears whole or not at all: it is made beside its place, and renamed. Into one
 * that is there files come one by one, each whole or not at all, in the place of what has their name.
 */
#ifndef SBX_LIB_UNPACK_H
#define SBX_LIB_UNPACK_H

#include <sandbox_sdk/error.h>
#include <sandbox_sdk/source.h>
#include <sandbox_sdk/transfer.h>

typedef struct sbx__unpacking sbx__unpacking;

/* Begins with a stream. Of the options, the limits and the callback count; the limits are numbers of their own, not
 * SBX_DEFAULT; they must stay as long as the unpacking. The path is copied. */
sbx_status sbx__unpack_begin(sbx__unpacking **begun, sbx_read_callback read, void *user_data, const char *path,
                             const sbx_transfer_options *options, sbx_error **error);
/* Goes on by one entry, or one piece of a file. SBX_DONE: the stream was read to its end, and all is there. */
sbx_status sbx__unpack_go_on(sbx__unpacking *work, sbx_error **error);
/* Frees it; what is not whole is removed. */
void sbx__unpack_end(sbx__unpacking *work);
/* All of that at once. */
sbx_status sbx__unpack(sbx_read_callback read, void *user_data, const char *path, const sbx_transfer_options *options,
                       sbx_error **error);

#endif
