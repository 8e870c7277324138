/**
 * @file transfer.h
 * How files and directories are moved between this machine and a sandbox.
 */
#ifndef SANDBOX_SDK_TRANSFER_H
#define SANDBOX_SDK_TRANSFER_H

#include <sandbox_sdk/common.h>

SBX_BEGIN_DECLS

/**
 * Told of an entry of a directory that is not moved: what is neither a file, a directory nor a link, what vanished
 * meanwhile, and, on the way to this machine, a link that leads out of the directory.
 *
 * @param user_data what was given with the callback
 * @param path the entry, below the directory; owned by the library and valid until the callback returns
 * @param reason why, for a person; static text
 *
 * Called on the thread that makes the call. Since 0.1.0.
 */
typedef void (*sbx_skipped_callback)(void *user_data, const char *path, const char *reason);

/** How something is moved. What it points to belongs to the caller, until the call has returned. Since 0.1.0. */
typedef struct sbx_transfer_options {
	size_t size;        /**< set by ::SBX_TRANSFER_OPTIONS_INIT */
	sbx_flag directory; /**< whether it is a directory; default: it is found out, which costs a download of a file
	                       one more request */
	int reserved;       /**< 0 */
	sbx_skipped_callback skipped; /**< told of what is not moved; NULL: nobody is */
	void *skipped_user_data;      /**< given to `skipped` */
	int64_t max_entries;          /**< how many entries a directory may bring here; default 1,000,000 */
	int64_t max_bytes;            /**< how many bytes its files may have together; default 64 GiB */
	const char *remote_temporary; /**< a directory of the sandbox for the archive that a directory travels in;
	                                 NULL: `/tmp` */
} sbx_transfer_options;

/** Options of a transfer that take every default. */
#define SBX_TRANSFER_OPTIONS_INIT \
	{sizeof(sbx_transfer_options), SBX_FLAG_DEFAULT, 0, NULL, NULL, SBX_DEFAULT, SBX_DEFAULT, NULL}

SBX_END_DECLS

#endif
