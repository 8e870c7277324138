/*
 * libarchive, which is loaded when a directory is moved for the first time: with all that it stands on it would cost
 * every program some milliseconds and megabytes, and most programs move none. One that is small and alone is linked
 * (SBX_LINKED_LIBARCHIVE).
 */
#ifndef SBX_LIB_ARCHIVE_LIBRARY_H
#define SBX_LIB_ARCHIVE_LIBRARY_H

#include <archive.h>
#include <archive_entry.h>
#include <sandbox_sdk/error.h>

/* What is used of it. */
#define SBX__ARCHIVE_FUNCTIONS(F) \
	F(archive_entry_clear) \
	F(archive_entry_copy_pathname) \
	F(archive_entry_copy_symlink) \
	F(archive_entry_filetype) \
	F(archive_entry_free) \
	F(archive_entry_hardlink) \
	F(archive_entry_mtime) \
	F(archive_entry_mtime_nsec) \
	F(archive_entry_new) \
	F(archive_entry_pathname) \
	F(archive_entry_perm) \
	F(archive_entry_set_filetype) \
	F(archive_entry_set_mtime) \
	F(archive_entry_set_perm) \
	F(archive_entry_set_size) \
	F(archive_entry_size) \
	F(archive_entry_symlink) \
	F(archive_errno) \
	F(archive_error_string) \
	F(archive_read_data_block) \
	F(archive_read_free) \
	F(archive_read_new) \
	F(archive_read_next_header2) \
	F(archive_read_open1) \
	F(archive_read_set_callback_data) \
	F(archive_read_set_read_callback) \
	F(archive_read_support_format_tar) \
	F(archive_set_error) \
	F(archive_write_close) \
	F(archive_write_data) \
	F(archive_write_finish_entry) \
	F(archive_write_free) \
	F(archive_write_header) \
	F(archive_write_new) \
	F(archive_write_open) \
	F(archive_write_set_bytes_in_last_block) \
	F(archive_write_set_bytes_per_block) \
	F(archive_write_set_format_gnutar)

#define SBX__ARCHIVE_MEMBER(name) __typeof__(name) *name;

typedef struct sbx__archive_library {
	SBX__ARCHIVE_FUNCTIONS(SBX__ARCHIVE_MEMBER)
} sbx__archive_library;

/* The library's functions, loaded once; SBX_ERROR_ARCHIVE where it is not on this machine. */
sbx_status sbx__archive_load(const sbx__archive_library **library, sbx_error **error);

#endif
