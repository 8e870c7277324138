#include "http_options.h"

#include <arpa/inet.h>
#include <limits.h>
#include <math.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "arguments.h"
#include "error.h"
#include "pem.h"
#include "secret.h"

#define DEFAULT_KEEP_ALIVE 60
#define DEFAULT_IDLE_EXPIRY 5
#define DEFAULT_REDIRECTS 20
#define DEFAULT_CONNECTIONS 100
#define DEFAULT_IDLE_CONNECTIONS 20
/* Below what libcurl itself takes, so that the error is ours. */
#define DEFAULT_HEADER_BYTES ((int64_t)256 << 10)
#define DEFAULT_DOCUMENT_BYTES ((int64_t)256 << 20)
#define DEFAULT_COMPRESSED_BODY_BYTES ((int64_t)1 << 30)
#define DEFAULT_MEMORY_BODY_BYTES ((int64_t)2 << 30)

/* A later member must not hide in what is padding now: callers of before would seem to have set it. */
_Static_assert(offsetof(sbx_http_options, crl_file) + sizeof(char *) == sizeof(sbx_http_options),
               "sbx_http_options ends with padding");

/* ---- texts, files and bytes ---- */

static bool copy_text(char **copy, const char *text)
{
	*copy = text ? strdup(text) : NULL;
	return *copy || !text;
}

static sbx_status copy_texts(sbx__http_options *made, const sbx_http_options *given, sbx_error **error)
{
	const struct {
		char **copy;
		const char *text;
		const char *name;
	} texts[] = {
	        {&made->ca_directory, given->ca_directory, "ca_directory"},
	        {&made->crl_file, given->crl_file, "crl_file"},
	        {&made->key_password, given->key_password, "key_password"},
	        {&made->unix_socket, given->unix_socket, "unix_socket"},
	        {&made->local_address, given->local_address, "local_address"},
	        {&made->network_interface, given->network_interface, "network_interface"},
	};
	for (size_t index = 0; index < sizeof texts / sizeof texts[0]; index++) {
		if (texts[index].text && !*texts[index].text)
			return sbx__fail_option(error, texts[index].name, "it is empty; NULL says that there is none");
		if (!copy_text(texts[index].copy, texts[index].text))
			return sbx__fail_memory(error);
	}
	return SBX_OK;
}

/* What an error calls the two ways to give something. */
typedef struct material_names {
	const char *file;
	const char *data;
} material_names;

static sbx_status copy_material(sbx__material *made, const char *file, const void *data, size_t length,
                                material_names names, sbx__pem_kind kind, sbx_error **error)
{
	const char *problem = NULL;
	if (file && data)
		return sbx__fail_option(error, names.data, "%s is given as well", names.file);
	if (!file && !data)
		return length ? sbx__fail_option(error, names.data, "a length without bytes") : SBX_OK;
	if (file) {
		if (!copy_text(&made->file, file))
			return sbx__fail_memory(error);
		return sbx__pem_check_file(file, kind, names.file, error);
	}
	if (!sbx__pem_check(data, length, kind, &problem))
		return sbx__fail_option(error, names.data, "%s", problem);
	made->data = malloc(length + 1);
	if (!made->data)
		return sbx__fail_memory(error);
	memcpy(made->data, data, length);
	made->data[length] = '\0';
	made->length = length;
	return SBX_OK;
}

static void free_material(sbx__material *material)
{
	free(material->file);
	sbx__secret_free_bytes(material->data, material->length);
}

static sbx_status copy_certificates(sbx__http_options *made, const sbx_http_options *given, sbx_error **error)
{
	sbx_status status = copy_material(&made->ca, given->ca_file, given->ca_data, given->ca_length,
	                                  (material_names){"ca_file", "ca_data"}, SBX__PEM_CERTIFICATE, error);
	if (status == SBX_OK && given->ca_directory)
		status = sbx__pem_check_directory(given->ca_directory, "ca_directory", error);
	if (status == SBX_OK && given->crl_file)
		status = sbx__pem_check_file(given->crl_file, SBX__PEM_REVOCATIONS, "crl_file", error);
	if (status == SBX_OK)
		status = copy_material(
		        &made->certificate, given->certificate_file, given->certificate_data, given->certificate_length,
		        (material_names){"certificate_file", "certificate_data"}, SBX__PEM_CERTIFICATE, error);
	if (status == SBX_OK)
		status = copy_material(&made->key, given->key_file, given->key_data, given->key_length,
		                       (material_names){"key_file", "key_data"}, SBX__PEM_KEY, error);
	return status;
}

/* ---- what must not stand together ---- */

static sbx_status check_together(const sbx_http_options *given, sbx_error **error)
{
	bool certificate = given->certificate_file || given->certificate_data;
	bool key = given->key_file || given->key_data;
	bool trusts = given->ca_file || given->ca_data || given->ca_directory;
	if (key && !certificate)
		return sbx__fail_option(error, given->key_file ? "key_file" : "key_data", "without a certificate");
	if (given->key_password && !certificate)
		return sbx__fail_option(error, "key_password", "without a certificate and its key");
	if (given->unix_socket && given->proxy && *given->proxy)
		return sbx__fail_option(error, "unix_socket", "contradicts proxy: a socket is reached directly");
	if (given->unix_socket && (given->local_address || given->network_interface))
		return sbx__fail_option(error, "unix_socket", "contradicts %s: a socket has no network",
		                        given->local_address ? "local_address" : "network_interface");
	if (given->local_address && given->network_interface)
		return sbx__fail_option(error, "network_interface", "contradicts local_address");
	if (given->accept_invalid_certificates == SBX_FLAG_YES && (trusts || given->crl_file))
		return sbx__fail_option(error, "accept_invalid_certificates", "contradicts %s",
		                        trusts ? "the authorities that are to be trusted" : "crl_file");
	return SBX_OK;
}

/* ---- addresses ---- */

static bool is_address(const char *text, size_t length)
{
	char address[INET6_ADDRSTRLEN];
	unsigned char bytes[16];
	if (length > 2 && text[0] == '[' && text[length - 1] == ']') {
		text++;
		length -= 2;
	}
	if (!length || length >= sizeof address)
		return false;
	memcpy(address, text, length);
	address[length] = '\0';
	return inet_pton(AF_INET, address, bytes) == 1 || inet_pton(AF_INET6, address, bytes) == 1;
}

static bool is_address_list(const char *text)
{
	for (;;) {
		size_t length = strcspn(text, ",");
		if (!is_address(text, length))
			return false;
		if (!text[length])
			return true;
		text += length + 1;
	}
}

/* "host:port:address"; the signs that libcurl gives a meaning before it are no part of a name. */
static bool is_override(const char *text)
{
	const char *port = strchr(text, ':');
	if (!port || port == text || strchr("+-", *text))
		return false;
	char *end;
	long number = port[1] >= '0' && port[1] <= '9' ? strtol(port + 1, &end, 10) : 0;
	return number > 0 && number <= 65535 && *end == ':' && is_address_list(end + 1);
}

static sbx_status copy_overrides(sbx__http_options *made, const sbx_http_options *given, sbx_error **error)
{
	size_t count = given->name_overrides_count;
	if (!count)
		return SBX_OK;
	if (!given->name_overrides)
		return sbx__fail_option(error, "name_overrides", "a count without texts");
	made->name_overrides = calloc(count, sizeof *made->name_overrides);
	if (!made->name_overrides)
		return sbx__fail_memory(error);
	for (size_t index = 0; index < count; index++) {
		const char *text = given->name_overrides[index];
		if (!text || !is_override(text))
			return sbx__fail_option(error, "name_overrides", "%s is not host:port:address",
			                        text ? text : "NULL");
		made->name_overrides[index] = strdup(text);
		if (!made->name_overrides[index])
			return sbx__fail_memory(error);
		made->name_overrides_count++;
	}
	return SBX_OK;
}

/* What the system has no room for. */
static sbx_status check_lengths(const sbx_http_options *given, sbx_error **error)
{
	const struct {
		const char *text;
		size_t room; /* a NUL included */
		const char *name;
	} texts[] = {
	        {given->unix_socket, sizeof((struct sockaddr_un *)0)->sun_path, "unix_socket"},
	        {given->network_interface, IF_NAMESIZE, "network_interface"},
	};
	for (size_t index = 0; index < sizeof texts / sizeof texts[0]; index++)
		if (texts[index].text && strlen(texts[index].text) >= texts[index].room)
			return sbx__fail_option(error, texts[index].name, "it is longer than %zu bytes",
			                        texts[index].room - 1);
	return SBX_OK;
}

static sbx_status check_local_address(const sbx_http_options *given, sbx_error **error)
{
	if (given->local_address && !is_address(given->local_address, strlen(given->local_address)))
		return sbx__fail_option(error, "local_address", "%s is not an address", given->local_address);
	return SBX_OK;
}

/* ---- numbers ---- */

static sbx_status take_seconds(long *taken, double seconds, long otherwise, long for_ever, const char *name,
                               sbx_error **error)
{
	if (isnan(seconds) || (seconds < 0 && seconds != SBX_DEFAULT && seconds != SBX_FOREVER))
		return sbx__fail_argument(error, name, "must be a number of seconds that is not negative");
	if (seconds == SBX_DEFAULT)
		*taken = otherwise;
	else if (seconds == SBX_FOREVER || seconds > INT_MAX)
		*taken = for_ever;
	else
		*taken = (long)seconds;
	return SBX_OK;
}

static sbx_status take_count(size_t *taken, int64_t count, int64_t least, int64_t otherwise, const char *name,
                             sbx_error **error)
{
	if (count != SBX_DEFAULT && count < least)
		return sbx__fail_argument(error, name, "must be at least %lld", (long long)least);
	*taken = (size_t)(count == SBX_DEFAULT ? otherwise : count);
	return SBX_OK;
}

static sbx_status take_counts(sbx__http_options *made, const sbx_http_options *given, sbx_error **error)
{
	const struct {
		size_t *taken;
		int64_t given;
		int64_t least;
		int64_t otherwise;
		const char *name;
	} counts[] = {
	        {&made->max_connections, given->max_connections, 1, DEFAULT_CONNECTIONS, "max_connections"},
	        {&made->max_idle_connections, given->max_idle_connections, 0, DEFAULT_IDLE_CONNECTIONS,
		 "max_idle_connections"},
	        {&made->max_header_bytes, given->max_header_bytes, 1, DEFAULT_HEADER_BYTES, "max_header_bytes"},
	        {&made->max_document_bytes, given->max_document_bytes, 0, DEFAULT_DOCUMENT_BYTES, "max_document_bytes"},
	        {&made->max_event_line_bytes, given->max_event_line_bytes, 1, SBX__DEFAULT_EVENT_LINE_BYTES,
		 "max_event_line_bytes"},
	};
	for (size_t index = 0; index < sizeof counts / sizeof counts[0]; index++) {
		sbx_status status = take_count(counts[index].taken, counts[index].given, counts[index].least,
		                               counts[index].otherwise, counts[index].name, error);
		if (status < 0)
			return status;
	}
	return SBX_OK;
}

static sbx_status take_numbers(sbx__http_options *made, const sbx_http_options *given, sbx_error **error)
{
	sbx_status status = take_counts(made, given, error);
	if (status == SBX_OK)
		status = take_seconds(&made->idle_expiry, given->idle_expiry, DEFAULT_IDLE_EXPIRY, -1, "idle_expiry",
		                      error);
	if (status == SBX_OK)
		status = take_seconds(&made->keep_alive_interval, given->keep_alive_interval, DEFAULT_KEEP_ALIVE, 0,
		                      "keep_alive_interval", error);
	if (status < 0)
		return status;
	if (given->keep_alive_interval >= 0 && given->keep_alive_interval < 1)
		return sbx__fail_argument(error, "keep_alive_interval", "must be at least 1");
	if (given->max_redirects < SBX_DEFAULT)
		return sbx__fail_argument(error, "max_redirects", "must not be negative");
	if (given->max_body_bytes < SBX_DEFAULT)
		return sbx__fail_argument(error, "max_body_bytes", "must not be negative");
	bool limited = given->max_body_bytes != SBX_DEFAULT;
	made->max_body_bytes = limited ? given->max_body_bytes : INT64_MAX;
	made->max_compressed_body_bytes = limited ? given->max_body_bytes : DEFAULT_COMPRESSED_BODY_BYTES;
	made->max_memory_body_bytes = limited ? given->max_body_bytes : DEFAULT_MEMORY_BODY_BYTES;
	made->max_redirects = given->max_redirects == SBX_DEFAULT ? DEFAULT_REDIRECTS : given->max_redirects;
	made->follow_redirects = given->follow_redirects != SBX_FLAG_NO;
	return SBX_OK;
}

static sbx_status take_choices(sbx__http_options *made, const sbx_http_options *given, sbx_error **error)
{
	const sbx__choice choices[] = {
	        {(int)given->environment_proxies, SBX_FLAG_NO, "environment_proxies"},
	        {(int)given->accept_invalid_certificates, SBX_FLAG_NO, "accept_invalid_certificates"},
	        {(int)given->follow_redirects, SBX_FLAG_NO, "follow_redirects"},
	        {(int)given->minimum_tls, SBX_TLS_1_3, "minimum_tls"},
	        {(int)given->version, SBX_HTTP_2, "version"},
	        {(int)given->compression, SBX_COMPRESSION_ALL, "compression"},
	};
	sbx_status status = sbx__choices_check(choices, sizeof choices / sizeof choices[0], error);
	if (status < 0)
		return status;
	made->accept_invalid_certificates = given->accept_invalid_certificates == SBX_FLAG_YES;
	made->minimum_tls = given->minimum_tls == SBX_TLS_DEFAULT ? SBX_TLS_1_2 : given->minimum_tls;
	made->version = given->version == SBX_HTTP_DEFAULT ? SBX_HTTP_1_1 : given->version;
	made->compression = given->compression;
	return SBX_OK;
}

/* ---- the whole ---- */

static sbx_status fill(sbx__http_options *made, const sbx_http_options *given, sbx_error **error)
{
	sbx_status status;
	if ((status = take_choices(made, given, error)) < 0 || (status = take_numbers(made, given, error)) < 0 ||
	    (status = check_together(given, error)) < 0 || (status = check_local_address(given, error)) < 0 ||
	    (status = check_lengths(given, error)) < 0 || (status = copy_texts(made, given, error)) < 0 ||
	    (status = copy_certificates(made, given, error)) < 0 || (status = copy_overrides(made, given, error)) < 0)
		return status;
	return sbx__proxies_init(&made->proxies, given, given->unix_socket != NULL, error);
}

sbx_status sbx__http_options_new(sbx__http_options **options, const sbx_http_options *given, sbx_error **error)
{
	sbx_http_options known = SBX_HTTP_OPTIONS_INIT;
	sbx_status status = sbx__struct_read(&known, sizeof known, given, "http", error);
	if (status < 0)
		return status;
	sbx__http_options *made = calloc(1, sizeof *made);
	if (!made)
		return sbx__fail_memory(error);
	atomic_init(&made->references, 1);
	made->given = given != NULL;
	status = fill(made, &known, error);
	if (status < 0)
		sbx__http_options_unref(made);
	else
		*options = made;
	return status;
}

sbx__http_options *sbx__http_options_ref(sbx__http_options *options)
{
	atomic_fetch_add_explicit(&options->references, 1, memory_order_relaxed);
	return options;
}

void sbx__http_options_unref(sbx__http_options *options)
{
	if (!options || atomic_fetch_sub_explicit(&options->references, 1, memory_order_acq_rel) != 1)
		return;
	sbx__proxies_free(&options->proxies);
	free_material(&options->ca);
	free(options->ca_directory);
	free(options->crl_file);
	free_material(&options->certificate);
	free_material(&options->key);
	sbx__secret_free(options->key_password);
	free(options->unix_socket);
	free(options->local_address);
	free(options->network_interface);
	for (size_t index = 0; index < options->name_overrides_count; index++)
		free(options->name_overrides[index]);
	free(options->name_overrides);
	free(options);
}

bool sbx__http_options_compresses(const sbx__http_options *options, bool whole)
{
	return options->compression == SBX_COMPRESSION_ALL ||
	       (whole && options->compression == SBX_COMPRESSION_DOCUMENTS);
}
