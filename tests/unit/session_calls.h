/*
 * The functions of a session as tests call them: in the form that waits or, where `session_calls_started` says so, in
 * the one that is started, whose loop is then driven to the end of the call.
 */
#ifndef UNIT_SESSION_CALLS_H
#define UNIT_SESSION_CALLS_H

#include <sandbox_sdk.h>
#include <stdbool.h>

extern bool session_calls_started;

sbx_status session_create(sbx_client *client, const sbx_session_options *session_options,
                          const sbx_request_options *options, sbx_session **session, sbx_error **error);
sbx_status session_run(sbx_session *session, const char *command, const sbx_run_options *run,
                       const sbx_request_options *options, sbx_execution **execution, sbx_error **error);
sbx_status session_read(sbx_session *session, const char *path, const sbx_request_options *options, char **data,
                        size_t *length, sbx_error **error);
sbx_status session_write(sbx_session *session, const char *path, const void *data, size_t length,
                         const sbx_request_options *options, sbx_error **error);
sbx_status session_read_into(sbx_session *session, const char *path, const sbx_sink *sink,
                             const sbx_request_options *options, sbx_error **error);
sbx_status session_write_from(sbx_session *session, const char *path, const sbx_source *source,
                              const sbx_request_options *options, sbx_error **error);
sbx_status session_upload(sbx_session *session, const char *local, const char *remote,
                          const sbx_transfer_options *transfer, const sbx_request_options *options, sbx_error **error);
sbx_status session_download(sbx_session *session, const char *remote, const char *local,
                            const sbx_transfer_options *transfer, const sbx_request_options *options,
                            sbx_error **error);
sbx_status session_close(sbx_session *session, const sbx_request_options *options, sbx_error **error);
sbx_status session_run_many(sbx_client *client, const char *const *ids, size_t count, const char *command,
                            const sbx_run_many_options *run_many, const sbx_request_options *options,
                            sbx_run_results **results, sbx_error **error);
sbx_status session_leftovers_delete(sbx_client *client, const sbx_leftovers_params *params,
                                    const sbx_request_options *options, sbx_leftovers **leftovers, sbx_error **error);
/* Fetches the page that the next item is on. */
sbx_status session_pages_fetch(sbx_pages *pages, sbx_error **error);

#endif
