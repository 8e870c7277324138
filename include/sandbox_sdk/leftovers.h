/**
 * @file leftovers.h
 * What a program that crashed has left behind: found by its name and its age, and deleted.
 */
#ifndef SANDBOX_SDK_LEFTOVERS_H
#define SANDBOX_SDK_LEFTOVERS_H

#include <sandbox_sdk/call.h>
#include <sandbox_sdk/client.h>
#include <sandbox_sdk/common.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/request_options.h>
#include <sandbox_sdk/status.h>

SBX_BEGIN_DECLS

/** What became of a leftover. Since 0.1.0. */
typedef enum sbx_leftover_outcome {
	SBX_LEFTOVER_FOUND = 0,   /**< it is there, and would be deleted if this were no dry run */
	SBX_LEFTOVER_DELETED = 1, /**< it is deleted */
	SBX_LEFTOVER_GONE = 2,    /**< it was gone when it was to be deleted */
	SBX_LEFTOVER_FAILED = 3,  /**< it could not be deleted: `error` says why */
	SBX_LEFTOVER_UNDATED =
	        4 /**< it was left, since the server does not say in a way to be understood how old it is */
} sbx_leftover_outcome;

/** One leftover. Since 0.1.0. */
typedef struct sbx_leftover {
	size_t size;            /**< of this struct */
	const char *kind;       /**< "sandbox", "volume" or "snapshot" */
	const char *id;         /**< its identifier */
	const char *name;       /**< its name */
	const char *created_at; /**< when it was created, as the server said */
	double age; /**< in seconds, by the server's clock where it tells the time; ::SBX_DEFAULT: not known */
	sbx_leftover_outcome outcome; /**< what became of it */
	int reserved;                 /**< 0 */
	const sbx_error *error;       /**< why it could not be deleted; NULL */
} sbx_leftover;

/** Leftovers that were found, and what became of each; opaque and immutable. Since 0.1.0. */
typedef struct sbx_leftovers sbx_leftovers;

/** Which leftovers are meant. What it points to belongs to the caller. Since 0.1.0. */
typedef struct sbx_leftovers_params {
	size_t size;             /**< set by ::SBX_LEFTOVERS_PARAMS_INIT */
	const char *name_prefix; /**< what their names begin with; not empty; required */
	double minimum_age;      /**< how old they are at least, in seconds; default 3600 */
	sbx_flag dry_run;        /**< only find them; default no */
	sbx_flag volumes;        /**< volumes that no sandbox uses, and snapshots, too; default sandboxes only */
} sbx_leftovers_params;

/** Leftovers whose prefix is still to be set. */
#define SBX_LEFTOVERS_PARAMS_INIT {sizeof(sbx_leftovers_params), NULL, SBX_DEFAULT, SBX_FLAG_DEFAULT, SBX_FLAG_DEFAULT}

/**
 * Finds the sandboxes, and if asked for the volumes and snapshots, whose names begin so and that are old enough, then
 * deletes one after the other. One that cannot be deleted does not keep the others.
 *
 * @param client a client
 * @param params which are meant; not NULL
 * @param options of the requests; may be NULL; a deadline is that of all together: what is left when it passes is
 * failed
 * @param leftovers receives what was found, freed with sbx_leftovers_free(); may be NULL
 * @param error receives the error; may be NULL
 * @return ::SBX_OK, also where some could not be deleted; ::SBX_ERROR_INVALID_ARGUMENT; or any error of
 *         sbx_sandboxes_list() and sbx_volumes_list(), and then nothing was deleted
 *
 * Blocks until all is done. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_leftovers_delete(sbx_client *client, const sbx_leftovers_params *params,
                                        const sbx_request_options *options, sbx_leftovers **leftovers,
                                        sbx_error **error);

/**
 * Starts to find and to delete leftovers and returns at once.
 *
 * @param client a client
 * @param params which are meant; not NULL; what they point to is copied
 * @param options of the requests; may be NULL; what they point to is copied, but for callbacks, `cancel` and their
 *        data. A deadline is that of all together; `interrupt` is not asked
 * @param on_done told when all is done; NULL: the call goes to the queue that sbx_client_next() reads
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free(); its result is that of sbx_leftovers_delete(), and what was
 *        found comes from sbx_call_result_leftovers()
 * @param error receives the error; may be NULL
 * @return as sbx_client_start()
 *
 * A call that is cancelled before all are found fails with ::SBX_ERROR_CANCELLED, and nothing was deleted; later it is
 * done with that, and what was not deleted yet is failed. One that is freed ends. The client may be freed before: until
 * sbx_call_free() the call keeps the connections.
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_leftovers_delete_start(sbx_client *client, const sbx_leftovers_params *params,
                                              const sbx_request_options *options, sbx_call_callback on_done,
                                              void *user_data, sbx_call **call, sbx_error **error);

/**
 * The leftovers of a call that sbx_leftovers_delete_start() gave out and that is done. They can be asked for again and
 * again.
 *
 * @param call a call
 * @param leftovers receives what was found, freed with sbx_leftovers_free()
 * @param error receives the error; may be NULL
 * @return ::SBX_OK or the call's error; ::SBX_ERROR_INVALID_ARGUMENT while it is not done, and for another call
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_call_result_leftovers(const sbx_call *call, sbx_leftovers **leftovers, sbx_error **error);

/**
 * How many leftovers were found.
 *
 * @param leftovers leftovers
 * @return the number; 0 for NULL
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_leftovers_count(const sbx_leftovers *leftovers);

/**
 * How many leftovers have an outcome.
 *
 * @param leftovers leftovers
 * @param outcome which
 * @return the number; 0 for NULL
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_leftovers_count_of(const sbx_leftovers *leftovers, sbx_leftover_outcome outcome);

/**
 * One leftover, in the order of the server's lists.
 *
 * @param leftovers leftovers
 * @param index from 0 to sbx_leftovers_count() - 1
 * @return the leftover, owned by the leftovers; NULL past the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_leftover *sbx_leftovers_at(const sbx_leftovers *leftovers, size_t index);

/**
 * Frees leftovers.
 *
 * @param leftovers what sbx_leftovers_delete() or sbx_call_result_leftovers() gave out; NULL is accepted
 *
 * Since 0.1.0.
 */
SBX_API void sbx_leftovers_free(sbx_leftovers *leftovers);

SBX_END_DECLS

#endif
