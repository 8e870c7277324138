/**
 * @file run_many.h
 * One command in many sandboxes at a time.
 */
#ifndef SANDBOX_SDK_RUN_MANY_H
#define SANDBOX_SDK_RUN_MANY_H

#include <sandbox_sdk/call.h>
#include <sandbox_sdk/client.h>
#include <sandbox_sdk/common.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/models.h>
#include <sandbox_sdk/request_options.h>
#include <sandbox_sdk/session.h>
#include <sandbox_sdk/status.h>

SBX_BEGIN_DECLS

/** How a command ended in one of the sandboxes. Since 0.1.0. */
typedef struct sbx_run_result {
	size_t size;       /**< of this struct */
	const char *id;    /**< the identifier of the sandbox */
	sbx_status status; /**< what sbx_session_run() would have returned */
	int reserved;      /**< 0 */
	const sbx_execution
	        *execution;     /**< how the command ended and what it wrote; NULL where nothing is known of it */
	const sbx_error *error; /**< what went wrong; NULL */
} sbx_run_result;

/** How a command ended in each of the sandboxes; opaque and immutable. Since 0.1.0. */
typedef struct sbx_run_results sbx_run_results;

/** How one command is run in many sandboxes. What it points to belongs to the caller. Since 0.1.0. */
typedef struct sbx_run_many_options {
	size_t size;                /**< set by ::SBX_RUN_MANY_OPTIONS_INIT */
	const sbx_run_options *run; /**< how it is run in each; NULL: in the default way */
	int64_t concurrency;        /**< in how many at a time; default 16 */
} sbx_run_many_options;

/** Options that take every default. */
#define SBX_RUN_MANY_OPTIONS_INIT {sizeof(sbx_run_many_options), NULL, SBX_DEFAULT}

/**
 * Runs a command in many sandboxes and waits until it has ended in all of them. A failure in one does not keep the
 * others.
 *
 * No thread is created: the calls are started, and driven as by sbx_client_poll(), so that callbacks of other calls
 * that were started may run meanwhile.
 *
 * @param client a client
 * @param ids identifiers of sandboxes
 * @param count how many; may be 0
 * @param command a whole shell command line
 * @param run_many how; may be NULL
 * @param options of the requests; may be NULL. The deadline is that of all together; when it passes, or `interrupt` or
 *        `cancel` end it, what has not ended is a ::SBX_ERROR_TIMEOUT or ::SBX_ERROR_CANCELLED of its own
 * @param results receives the results in the order of `ids`, freed with sbx_run_results_free(); may be NULL
 * @param error receives the error; may be NULL
 * @return ::SBX_OK, whatever became of each; ::SBX_ERROR_INVALID_ARGUMENT, also inside a callback of the client; or
 *         ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Blocks until all have ended. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_run_many(sbx_client *client, const char *const *ids, size_t count, const char *command,
                                const sbx_run_many_options *run_many, const sbx_request_options *options,
                                sbx_run_results **results, sbx_error **error);

/**
 * Starts to run a command in many sandboxes and returns at once.
 *
 * @param client a client
 * @param ids identifiers of sandboxes, copied
 * @param count how many; may be 0
 * @param command a whole shell command line, copied
 * @param run_many how; may be NULL; what it points to is copied
 * @param options of the requests; may be NULL; what they point to is copied, but for callbacks, `cancel` and their
 *        data. The deadline is that of all together; `interrupt` is not asked
 * @param on_done told when the command has ended in all of them; NULL: the call goes to the queue that
 *        sbx_client_next() reads
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free(); its result is that of sbx_run_many(), and the results come
 *        from sbx_call_result_run_results()
 * @param error receives the error; may be NULL
 * @return as sbx_client_start()
 *
 * The call is one, however many sandboxes there are; sbx_client_in_flight() counts the requests under way beside it.
 * One that is cancelled is done with that, and has its results: what had not ended is a ::SBX_ERROR_CANCELLED of its
 * own, or a ::SBX_ERROR_CLOSED where the client was closed. One that is freed ends all that is under way. The client
 * may be freed before: until sbx_call_free() the call keeps the connections.
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_run_many_start(sbx_client *client, const char *const *ids, size_t count, const char *command,
                                      const sbx_run_many_options *run_many, const sbx_request_options *options,
                                      sbx_call_callback on_done, void *user_data, sbx_call **call, sbx_error **error);

/**
 * The results of a call that sbx_run_many_start() gave out and that is done. They can be asked for again and again.
 *
 * @param call a call
 * @param results receives the results in the order of the identifiers, freed with sbx_run_results_free()
 * @param error receives the error; may be NULL
 * @return ::SBX_OK or the call's error; ::SBX_ERROR_INVALID_ARGUMENT while it is not done, and for another call
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_call_result_run_results(const sbx_call *call, sbx_run_results **results, sbx_error **error);

/**
 * How many results there are: as many as there were identifiers.
 *
 * @param results results
 * @return the number; 0 for NULL
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_run_results_count(const sbx_run_results *results);

/**
 * One result.
 *
 * @param results results
 * @param index of the identifier
 * @return the result, owned by the results; NULL past the end
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_run_result *sbx_run_results_at(const sbx_run_results *results, size_t index);

/**
 * How many of the results are no success.
 *
 * @param results results
 * @return the number; 0 for NULL
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API size_t sbx_run_results_failed(const sbx_run_results *results);

/**
 * Frees results.
 *
 * @param results what sbx_run_many() or sbx_call_result_run_results() gave out; NULL is accepted
 *
 * Since 0.1.0.
 */
SBX_API void sbx_run_results_free(sbx_run_results *results);

SBX_END_DECLS

#endif
