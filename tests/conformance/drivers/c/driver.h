/*
 * The C driver of the conformance suite: one JSON line in for each case, one out. It uses public headers only.
 */
#ifndef CONFORMANCE_DRIVER_H
#define CONFORMANCE_DRIVER_H

#include <sandbox_sdk.h>
#include <stdbool.h>

/* Memory that must be there: a driver that has none left is of no use. */
void *allocate(size_t count, size_t size);
/* Ends the driver with a message when a function that builds JSON failed. */
sbx_json *built(sbx_json *json);
void set(sbx_json *object, const char *name, sbx_json *value);

/* Members of a case: NULL, the fallback or false where there is none. */
const char *text_of(const sbx_json *object, const char *name);
double number_of(const sbx_json *object, const char *name, double fallback);
int64_t integer_of(const sbx_json *object, const char *name);
sbx_flag flag_of(const sbx_json *object, const char *name);
/* A timeout: null waits for ever. */
double seconds_of(const sbx_json *object, const char *name);
/* An object of texts as pairs, freed by the caller; null is a NULL value. */
sbx_pair *pairs_of(const sbx_json *object, const char *name, size_t *count);

sbx_json *new_base64(const char *data, size_t length);
/* The bytes of a base64 text, freed by the caller. */
char *decode_base64(const char *text, size_t text_length, size_t *length);

/* What the bytes of an upload come from and those of a download go to. */
typedef struct transfer {
	sbx_source source;
	sbx_sink sink;
	bool has_source;
	bool has_sink;
	char *data;
	size_t length;
	size_t position;
	char *received;
	size_t received_length;
} transfer;

void transfer_init(transfer *bytes, const sbx_json *step);
void transfer_end(transfer *bytes);

/* Options from a case; `release` frees what they point to. */
void client_options_of(const sbx_json *given, sbx_client_options *options);
void client_options_release(sbx_client_options *options);
void request_options_of(const sbx_json *given, sbx_request_options *options);
void request_options_release(sbx_request_options *options);

/* A custom request of a case; `release` frees what it points to. */
typedef struct custom_request {
	sbx_request request;
	char *data;
	sbx_part *parts;
	sbx_source *sources;
	char **texts; /* the bytes of each part */
	sbx_pair *form;
} custom_request;

void custom_request_of(const sbx_json *given, custom_request *custom);
void custom_request_release(custom_request *custom);

/* The outcome of a call, as the runner reads it. */
sbx_json *new_error(const sbx_error *error);
sbx_json *new_success(const sbx_response *response, const transfer *bytes);
/* The outcome of a stream that was read to its end; `bytes` are its body, NULL where it went elsewhere. */
sbx_json *new_streamed(const sbx_response *response, const transfer *bytes);

/* Makes a request by an entry: dynamic (waited for), started (driven by the loop) or stream (opened and read). */
sbx_json *outcome_through(sbx_client *client, const char *entry, const sbx_request *request,
                          sbx_request_options *options, transfer *bytes);

/* Calls an operation through its typed function. Success: an outcome with what the typed accessors say. */
sbx_json *call_typed(sbx_client *client, const char *operation, const sbx_json *arguments,
                     const sbx_request_options *options, transfer *bytes);

/* The known fields of a model through its typed accessors: absent ones left out, null as null. */
sbx_json *fields_of_sandbox(const sbx_sandbox *sandbox);
sbx_json *fields_of_sandbox_list(const sbx_sandbox_list *sandboxes);
sbx_json *fields_of_sandbox_deletion(const sbx_sandbox_deletion *deletion);
sbx_json *fields_of_sandbox_deletions(const sbx_sandbox_deletions *deletions);
sbx_json *fields_of_execution(const sbx_execution *execution);
sbx_json *fields_of_uploaded_file(const sbx_uploaded_file *file);
sbx_json *fields_of_volume(const sbx_volume *volume);
sbx_json *fields_of_volume_list(const sbx_volume_list *volumes);
sbx_json *fields_of_volume_deletion(const sbx_volume_deletion *deletion);
sbx_json *fields_of_snapshot(const sbx_snapshot *snapshot);

#endif
