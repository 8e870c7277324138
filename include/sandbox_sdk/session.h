/**
 * @file session.h
 * A session: a sandbox of one's own to run commands in and to move files to and from, deleted when the session is
 * closed.
 *
 *     sbx_session *session = NULL;
 *     if (sbx_session_create(client, NULL, NULL, &session, &error) == SBX_OK)
 *             sbx_session_run(session, "make", NULL, NULL, &execution, &error);
 *     sbx_session_free(session);
 *
 * The options of a call (`sbx_request_options`) that takes several requests are those of each of them; its deadline is
 * that of all together, and its progress callback is told of the file alone.
 *
 * Each function that waits has a form that is started and does not (call.h): the call that it gives out is one, however
 * many requests it takes, and its result is what the other one returns. What the options of a started form point to is
 * copied, but for callbacks, `cancel` and their data. Session and client may be freed while a call of them is under
 * way, which goes on: until sbx_call_free(), or sbx_execution_stream_free(), it keeps the connections, and
 * sbx_call_wait() drives it.
 */
#ifndef SANDBOX_SDK_SESSION_H
#define SANDBOX_SDK_SESSION_H

#include <sandbox_sdk/call.h>
#include <sandbox_sdk/client.h>
#include <sandbox_sdk/common.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/execution_stream.h>
#include <sandbox_sdk/json.h>
#include <sandbox_sdk/models.h>
#include <sandbox_sdk/request_options.h>
#include <sandbox_sdk/sandboxes.h>
#include <sandbox_sdk/sink.h>
#include <sandbox_sdk/source.h>
#include <sandbox_sdk/status.h>
#include <sandbox_sdk/transfer.h>

SBX_BEGIN_DECLS

/** A session; opaque. Its functions are safe from any thread, but sbx_session_free(). Since 0.1.0. */
typedef struct sbx_session sbx_session;

/** Options of a session. What they point to belongs to the caller, until the call has returned. Since 0.1.0. */
typedef struct sbx_session_options {
	size_t size;                               /**< set by ::SBX_SESSION_OPTIONS_INIT */
	const sbx_sandboxes_create_params *create; /**< the sandbox; NULL: what the server makes of nothing */
	const char *name_prefix; /**< what the sandbox's name begins with where `create` has none; twelve random
	                            characters follow; NULL: `session-` */
	double ready_timeout; /**< how long to wait until the sandbox is ready, in seconds; default 120; ::SBX_FOREVER
	                       */
	sbx_flag keep;        /**< leave the sandbox when the session is closed; default no, of an adopted one yes */
	int reserved;         /**< 0 */
	const sbx_json *arguments; /**< an object with the arguments of "sandboxes.create" by name, in the place of
	                              `create`; NULL: that one */
} sbx_session_options;

/** Options of a session that take every default. */
#define SBX_SESSION_OPTIONS_INIT {sizeof(sbx_session_options), NULL, NULL, SBX_DEFAULT, SBX_FLAG_DEFAULT, 0, NULL}

/**
 * Creates a sandbox and waits until it is ready. Where that fails, or takes too long, the sandbox is deleted again, for
 * which the call may take 10 s longer than its deadline.
 *
 * Whether a sandbox is ready is asked of the list of sandboxes. Where the connection is lost while the sandbox is
 * created, it is looked for by its name there, if the session gave it one, and used.
 *
 * @param client a client; the session goes on when it is freed, and ends when it is closed
 * @param session_options may be NULL
 * @param options of the requests; may be NULL
 * @param session receives the session, freed with sbx_session_free()
 * @param error receives the error; may be NULL
 * @return ::SBX_OK; ::SBX_ERROR_TIMEOUT where the sandbox did not become ready in time; ::SBX_ERROR_SANDBOX_FAILED; or
 *         any error of sbx_sandboxes_create() and sbx_sandboxes_list()
 *
 * Blocks until the sandbox is ready. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_session_create(sbx_client *client, const sbx_session_options *session_options,
                                      const sbx_request_options *options, sbx_session **session, sbx_error **error);

/**
 * Starts to create a sandbox and to wait until it is ready, and returns at once.
 *
 * @param client a client; the session goes on when it is freed, and ends when it is closed
 * @param session_options may be NULL
 * @param options of the requests; may be NULL
 * @param on_done told when the sandbox is ready or that failed; NULL: the call goes to the queue that
 *        sbx_client_next() reads
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free(); its result is that of sbx_session_create(), and the
 *        session comes from sbx_call_result_session()
 * @param error receives the error; may be NULL
 * @return as sbx_client_start()
 *
 * A call that is cancelled or freed deletes the sandbox, if there may be one, before it is done: the loop has to be
 * driven for up to 10 s more. So is, by the loop, that of a session which nobody has taken when the call is freed.
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_session_create_start(sbx_client *client, const sbx_session_options *session_options,
                                            const sbx_request_options *options, sbx_call_callback on_done,
                                            void *user_data, sbx_call **call, sbx_error **error);

/**
 * The session of a call that sbx_session_create_start() gave out and that is done. Who asks first has it.
 *
 * @param call a call
 * @param session receives the session, freed with sbx_session_free()
 * @param error receives the error; may be NULL
 * @return ::SBX_OK or the call's error; ::SBX_ERROR_INVALID_ARGUMENT while it is not done, for another call, and where
 *         the session was taken already
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_call_result_session(const sbx_call *call, sbx_session **session, sbx_error **error);

/**
 * Makes a session of a sandbox that is there. Nothing is sent.
 *
 * @param client a client; the session goes on when it is freed, and ends when it is closed
 * @param id the identifier of a sandbox, copied
 * @param session_options may be NULL; of them, `keep` counts, and is yes where it is not given
 * @param session receives the session, freed with sbx_session_free()
 * @param error receives the error; may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_session_adopt(sbx_client *client, const char *id, const sbx_session_options *session_options,
                                     sbx_session **session, sbx_error **error);

/**
 * The identifier of a session's sandbox.
 *
 * @param session a session
 * @return text owned by the session; "" for NULL
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const char *sbx_session_id(const sbx_session *session);

/**
 * A session's sandbox as it was when it had become ready.
 *
 * @param session a session
 * @return a sandbox owned by the session; NULL where the session adopted it
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_sandbox *sbx_session_sandbox(const sbx_session *session);

/** How a command is run. What it points to belongs to the caller, until the call has returned. Since 0.1.0. */
typedef struct sbx_run_options {
	size_t size;             /**< set by ::SBX_RUN_OPTIONS_INIT */
	const sbx_pair *env;     /**< environment variables for this command */
	size_t env_count;        /**< how many */
	int64_t timeout;         /**< how many seconds the command may run before it is ended; ::SBX_DEFAULT */
	const char *working_dir; /**< directory in the sandbox that the command starts in; NULL: the server's choice */
	sbx_flag check;          /**< any end but exit code 0 is an error; default no */
	int reserved;            /**< 0 */
} sbx_run_options;

/** Options of a command that take every default. */
#define SBX_RUN_OPTIONS_INIT {sizeof(sbx_run_options), NULL, 0, SBX_DEFAULT, NULL, SBX_FLAG_DEFAULT, 0}

/**
 * Runs a command and waits for its end.
 *
 * @param session a session
 * @param command a whole shell command line
 * @param run how; may be NULL
 * @param options of the request; may be NULL
 * @param execution receives how it ended and what it wrote, freed with sbx_execution_free(); may be NULL
 * @param error receives the error; may be NULL
 * @return ::SBX_OK, whatever the exit code; with `check` ::SBX_ERROR_COMMAND_FAILED for any end but exit code 0 (see
 *         sbx_error_execution()); ::SBX_ERROR_CLOSED; or any error of sbx_sandboxes_execute()
 *
 * Blocks until the command has ended. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_session_run(sbx_session *session, const char *command, const sbx_run_options *run,
                                   const sbx_request_options *options, sbx_execution **execution, sbx_error **error);

/**
 * Starts a command and returns at once.
 *
 * @param session a session
 * @param command a whole shell command line
 * @param run how; may be NULL
 * @param options of the request; may be NULL
 * @param on_done told when the command has ended; NULL: the call goes to the queue that sbx_client_next() reads
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free(), which ends the command; its result is that of
 *        sbx_session_run(), and sbx_call_result_execution() has the execution
 * @param error receives the error; may be NULL
 * @return as sbx_client_start(); ::SBX_ERROR_CLOSED also for a session
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_session_run_start(sbx_session *session, const char *command, const sbx_run_options *run,
                                         const sbx_request_options *options, sbx_call_callback on_done, void *user_data,
                                         sbx_call **call, sbx_error **error);

/**
 * Runs a command and gives its output as it is written, then its result.
 *
 * @param session a session
 * @param command a whole shell command line
 * @param run how; may be NULL; `check` does not count: the result says how the command ended
 * @param options of the request; may be NULL; what they point to must stay as long as the stream
 * @param stream receives the events, freed with sbx_execution_stream_free(), which ends the command; it must be freed
 *        before the session
 * @param error receives the error; may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_CLOSED or any error of sbx_sandboxes_execute_stream()
 *
 * Blocks until the command has been started. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_session_stream(sbx_session *session, const char *command, const sbx_run_options *run,
                                      const sbx_request_options *options, sbx_execution_stream **stream,
                                      sbx_error **error);

/**
 * Starts a command whose output is read as it is written, and returns at once.
 *
 * @param session a session
 * @param command a whole shell command line
 * @param run how; may be NULL; `check` does not count
 * @param options of the request; may be NULL
 * @param on_ready told when there is something to read; NULL: the caller asks by itself
 * @param user_data given to `on_ready`
 * @param stream receives the events, which reading does not wait for, freed with sbx_execution_stream_free()
 * @param error receives the error; may be NULL
 * @return as sbx_sandboxes_execute_stream_start(); ::SBX_ERROR_CLOSED also for a session
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_session_stream_start(sbx_session *session, const char *command, const sbx_run_options *run,
                                            const sbx_request_options *options, sbx_execution_stream_callback on_ready,
                                            void *user_data, sbx_execution_stream **stream, sbx_error **error);

/**
 * The command that an error is about.
 *
 * @param error an error
 * @return how it ended and what it wrote, owned by the error; NULL unless the code is ::SBX_ERROR_COMMAND_FAILED
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API const sbx_execution *sbx_error_execution(const sbx_error *error);

/**
 * Reads a file of the sandbox into memory, of at most `max_body_bytes` of the client's HTTP options, else 2 GiB.
 *
 * @param session a session
 * @param path the file in the sandbox
 * @param options of the request; may be NULL
 * @param data receives the bytes, followed by a NUL, freed with sbx_string_free()
 * @param length receives how many; may be NULL
 * @param error receives the error; may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_CLOSED or any error of sbx_sandboxes_download()
 *
 * Blocks until the file is there. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_session_read(sbx_session *session, const char *path, const sbx_request_options *options,
                                    char **data, size_t *length, sbx_error **error);

/**
 * Starts to read a file of the sandbox into memory, and returns at once.
 *
 * @param session a session
 * @param path the file in the sandbox
 * @param options of the request; may be NULL
 * @param on_done told when the file is there; NULL: the call goes to the queue that sbx_client_next() reads
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free(); the bytes are the body of its response
 * @param error receives the error; may be NULL
 * @return as sbx_client_start(); ::SBX_ERROR_CLOSED also for a session
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_session_read_start(sbx_session *session, const char *path, const sbx_request_options *options,
                                          sbx_call_callback on_done, void *user_data, sbx_call **call,
                                          sbx_error **error);

/**
 * Reads a file of the sandbox into a sink.
 *
 * @param session a session
 * @param path the file in the sandbox
 * @param sink where the bytes go; in memory they are the body of the response that `response` in the options receives
 * @param options of the request; may be NULL
 * @param error receives the error; may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_CLOSED or any error of sbx_sandboxes_download()
 *
 * Blocks until the file is there. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_session_read_into(sbx_session *session, const char *path, const sbx_sink *sink,
                                         const sbx_request_options *options, sbx_error **error);

/**
 * Starts to read a file of the sandbox into a sink, and returns at once.
 *
 * @param session a session
 * @param path the file in the sandbox
 * @param sink where the bytes go; what its callback points to must stay until the call is done
 * @param options of the request; may be NULL
 * @param on_done told when the file is there; NULL: the call goes to the queue that sbx_client_next() reads
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free()
 * @param error receives the error; may be NULL
 * @return as sbx_client_start(); ::SBX_ERROR_CLOSED also for a session
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_session_read_into_start(sbx_session *session, const char *path, const sbx_sink *sink,
                                               const sbx_request_options *options, sbx_call_callback on_done,
                                               void *user_data, sbx_call **call, sbx_error **error);

/**
 * Writes a file of the sandbox from memory.
 *
 * @param session a session
 * @param path the file in the sandbox, replaced if it exists
 * @param data the bytes; may be NULL where there are none
 * @param length how many
 * @param options of the request; may be NULL
 * @param error receives the error; may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_CLOSED or any error of sbx_sandboxes_upload()
 *
 * Blocks until the file is written. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_session_write(sbx_session *session, const char *path, const void *data, size_t length,
                                     const sbx_request_options *options, sbx_error **error);

/**
 * Starts to write a file of the sandbox from memory, and returns at once.
 *
 * @param session a session
 * @param path the file in the sandbox, replaced if it exists
 * @param data the bytes, which must stay until the call is done; may be NULL where there are none
 * @param length how many
 * @param options of the request; may be NULL
 * @param on_done told when the file is written; NULL: the call goes to the queue that sbx_client_next() reads
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free()
 * @param error receives the error; may be NULL
 * @return as sbx_client_start(); ::SBX_ERROR_CLOSED also for a session
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_session_write_start(sbx_session *session, const char *path, const void *data, size_t length,
                                           const sbx_request_options *options, sbx_call_callback on_done,
                                           void *user_data, sbx_call **call, sbx_error **error);

/**
 * Writes a file of the sandbox from a source.
 *
 * @param session a session
 * @param path the file in the sandbox, replaced if it exists
 * @param source where the bytes come from
 * @param options of the request; may be NULL
 * @param error receives the error; may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_CLOSED or any error of sbx_sandboxes_upload()
 *
 * Blocks until the file is written. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_session_write_from(sbx_session *session, const char *path, const sbx_source *source,
                                          const sbx_request_options *options, sbx_error **error);

/**
 * Starts to write a file of the sandbox from a source, and returns at once.
 *
 * @param session a session
 * @param path the file in the sandbox, replaced if it exists
 * @param source where the bytes come from, which must stay until the call is done
 * @param options of the request; may be NULL
 * @param on_done told when the file is written; NULL: the call goes to the queue that sbx_client_next() reads
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free()
 * @param error receives the error; may be NULL
 * @return as sbx_client_start(); ::SBX_ERROR_CLOSED also for a session
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_session_write_from_start(sbx_session *session, const char *path, const sbx_source *source,
                                                const sbx_request_options *options, sbx_call_callback on_done,
                                                void *user_data, sbx_call **call, sbx_error **error);

/**
 * Sends a file or a directory to the sandbox. A directory's entries, links as links, go into the directory at `remote`,
 * which is made with those above it, or added to. It travels as an archive through a temporary file of the sandbox,
 * where `tar` unpacks it; the file is removed in any case. Owners, groups, setuid bits and hard links do not travel.
 *
 * @param session a session
 * @param local a file or directory of this machine
 * @param remote where it goes: of a file its path, replaced if it exists, of a directory the directory
 * @param transfer how; may be NULL
 * @param options of the requests; may be NULL; `progress` is told of the bytes of the file or archive
 * @param error receives the error; may be NULL
 * @return ::SBX_OK; ::SBX_ERROR_LOCAL_FILE; ::SBX_ERROR_ARCHIVE where the sandbox has no `tar`, and its server does not
 *         unpack instead, or this machine has no libarchive; ::SBX_ERROR_COMMAND_FAILED where `tar` failed, with what
 * it said; or any error of sbx_sandboxes_upload() and sbx_sandboxes_execute()
 *
 * Blocks until all is there. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_session_upload(sbx_session *session, const char *local, const char *remote,
                                      const sbx_transfer_options *transfer, const sbx_request_options *options,
                                      sbx_error **error);

/**
 * Starts to send a file or a directory to the sandbox, and returns at once. Files of this machine are read, a piece at
 * a time, by the thread that drives the loop.
 *
 * @param session a session
 * @param local a file or directory of this machine
 * @param remote where it goes: of a file its path, replaced if it exists, of a directory the directory
 * @param transfer how; may be NULL; `skipped` is told on the thread that drives the loop
 * @param options of the requests; may be NULL; `progress` is told of the bytes of the file or archive
 * @param on_done told when all is there or that failed; NULL: the call goes to the queue that sbx_client_next() reads
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free(); its result is that of sbx_session_upload(). Cancelled, it
 *        removes the archive of a directory before it is done, for which the loop has to be driven for up to 10 s more
 * @param error receives the error; may be NULL
 * @return as sbx_client_start(); ::SBX_ERROR_CLOSED also for a session; ::SBX_ERROR_LOCAL_FILE and ::SBX_ERROR_ARCHIVE
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_session_upload_start(sbx_session *session, const char *local, const char *remote,
                                            const sbx_transfer_options *transfer, const sbx_request_options *options,
                                            sbx_call_callback on_done, void *user_data, sbx_call **call,
                                            sbx_error **error);

/**
 * Fetches a file or a directory from the sandbox. A file appears whole or not at all. So does a directory that is not
 * there yet; into one that is there the files come one by one, each whole or not at all, and replace what has their
 * name.
 *
 * Whatever the sandbox sends, nothing is written outside `local`: an archive with an absolute path, with `..`, or
 * through a symbolic link is refused; devices, pipes and links that lead out are left out, and told to `skipped`. So is
 * a link that goes up after it went down. Owners, groups and setuid bits do not travel.
 *
 * @param session a session
 * @param remote a file or directory in the sandbox
 * @param local where it goes on this machine; the directory above it must be there
 * @param transfer how; may be NULL
 * @param options of the requests; may be NULL; `progress` is told of the bytes of the file or archive
 * @param error receives the error; may be NULL
 * @return ::SBX_OK; ::SBX_ERROR_LOCAL_FILE; ::SBX_ERROR_ARCHIVE for an archive that is broken, unsafe or above a limit,
 *         a sandbox without `tar` whose server does not pack instead, or a machine without libarchive;
 * ::SBX_ERROR_COMMAND_FAILED where `tar` failed, with what it said; or any error of sbx_sandboxes_download() and
 * sbx_sandboxes_execute()
 *
 * Blocks until all is there. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_session_download(sbx_session *session, const char *remote, const char *local,
                                        const sbx_transfer_options *transfer, const sbx_request_options *options,
                                        sbx_error **error);

/**
 * Starts to fetch a file or a directory from the sandbox, and returns at once. Files of this machine are written, a
 * piece at a time, by the thread that drives the loop. The archive of a directory is first kept in a file without a
 * name beside `local`, and then unpacked.
 *
 * @param session a session
 * @param remote a file or directory in the sandbox
 * @param local where it goes on this machine; the directory above it must be there
 * @param transfer how; may be NULL; `skipped` is told on the thread that drives the loop
 * @param options of the requests; may be NULL; `progress` is told of the bytes of the file or archive
 * @param on_done told when all is there or that failed; NULL: the call goes to the queue that sbx_client_next() reads
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free(); its result is that of sbx_session_download(). Cancelled,
 *        it removes the archive of a directory before it is done, for which the loop has to be driven for up to 10 s
 *        more
 * @param error receives the error; may be NULL
 * @return as sbx_client_start(); ::SBX_ERROR_CLOSED also for a session; ::SBX_ERROR_LOCAL_FILE
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_session_download_start(sbx_session *session, const char *remote, const char *local,
                                              const sbx_transfer_options *transfer, const sbx_request_options *options,
                                              sbx_call_callback on_done, void *user_data, sbx_call **call,
                                              sbx_error **error);

/**
 * Ends a session: its sandbox is deleted, unless it is kept. A sandbox that is gone already is no error, and closing
 * again does nothing. Where it fails it can be tried again.
 *
 * @param session a session; NULL is accepted
 * @param options of the request; may be NULL
 * @param error receives the error; may be NULL
 * @return ::SBX_OK or any error of sbx_sandboxes_delete()
 *
 * Blocks until the sandbox is deleted. Safe from any thread; later calls on the session fail with ::SBX_ERROR_CLOSED.
 * Since 0.1.0.
 */
SBX_API sbx_status sbx_session_close(sbx_session *session, const sbx_request_options *options, sbx_error **error);

/**
 * Starts to end a session, and returns at once. Until the call is done the session is not closed.
 *
 * @param session a session
 * @param options of the request; may be NULL
 * @param on_done told when the sandbox is deleted, or need not be, or that failed; NULL: the call goes to the queue
 * that sbx_client_next() reads
 * @param user_data given to `on_done`
 * @param call receives the call, freed with sbx_call_free(); its result is that of sbx_session_close(). NULL: nobody is
 *        told, and there is nothing to free; what the loop has not done when the last client, session and call is freed
 * is not done
 * @param error receives the error; may be NULL
 * @return as sbx_client_start()
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_session_close_start(sbx_session *session, const sbx_request_options *options,
                                           sbx_call_callback on_done, void *user_data, sbx_call **call,
                                           sbx_error **error);

/**
 * Decides anew whether the sandbox is left when the session is closed.
 *
 * @param session a session
 * @param keep 0 deletes it, anything else leaves it
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API void sbx_session_keep(sbx_session *session, int keep);

/**
 * Frees a session. One that was not closed is closed first, with at most 10 s for that; whether it worked is not told:
 * who wants to know calls sbx_session_close().
 *
 * @param session a session that no other thread is using; NULL is accepted
 *
 * Since 0.1.0.
 */
SBX_API void sbx_session_free(sbx_session *session);

SBX_END_DECLS

#endif
