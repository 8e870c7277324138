/* Generated from api/openapi.yaml by scripts/generate; do not edit. */
/**
 * @file volumes.h
 * The storage of sandboxes, and snapshots of it.
 */
#ifndef SANDBOX_SDK_VOLUMES_H
#define SANDBOX_SDK_VOLUMES_H

#include <sandbox_sdk/call.h>
#include <sandbox_sdk/client.h>
#include <sandbox_sdk/common.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/models.h>
#include <sandbox_sdk/pages.h>
#include <sandbox_sdk/request_options.h>
#include <sandbox_sdk/response.h>
#include <sandbox_sdk/sink.h>
#include <sandbox_sdk/source.h>
#include <sandbox_sdk/status.h>

SBX_BEGIN_DECLS

/** Arguments of sbx_volumes_create(). What it points to belongs to the caller. Since 0.1.0. */
typedef struct sbx_volumes_create_params {
	size_t size;             /**< set by ::SBX_VOLUMES_CREATE_PARAMS_INIT */
	const char *name;        /**< name of the volume */
	const char *volume_size; /**< size with its unit, such as `10Gi` or `100Mi` */
} sbx_volumes_create_params;

/** sbx_volumes_create_params with nothing given. */
#define SBX_VOLUMES_CREATE_PARAMS_INIT {sizeof(sbx_volumes_create_params), NULL, NULL}

/**
 * Creates a volume.
 *
 * @param client a client
 * @param params the arguments; NULL: none
 * @param options what this call does otherwise than its client; may be NULL
 * @param volume receives the new volume, freed with sbx_volume_free(); may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK; ::SBX_ERROR_INVALID_ARGUMENT, which names an argument that is missing or cannot be sent;
 *        ::SBX_ERROR_CLOSED; or any of the errors of a connection, a timeout or the server's answer
 *
 * Sent again after a refused connection, a request that surely was not sent, an answer 408, 409, 429, 500 or 503, or
 * one with the header `x-should-retry: true`. Not after a timeout, a lost connection, 502 or 504: it may have been
 * carried out, and the error says so (sbx_error_outcome_unknown()).
 *
 * Blocks until the call is done. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_volumes_create(sbx_client *client, const sbx_volumes_create_params *params,
                                      const sbx_request_options *options, sbx_volume **volume, sbx_error **error);

/**
 * Starts sbx_volumes_create() and returns at once, as sbx_client_start() does.
 *
 * @param client a client
 * @param params the arguments; NULL: none
 * @param options as for sbx_client_start(); may be NULL
 * @param on_done told when the call is done; NULL: it goes to the queue of sbx_client_next()
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free(); its result is taken with
 *        sbx_call_result_volume()
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_client_start()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_volumes_create_start(sbx_client *client, const sbx_volumes_create_params *params,
                                            const sbx_request_options *options, sbx_call_callback on_done,
                                            void *user_data, sbx_call **call, sbx_error **error);

/** Arguments of sbx_volumes_list(). What it points to belongs to the caller. Since 0.1.0. */
typedef struct sbx_volumes_list_params {
	size_t size;       /**< set by ::SBX_VOLUMES_LIST_PARAMS_INIT */
	int64_t page;      /**< which page, counted from 1 */
	int64_t page_size; /**< how many items a page has */
} sbx_volumes_list_params;

/** sbx_volumes_list_params with nothing given. */
#define SBX_VOLUMES_LIST_PARAMS_INIT {sizeof(sbx_volumes_list_params), SBX_DEFAULT, SBX_DEFAULT}

/**
 * Lists the volumes and snapshots, one page at a time.
 *
 * @param client a client
 * @param params the arguments; NULL: none
 * @param options what this call does otherwise than its client; may be NULL
 * @param volume_list receives one page of volumes and snapshots, freed with sbx_volume_list_free(); may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK; ::SBX_ERROR_INVALID_ARGUMENT, which names an argument that is missing or cannot be sent;
 *        ::SBX_ERROR_CLOSED; or any of the errors of a connection, a timeout or the server's answer
 *
 * Sent again after a refused or lost connection, a timeout, an answer 408, 409, 429, 500 and above, or one with the
 * header `x-should-retry: true`.
 *
 * Blocks until the call is done. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_volumes_list(sbx_client *client, const sbx_volumes_list_params *params,
                                    const sbx_request_options *options, sbx_volume_list **volume_list,
                                    sbx_error **error);

/**
 * Starts sbx_volumes_list() and returns at once, as sbx_client_start() does.
 *
 * @param client a client
 * @param params the arguments; NULL: none
 * @param options as for sbx_client_start(); may be NULL
 * @param on_done told when the call is done; NULL: it goes to the queue of sbx_client_next()
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free(); its result is taken with
 *        sbx_call_result_volume_list()
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_client_start()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_volumes_list_start(sbx_client *client, const sbx_volumes_list_params *params,
                                          const sbx_request_options *options, sbx_call_callback on_done,
                                          void *user_data, sbx_call **call, sbx_error **error);

/**
 * Begins to go through all pages of sbx_volumes_list(). Nothing is sent yet.
 *
 * @param client a client, which must live as long as the pages
 * @param params the arguments; NULL: none. The page that is given is the first one.
 * @param options what the calls do otherwise than their client; may be NULL. What it points to must stay as long as the
 *        pages.
 * @param pages receives the pages, freed with sbx_pages_free(); their items come from sbx_volumes_next()
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_volumes_each(sbx_client *client, const sbx_volumes_list_params *params,
                                    const sbx_request_options *options, sbx_pages **pages, sbx_error **error);

/**
 * The next volume of sbx_volumes_each(), as sbx_pages_next() delivers them.
 *
 * @param pages pages of sbx_volumes_each()
 * @param volume receives the volume, owned by the pages and valid until the next one is asked for;
 *        sbx_volume_ref() keeps it longer
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK; ::SBX_DONE after the last one; ::SBX_ERROR_INVALID_ARGUMENT for pages of something else; or any
 * error of sbx_volumes_list()
 *
 * Blocks while a page is fetched. Pages belong to one thread at a time. Since 0.1.0.
 */
SBX_API sbx_status sbx_volumes_next(sbx_pages *pages, const sbx_volume **volume, sbx_error **error);

/**
 * Deletes a volume or a snapshot.
 *
 * @param client a client
 * @param id the identifier of the volume or snapshot
 * @param options what this call does otherwise than its client; may be NULL
 * @param volume_deletion receives what was deleted, freed with sbx_volume_deletion_free(); may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK; ::SBX_ERROR_INVALID_ARGUMENT, which names an argument that is missing or cannot be sent;
 *        ::SBX_ERROR_CLOSED; or any of the errors of a connection, a timeout or the server's answer
 *
 * Sent again after a refused or lost connection, a timeout, an answer 408, 409, 429, 500 and above, or one with the
 * header `x-should-retry: true`. If the first request was carried out after all, the answer to the second is not_found.
 *
 * Blocks until the call is done. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_volumes_delete(sbx_client *client, const char *id, const sbx_request_options *options,
                                      sbx_volume_deletion **volume_deletion, sbx_error **error);

/**
 * Starts sbx_volumes_delete() and returns at once, as sbx_client_start() does.
 *
 * @param client a client
 * @param id the identifier of the volume or snapshot
 * @param options as for sbx_client_start(); may be NULL
 * @param on_done told when the call is done; NULL: it goes to the queue of sbx_client_next()
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free(); its result is taken with
 *        sbx_call_result_volume_deletion()
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_client_start()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_volumes_delete_start(sbx_client *client, const char *id, const sbx_request_options *options,
                                            sbx_call_callback on_done, void *user_data, sbx_call **call,
                                            sbx_error **error);

/** Arguments of sbx_volumes_create_snapshot(). What it points to belongs to the caller. Since 0.1.0. */
typedef struct sbx_volumes_create_snapshot_params {
	size_t size;        /**< set by ::SBX_VOLUMES_CREATE_SNAPSHOT_PARAMS_INIT */
	const char *name;   /**< name of the snapshot; required */
	sbx_flag quick;     /**< whether the file system is only frozen, which leaves the snapshot crash-consistent;
	                       otherwise it is synced in full and frozen, which makes it application-consistent */
	int reserved_quick; /**< 0 */
} sbx_volumes_create_snapshot_params;

/** sbx_volumes_create_snapshot_params with nothing given. */
#define SBX_VOLUMES_CREATE_SNAPSHOT_PARAMS_INIT {sizeof(sbx_volumes_create_snapshot_params), NULL, SBX_FLAG_DEFAULT, 0}

/**
 * Takes a snapshot of a volume.
 *
 * @param client a client
 * @param id the identifier of the volume
 * @param params the arguments; not NULL, as some are required
 * @param options what this call does otherwise than its client; may be NULL
 * @param snapshot receives the new snapshot, freed with sbx_snapshot_free(); may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK; ::SBX_ERROR_INVALID_ARGUMENT, which names an argument that is missing or cannot be sent;
 *        ::SBX_ERROR_CLOSED; or any of the errors of a connection, a timeout or the server's answer
 *
 * Sent again after a refused connection, a request that surely was not sent, an answer 408, 409, 429, 500 or 503, or
 * one with the header `x-should-retry: true`. Not after a timeout, a lost connection, 502 or 504: it may have been
 * carried out, and the error says so (sbx_error_outcome_unknown()).
 *
 * Blocks until the call is done. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_volumes_create_snapshot(sbx_client *client, const char *id,
                                               const sbx_volumes_create_snapshot_params *params,
                                               const sbx_request_options *options, sbx_snapshot **snapshot,
                                               sbx_error **error);

/**
 * Starts sbx_volumes_create_snapshot() and returns at once, as sbx_client_start() does.
 *
 * @param client a client
 * @param id the identifier of the volume
 * @param params the arguments; not NULL, as some are required
 * @param options as for sbx_client_start(); may be NULL
 * @param on_done told when the call is done; NULL: it goes to the queue of sbx_client_next()
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free(); its result is taken with
 *        sbx_call_result_snapshot()
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_client_start()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_volumes_create_snapshot_start(sbx_client *client, const char *id,
                                                     const sbx_volumes_create_snapshot_params *params,
                                                     const sbx_request_options *options, sbx_call_callback on_done,
                                                     void *user_data, sbx_call **call, sbx_error **error);

SBX_END_DECLS

#endif
