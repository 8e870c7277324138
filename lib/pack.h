/*
 * A directory of this machine as a tar stream, made while it is read: of the files one piece at a time is in memory.
 */
#ifndef SBX_LIB_PACK_H
#define SBX_LIB_PACK_H

#include <sandbox_sdk/error.h>
#include <sandbox_sdk/transfer.h>
#include <stdint.h>

typedef struct sbx__pack sbx__pack;

/* Begins with a directory, whose own entry is not in the stream. What cannot be packed is told to `skipped` (NULL:
 * nobody). The path is copied. */
sbx_status sbx__pack_new(sbx__pack **pack, const char *path, sbx_skipped_callback skipped, void *user_data,
                         sbx_error **error);
/* An sbx_read_callback and an sbx_rewind_callback of a source. */
int64_t sbx__pack_read(void *pack, void *buffer, size_t capacity);
int sbx__pack_rewind(void *pack);
/* Why a read failed, given to the caller; SBX_OK: none did. */
sbx_status sbx__pack_failure(sbx__pack *pack, sbx_error **error);
void sbx__pack_free(sbx__pack *pack);

#endif
