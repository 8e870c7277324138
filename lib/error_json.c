#include "error_json.h"

#include <string.h>

#include "json_printer.h"
#include "redact.h"
#include "response.h"
#include "utf8.h"

#define HIDDEN "***"

/* An error on its way into an object. */
typedef struct description {
	const sbx_error *error;
	const char *secret;         /* NULL: there is none to be hidden */
	sbx__buffer escaped_secret; /* as it stands in JSON */
	sbx_json *object;
	bool failed;
} description;

static void set(description *into, const char *name, sbx_json *value)
{
	/* A value that could not be made is refused, which is how a lack of memory shows. */
	into->failed = sbx_json_set(into->object, name, value) < 0 || into->failed;
}

/* Bytes as text, which is UTF-8 in the end, without the secret. */
static sbx_json *make_text(const description *from, const char *bytes, size_t length)
{
	sbx__buffer text = {0};
	sbx__utf8_append(&text, bytes, length);
	sbx_json *json = NULL;
	if (!text.failed) {
		sbx__redact_bytes(text.data, text.length, from->secret);
		json = sbx_json_new_string(text.data ? text.data : "", text.length);
	}
	sbx__buffer_free(&text);
	return json;
}

static void set_text(description *into, const char *name, const char *text)
{
	if (text && *text)
		set(into, name, make_text(into, text, strlen(text)));
}

static sbx_json *make_header(const description *from, sbx_pair pair)
{
	sbx_json *header = sbx_json_new_array();
	const char *value = sbx__redact_is_secret(pair.name) ? HIDDEN : pair.value;
	if (header && sbx_json_append(header, make_text(from, pair.name, strlen(pair.name))) == SBX_OK &&
	    sbx_json_append(header, make_text(from, value, strlen(value))) == SBX_OK)
		return header;
	sbx_json_free(header);
	return NULL;
}

static void set_headers(description *into)
{
	const sbx_error *error = into->error;
	sbx_json *list = sbx_json_new_array();
	for (size_t index = 0; list && index < sbx_error_headers_count(error); index++) {
		if (sbx_json_append(list, make_header(into, sbx_error_header_at(error, index))) == SBX_OK)
			continue;
		sbx_json_free(list);
		list = NULL;
	}
	set(into, "headers", list);
}

/* ---- the body ---- */

/* The same value without the secret, which may be in names as well as in texts. */
static sbx_json *make_value(const description *from, const sbx_json *json)
{
	sbx__buffer text = {0};
	sbx_json *redacted = NULL;
	if (!from->secret)
		return sbx_json_copy(json);
	sbx__json_append_text(json, 0, &text);
	if (!text.failed) {
		sbx__redact_bytes(text.data, text.length, from->secret);
		sbx__redact_bytes(text.data, text.length, from->escaped_secret.data);
		/* Should the asterisks have taken a quote with them, nothing is shown. */
		if (sbx_json_parse(text.data, text.length, &redacted, NULL) == SBX_ERROR_INVALID_JSON)
			redacted = sbx_json_new_string(HIDDEN, strlen(HIDDEN));
	}
	sbx__buffer_free(&text);
	return redacted;
}

static void append_base64(sbx__buffer *text, const unsigned char *bytes, size_t length)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t index = 0; index < length; index += 3) {
		size_t left = length - index;
		unsigned long group = (unsigned long)bytes[index] << 16;
		group |= left > 1 ? (unsigned long)bytes[index + 1] << 8 : 0;
		group |= left > 2 ? bytes[index + 2] : 0;
		const char encoded[4] = {digits[group >> 18], digits[group >> 12 & 63],
		                         left > 1 ? digits[group >> 6 & 63] : '=', left > 2 ? digits[group & 63] : '='};
		sbx__buffer_append(text, encoded, sizeof encoded);
	}
}

static sbx_json *make_base64(const description *from)
{
	sbx__buffer bytes = {0};
	sbx__buffer text = {0};
	sbx_json *json = NULL;
	size_t length;
	const char *body = sbx_error_body(from->error, &length);
	sbx__buffer_append(&bytes, body, length);
	if (!bytes.failed) {
		sbx__redact_bytes(bytes.data, bytes.length, from->secret);
		append_base64(&text, (const unsigned char *)bytes.data, bytes.length);
	}
	if (!bytes.failed && !text.failed)
		json = sbx_json_new_string(text.data, text.length);
	sbx__buffer_free(&bytes);
	sbx__buffer_free(&text);
	return json;
}

static void set_body(description *into)
{
	const sbx_error *error = into->error;
	size_t length;
	const char *body = sbx_error_body(error, &length);
	if (error->json)
		set(into, "body", make_value(into, error->json));
	else if (sbx__utf8_valid(body, length))
		set(into, "body_text", make_text(into, body, length));
	else
		set(into, "body_base64", make_base64(into));
}

/* ---- the whole ---- */

static void set_request(description *into)
{
	const sbx_error *error = into->error;
	set_text(into, "detail", error->detail);
	set_text(into, "argument", error->argument);
	if (error->system_errno)
		set(into, "system_errno", sbx_json_new_integer(error->system_errno));
	set_text(into, "method", sbx_error_method(error));
	set_text(into, "url", sbx_error_url(error));
	if (sbx_error_attempts(error))
		set(into, "attempts", sbx_json_new_integer(sbx_error_attempts(error)));
}

static void set_answer(description *into)
{
	const sbx_error *error = into->error;
	if (!error->answered)
		return;
	set(into, "http_status", sbx_json_new_integer(sbx_error_http_status(error)));
	if (error->retry_after != SBX_DEFAULT)
		set(into, "retry_after", sbx_json_new_number(error->retry_after));
	set_text(into, "request_id", sbx_error_request_id(error));
	set_headers(into);
	set_body(into);
}

/* The secret as it stands within a string of JSON. */
static void escape_secret(description *into)
{
	sbx__buffer quoted = {0};
	if (!into->secret || !sbx__utf8_valid(into->secret, strlen(into->secret)))
		return;
	sbx__json_append_string(into->secret, strlen(into->secret), &quoted);
	if (quoted.failed)
		into->failed = true;
	else
		sbx__buffer_append(&into->escaped_secret, quoted.data + 1, quoted.length - 2);
	into->failed = into->failed || into->escaped_secret.failed;
	sbx__buffer_free(&quoted);
}

/* NULL: no memory. */
static sbx_json *describe(const sbx_error *error, const char *secret)
{
	description made = {.error = error, .secret = secret, .object = sbx_json_new_object()};
	if (!made.object)
		return NULL;
	escape_secret(&made);
	set_text(&made, "name", sbx_error_name(error));
	set(&made, "code", sbx_json_new_integer(error->code));
	set(&made, "message", make_text(&made, error->message, strlen(error->message)));
	set(&made, "retryable", sbx_json_new_boolean(error->retryable));
	set(&made, "outcome_unknown", sbx_json_new_boolean(error->outcome_unknown));
	set_request(&made);
	set_answer(&made);
	sbx__buffer_free(&made.escaped_secret);
	if (!made.failed)
		return made.object;
	sbx_json_free(made.object);
	return NULL;
}

/* A value may hold the secret in another spelling than its text did. */
static bool json_finds(const sbx_json *json, const char *secret)
{
	sbx__buffer text = {0};
	sbx__buffer escaped = {0};
	sbx__json_append_text(json, 0, &text);
	if (sbx__utf8_valid(secret, strlen(secret)))
		sbx__json_append_string(secret, strlen(secret), &escaped);
	bool found = text.failed || escaped.failed || sbx__redact_finds(text.data, text.length, secret);
	if (!found && escaped.length > 2) {
		escaped.data[escaped.length - 1] = '\0';
		found = sbx__redact_finds(text.data, text.length, escaped.data + 1);
	}
	sbx__buffer_free(&text);
	sbx__buffer_free(&escaped);
	return found;
}

void sbx__error_seal(sbx_error *error, const char *secret)
{
	if (sbx__error_is_static(error) || !error->answered)
		return;
	const sbx__buffer *headers = &error->response->headers.text;
	const sbx__buffer *body = &error->response->body;
	error->echoes = sbx__redact_finds(body->data, body->length, secret) ||
	                sbx__redact_finds(headers->data, headers->length, secret) ||
	                (error->json && json_finds(error->json, secret));
	if (error->echoes)
		error->shown = describe(error, secret);
}

sbx_status sbx_error_to_json(const sbx_error *error, sbx_json **json)
{
	if (!error || !json)
		return SBX_ERROR_INVALID_ARGUMENT;
	sbx_json *made = NULL;
	if (!error->echoes)
		made = describe(error, NULL);
	else if (error->shown)
		made = sbx_json_copy(error->shown);
	if (!made)
		return SBX_ERROR_OUT_OF_MEMORY;
	*json = made;
	return SBX_OK;
}
