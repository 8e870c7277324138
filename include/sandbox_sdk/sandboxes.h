/* Generated from api/openapi.yaml by scripts/generate; do not edit. */
/**
 * @file sandboxes.h
 * Sandboxes, the commands that run in them, and their files.
 */
#ifndef SANDBOX_SDK_SANDBOXES_H
#define SANDBOX_SDK_SANDBOXES_H

#include <sandbox_sdk/call.h>
#include <sandbox_sdk/client.h>
#include <sandbox_sdk/common.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/execution_stream.h>
#include <sandbox_sdk/models.h>
#include <sandbox_sdk/pages.h>
#include <sandbox_sdk/request_options.h>
#include <sandbox_sdk/response.h>
#include <sandbox_sdk/sink.h>
#include <sandbox_sdk/source.h>
#include <sandbox_sdk/status.h>

SBX_BEGIN_DECLS

/** How much of the machine a sandbox may use. What it points to belongs to the caller. Since 0.1.0. */
typedef struct sbx_sandbox_resources {
	size_t size;     /**< set by ::SBX_SANDBOX_RESOURCES_INIT */
	int64_t cpus;    /**< number of CPUs; one is a quarter of a Kubernetes vCPU */
	int64_t memory;  /**< memory in MiB */
	int64_t storage; /**< storage in GB */
} sbx_sandbox_resources;

/** sbx_sandbox_resources with nothing given. */
#define SBX_SANDBOX_RESOURCES_INIT {sizeof(sbx_sandbox_resources), SBX_DEFAULT, SBX_DEFAULT, SBX_DEFAULT}

/** Arguments of sbx_sandboxes_create(). What it points to belongs to the caller. Since 0.1.0. */
typedef struct sbx_sandboxes_create_params {
	size_t size;              /**< set by ::SBX_SANDBOXES_CREATE_PARAMS_INIT */
	const sbx_pair *env_vars; /**< environment variables that every command in the sandbox sees */
	size_t env_vars_count;    /**< how many */
	const char *image;        /**< name of a Docker image, such as `avmcodes/avm-default-sandbox` */
	const char *name; /**< name of the sandbox; the server makes one up as `sandbox-{user_id}-{timestamp}` where
	                     none is given */
	const sbx_sandbox_resources *resources; /**< how much of the machine the sandbox may use */
	sbx_flag wait_for_ready;                /**< whether to answer only once the sandbox is ready */
	int reserved_wait_for_ready;            /**< 0 */
} sbx_sandboxes_create_params;

/** sbx_sandboxes_create_params with nothing given. */
#define SBX_SANDBOXES_CREATE_PARAMS_INIT \
	{sizeof(sbx_sandboxes_create_params), NULL, 0, NULL, NULL, NULL, SBX_FLAG_DEFAULT, 0}

/**
 * Creates a sandbox.
 *
 * @param client a client
 * @param params the arguments; NULL: none
 * @param options what this call does otherwise than its client; may be NULL
 * @param sandbox receives the new sandbox, freed with sbx_sandbox_free(); may be NULL
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
SBX_API sbx_status sbx_sandboxes_create(sbx_client *client, const sbx_sandboxes_create_params *params,
                                        const sbx_request_options *options, sbx_sandbox **sandbox, sbx_error **error);

/**
 * Starts sbx_sandboxes_create() and returns at once, as sbx_client_start() does.
 *
 * @param client a client
 * @param params the arguments; NULL: none
 * @param options as for sbx_client_start(); may be NULL
 * @param on_done told when the call is done; NULL: it goes to the queue of sbx_client_next()
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free(); its result is taken with
 *        sbx_call_result_sandbox()
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_client_start()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_sandboxes_create_start(sbx_client *client, const sbx_sandboxes_create_params *params,
                                              const sbx_request_options *options, sbx_call_callback on_done,
                                              void *user_data, sbx_call **call, sbx_error **error);

/** Arguments of sbx_sandboxes_list(). What it points to belongs to the caller. Since 0.1.0. */
typedef struct sbx_sandboxes_list_params {
	size_t size;       /**< set by ::SBX_SANDBOXES_LIST_PARAMS_INIT */
	int64_t page;      /**< which page, counted from 1 */
	int64_t page_size; /**< how many items a page has */
} sbx_sandboxes_list_params;

/** sbx_sandboxes_list_params with nothing given. */
#define SBX_SANDBOXES_LIST_PARAMS_INIT {sizeof(sbx_sandboxes_list_params), SBX_DEFAULT, SBX_DEFAULT}

/**
 * Lists the sandboxes, one page at a time.
 *
 * @param client a client
 * @param params the arguments; NULL: none
 * @param options what this call does otherwise than its client; may be NULL
 * @param sandbox_list receives one page of sandboxes, freed with sbx_sandbox_list_free(); may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK; ::SBX_ERROR_INVALID_ARGUMENT, which names an argument that is missing or cannot be sent;
 *        ::SBX_ERROR_CLOSED; or any of the errors of a connection, a timeout or the server's answer
 *
 * Sent again after a refused or lost connection, a timeout, an answer 408, 409, 429, 500 and above, or one with the
 * header `x-should-retry: true`.
 *
 * Blocks until the call is done. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_sandboxes_list(sbx_client *client, const sbx_sandboxes_list_params *params,
                                      const sbx_request_options *options, sbx_sandbox_list **sandbox_list,
                                      sbx_error **error);

/**
 * Starts sbx_sandboxes_list() and returns at once, as sbx_client_start() does.
 *
 * @param client a client
 * @param params the arguments; NULL: none
 * @param options as for sbx_client_start(); may be NULL
 * @param on_done told when the call is done; NULL: it goes to the queue of sbx_client_next()
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free(); its result is taken with
 *        sbx_call_result_sandbox_list()
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_client_start()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_sandboxes_list_start(sbx_client *client, const sbx_sandboxes_list_params *params,
                                            const sbx_request_options *options, sbx_call_callback on_done,
                                            void *user_data, sbx_call **call, sbx_error **error);

/**
 * Begins to go through all pages of sbx_sandboxes_list(). Nothing is sent yet.
 *
 * @param client a client, which must live as long as the pages
 * @param params the arguments; NULL: none. The page that is given is the first one.
 * @param options what the calls do otherwise than their client; may be NULL. What it points to must stay as long as the
 *        pages.
 * @param pages receives the pages, freed with sbx_pages_free(); their items come from sbx_sandboxes_next()
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_sandboxes_each(sbx_client *client, const sbx_sandboxes_list_params *params,
                                      const sbx_request_options *options, sbx_pages **pages, sbx_error **error);

/**
 * The next sandbox of sbx_sandboxes_each(), as sbx_pages_next() delivers them.
 *
 * @param pages pages of sbx_sandboxes_each()
 * @param sandbox receives the sandbox, owned by the pages and valid until the next one is asked for;
 *        sbx_sandbox_ref() keeps it longer
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK; ::SBX_DONE after the last one; ::SBX_ERROR_INVALID_ARGUMENT for pages of something else; or any
 * error of sbx_sandboxes_list()
 *
 * Blocks while a page is fetched. Pages belong to one thread at a time. Since 0.1.0.
 */
SBX_API sbx_status sbx_sandboxes_next(sbx_pages *pages, const sbx_sandbox **sandbox, sbx_error **error);

/**
 * Tells of one sandbox. An extension: a server that lacks it answers 404 or 405, as for any path that it does not know.
 *
 * @param client a client
 * @param id the identifier of the sandbox
 * @param options what this call does otherwise than its client; may be NULL
 * @param sandbox receives the sandbox, freed with sbx_sandbox_free(); may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK; ::SBX_ERROR_INVALID_ARGUMENT, which names an argument that is missing or cannot be sent;
 *        ::SBX_ERROR_CLOSED; or any of the errors of a connection, a timeout or the server's answer
 *
 * Sent again after a refused or lost connection, a timeout, an answer 408, 409, 429, 500 and above, or one with the
 * header `x-should-retry: true`.
 *
 * Blocks until the call is done. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_sandboxes_get(sbx_client *client, const char *id, const sbx_request_options *options,
                                     sbx_sandbox **sandbox, sbx_error **error);

/**
 * Starts sbx_sandboxes_get() and returns at once, as sbx_client_start() does.
 *
 * @param client a client
 * @param id the identifier of the sandbox
 * @param options as for sbx_client_start(); may be NULL
 * @param on_done told when the call is done; NULL: it goes to the queue of sbx_client_next()
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free(); its result is taken with
 *        sbx_call_result_sandbox()
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_client_start()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_sandboxes_get_start(sbx_client *client, const char *id, const sbx_request_options *options,
                                           sbx_call_callback on_done, void *user_data, sbx_call **call,
                                           sbx_error **error);

/** Arguments of sbx_sandboxes_delete(). What it points to belongs to the caller. Since 0.1.0. */
typedef struct sbx_sandboxes_delete_params {
	size_t size;                  /**< set by ::SBX_SANDBOXES_DELETE_PARAMS_INIT */
	sbx_flag create_snapshot;     /**< whether to take a snapshot of the storage before it is deleted */
	int reserved_create_snapshot; /**< 0 */
	const char *snapshot_name;    /**< name of that snapshot */
	sbx_flag keep_storage;        /**< ignored; storage is always deleted; deprecated */
	int reserved_keep_storage;    /**< 0 */
} sbx_sandboxes_delete_params;

/** sbx_sandboxes_delete_params with nothing given. */
#define SBX_SANDBOXES_DELETE_PARAMS_INIT \
	{sizeof(sbx_sandboxes_delete_params), SBX_FLAG_DEFAULT, 0, NULL, SBX_FLAG_DEFAULT, 0}

/**
 * Deletes a sandbox together with its storage. A snapshot of the storage can be taken first.
 *
 * @param client a client
 * @param id the identifier of the sandbox
 * @param params the arguments; NULL: none
 * @param options what this call does otherwise than its client; may be NULL
 * @param sandbox_deletion receives what was deleted, and what was kept, freed with sbx_sandbox_deletion_free(); may be
 *        NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK; ::SBX_ERROR_INVALID_ARGUMENT, which names an argument that is missing or cannot be sent;
 *        ::SBX_ERROR_CLOSED; or any of the errors of a connection, a timeout or the server's answer
 *
 * Sent again after a refused or lost connection, a timeout, an answer 408, 409, 429, 500 and above, or one with the
 * header `x-should-retry: true`. If the first request was carried out after all, the answer to the second is not_found.
 * With `create_snapshot`: sent again after a refused connection, a request that surely was not sent, an answer 408,
 * 409, 429, 500 or 503, or one with the header `x-should-retry: true`. Not after a timeout, a lost connection, 502 or
 * 504: it may have been carried out, and the error says so (sbx_error_outcome_unknown()).
 *
 * Blocks until the call is done. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_sandboxes_delete(sbx_client *client, const char *id, const sbx_sandboxes_delete_params *params,
                                        const sbx_request_options *options, sbx_sandbox_deletion **sandbox_deletion,
                                        sbx_error **error);

/**
 * Starts sbx_sandboxes_delete() and returns at once, as sbx_client_start() does.
 *
 * @param client a client
 * @param id the identifier of the sandbox
 * @param params the arguments; NULL: none
 * @param options as for sbx_client_start(); may be NULL
 * @param on_done told when the call is done; NULL: it goes to the queue of sbx_client_next()
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free(); its result is taken with
 *        sbx_call_result_sandbox_deletion()
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_client_start()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_sandboxes_delete_start(sbx_client *client, const char *id,
                                              const sbx_sandboxes_delete_params *params,
                                              const sbx_request_options *options, sbx_call_callback on_done,
                                              void *user_data, sbx_call **call, sbx_error **error);

/**
 * Deletes every sandbox of the account together with its storage.
 *
 * @param client a client
 * @param options what this call does otherwise than its client; may be NULL
 * @param sandbox_deletions receives what was deleted, and what could not be, freed with sbx_sandbox_deletions_free();
 *        may be NULL
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
SBX_API sbx_status sbx_sandboxes_delete_all(sbx_client *client, const sbx_request_options *options,
                                            sbx_sandbox_deletions **sandbox_deletions, sbx_error **error);

/**
 * Starts sbx_sandboxes_delete_all() and returns at once, as sbx_client_start() does.
 *
 * @param client a client
 * @param options as for sbx_client_start(); may be NULL
 * @param on_done told when the call is done; NULL: it goes to the queue of sbx_client_next()
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free(); its result is taken with
 *        sbx_call_result_sandbox_deletions()
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_client_start()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_sandboxes_delete_all_start(sbx_client *client, const sbx_request_options *options,
                                                  sbx_call_callback on_done, void *user_data, sbx_call **call,
                                                  sbx_error **error);

/** Arguments of sbx_sandboxes_execute(). What it points to belongs to the caller. Since 0.1.0. */
typedef struct sbx_sandboxes_execute_params {
	size_t size;               /**< set by ::SBX_SANDBOXES_EXECUTE_PARAMS_INIT */
	const char *command;       /**< a whole shell command line, in which pipes and redirections work; required */
	const sbx_pair *env;       /**< environment variables for this command */
	size_t env_count;          /**< how many */
	int64_t timeout;           /**< how many seconds the command may run before it is ended */
	const char *working_dir;   /**< directory in the sandbox that the command starts in */
	const char *sandbox_stdin; /**< text that the command reads from its standard input; an extension: a server that
	                              lacks it runs the command without, which the call then tells as an error */
	const char *stdin_base64;  /**< the same as `stdin` for bytes that are no text, in base64 (RFC 4648, section 4);
	                              not both */
} sbx_sandboxes_execute_params;

/** sbx_sandboxes_execute_params with nothing given. */
#define SBX_SANDBOXES_EXECUTE_PARAMS_INIT \
	{sizeof(sbx_sandboxes_execute_params), NULL, NULL, 0, SBX_DEFAULT, NULL, NULL, NULL}

/**
 * Runs a command in a sandbox and waits for its end. A command that ends with a non-zero exit code is a result, not an
 * error.
 *
 * @param client a client
 * @param id the identifier of the sandbox
 * @param params the arguments; not NULL, as some are required
 * @param options what this call does otherwise than its client; may be NULL
 * @param execution receives how the command ended and what it wrote, freed with sbx_execution_free(); may be NULL
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
SBX_API sbx_status sbx_sandboxes_execute(sbx_client *client, const char *id, const sbx_sandboxes_execute_params *params,
                                         const sbx_request_options *options, sbx_execution **execution,
                                         sbx_error **error);

/**
 * Starts sbx_sandboxes_execute() and returns at once, as sbx_client_start() does.
 *
 * @param client a client
 * @param id the identifier of the sandbox
 * @param params the arguments; not NULL, as some are required
 * @param options as for sbx_client_start(); may be NULL
 * @param on_done told when the call is done; NULL: it goes to the queue of sbx_client_next()
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free(); its result is taken with
 *        sbx_call_result_execution()
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_client_start()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_sandboxes_execute_start(sbx_client *client, const char *id,
                                               const sbx_sandboxes_execute_params *params,
                                               const sbx_request_options *options, sbx_call_callback on_done,
                                               void *user_data, sbx_call **call, sbx_error **error);

/**
 * sbx_sandboxes_execute() as it happens: opens the stream of its events, and waits until it has begun. A server that
 * does not stream answers when all is over: then the output comes in one piece each, before the result.
 *
 * @param client a client
 * @param id the identifier of the sandbox
 * @param params the arguments
 * @param options what this call does otherwise than its client; may be NULL. Once the stream has begun there is no
 *        `read_timeout` but one that is given
 * @param stream receives the stream, read with sbx_execution_stream_next() and freed with sbx_execution_stream_free()
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_sandboxes_execute()
 *
 * Blocks until the stream has begun. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_sandboxes_execute_stream(sbx_client *client, const char *id,
                                                const sbx_sandboxes_execute_params *params,
                                                const sbx_request_options *options, sbx_execution_stream **stream,
                                                sbx_error **error);

/**
 * Starts sbx_sandboxes_execute_stream() and returns at once, as sbx_client_open_start() does.
 *
 * @param client a client
 * @param id the identifier of the sandbox
 * @param params the arguments
 * @param options as for sbx_client_start(); may be NULL
 * @param on_ready told when there is something to read; NULL: the caller asks by itself
 * @param user_data given to `on_ready`
 * @param stream receives the stream
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_client_open_start()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_sandboxes_execute_stream_start(sbx_client *client, const char *id,
                                                      const sbx_sandboxes_execute_params *params,
                                                      const sbx_request_options *options,
                                                      sbx_execution_stream_callback on_ready, void *user_data,
                                                      sbx_execution_stream **stream, sbx_error **error);

/** Arguments of sbx_sandboxes_upload(). What it points to belongs to the caller. Since 0.1.0. */
typedef struct sbx_sandboxes_upload_params {
	size_t size;            /**< set by ::SBX_SANDBOXES_UPLOAD_PARAMS_INIT */
	const sbx_source *file; /**< the bytes of the file; required */
	const char *path;       /**< where the file goes in the sandbox, such as `/data/myfile.txt`; required */
} sbx_sandboxes_upload_params;

/** sbx_sandboxes_upload_params with nothing given. */
#define SBX_SANDBOXES_UPLOAD_PARAMS_INIT {sizeof(sbx_sandboxes_upload_params), NULL, NULL}

/**
 * Writes a file into a sandbox. The file's bytes are streamed and arrive exactly as they are.
 *
 * @param client a client
 * @param id the identifier of the sandbox
 * @param params the arguments; not NULL, as some are required
 * @param options what this call does otherwise than its client; may be NULL
 * @param uploaded_file receives the file that was written, freed with sbx_uploaded_file_free(); may be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK; ::SBX_ERROR_INVALID_ARGUMENT, which names an argument that is missing or cannot be sent;
 *        ::SBX_ERROR_CLOSED; or any of the errors of a connection, a timeout or the server's answer
 *
 * Sent again after a refused or lost connection, a timeout, an answer 408, 409, 429, 500 and above, or one with the
 * header `x-should-retry: true`, where the `file` can be read from its start once more.
 *
 * Blocks until the call is done. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_sandboxes_upload(sbx_client *client, const char *id, const sbx_sandboxes_upload_params *params,
                                        const sbx_request_options *options, sbx_uploaded_file **uploaded_file,
                                        sbx_error **error);

/**
 * Starts sbx_sandboxes_upload() and returns at once, as sbx_client_start() does.
 *
 * @param client a client
 * @param id the identifier of the sandbox
 * @param params the arguments; not NULL, as some are required
 * @param options as for sbx_client_start(); may be NULL
 * @param on_done told when the call is done; NULL: it goes to the queue of sbx_client_next()
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free(); its result is taken with
 *        sbx_call_result_uploaded_file()
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_client_start()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_sandboxes_upload_start(sbx_client *client, const char *id,
                                              const sbx_sandboxes_upload_params *params,
                                              const sbx_request_options *options, sbx_call_callback on_done,
                                              void *user_data, sbx_call **call, sbx_error **error);

/** Arguments of sbx_sandboxes_download(). What it points to belongs to the caller. Since 0.1.0. */
typedef struct sbx_sandboxes_download_params {
	size_t size;          /**< set by ::SBX_SANDBOXES_DOWNLOAD_PARAMS_INIT */
	const sbx_sink *into; /**< where the bytes go; NULL: into the response */
	const char *path;     /**< the file in the sandbox, such as `/data/myfile.txt`; required */
} sbx_sandboxes_download_params;

/** sbx_sandboxes_download_params with nothing given. */
#define SBX_SANDBOXES_DOWNLOAD_PARAMS_INIT {sizeof(sbx_sandboxes_download_params), NULL, NULL}

/**
 * Reads a file out of a sandbox. The file's bytes are streamed and arrive exactly as they are.
 *
 * @param client a client
 * @param id the identifier of the sandbox
 * @param params the arguments; not NULL, as some are required
 * @param options what this call does otherwise than its client; may be NULL
 * @param response receives the response, with the bytes where they went to memory, freed with sbx_response_free(); may
 *        be NULL
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return ::SBX_OK; ::SBX_ERROR_INVALID_ARGUMENT, which names an argument that is missing or cannot be sent;
 *        ::SBX_ERROR_CLOSED; or any of the errors of a connection, a timeout or the server's answer
 *
 * Sent again after a refused or lost connection, a timeout, an answer 408, 409, 429, 500 and above, or one with the
 * header `x-should-retry: true`.
 *
 * Blocks until the call is done. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_sandboxes_download(sbx_client *client, const char *id,
                                          const sbx_sandboxes_download_params *params,
                                          const sbx_request_options *options, sbx_response **response,
                                          sbx_error **error);

/**
 * Starts sbx_sandboxes_download() and returns at once, as sbx_client_start() does.
 *
 * @param client a client
 * @param id the identifier of the sandbox
 * @param params the arguments; not NULL, as some are required
 * @param options as for sbx_client_start(); may be NULL
 * @param on_done told when the call is done; NULL: it goes to the queue of sbx_client_next()
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free(); its result is taken with
 *        sbx_call_result()
 * @param error receives the error, freed with sbx_error_free(); may be NULL
 * @return as sbx_client_start()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_sandboxes_download_start(sbx_client *client, const char *id,
                                                const sbx_sandboxes_download_params *params,
                                                const sbx_request_options *options, sbx_call_callback on_done,
                                                void *user_data, sbx_call **call, sbx_error **error);

SBX_END_DECLS

#endif
