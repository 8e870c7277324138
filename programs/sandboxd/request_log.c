#include "request_log.h"

#include "address.h"
#include "clock.h"
#include "log.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define ID_HEADER "X-Request-Id"
#define ID_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."

void request_identify(struct request *request)
{
	const char *given = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, ID_HEADER);
	size_t length = given ? strlen(given) : 0;

	if (length > 0 && length < sizeof(request->number) && strspn(given, ID_CHARACTERS) == length)
		memcpy(request->number, given, length + 1);
	else
		sandbox_random_id(request->number, "req");
}

/* A client can write anything where an id belongs; only what the server itself has made is repeated. */
static const char *own_id(const struct request *request)
{
	size_t prefix = strcspn(request->id, "-");
	const char *digits = request->id + prefix + 1;

	if (prefix != 3 || strspn(request->id, "abcdefghijklmnopqrstuvwxyz") != prefix || request->id[3] != '-' ||
	    strlen(digits) != 20 || strspn(digits, "0123456789abcdef") != 20)
		return NULL;
	return request->id;
}

/* A unix socket's other end has no address. */
static void find_remote(const struct request *request, char remote[ADDRESS_HOST_SIZE])
{
	const union MHD_ConnectionInfo *info =
	        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const union address *address = info ? (const union address *)info->client_addr : NULL;

	if (address && (address->any.sa_family == AF_INET || address->any.sa_family == AF_INET6))
		address_host(address, remote);
	else
		snprintf(remote, ADDRESS_HOST_SIZE, "local");
}

static void write_line(const struct request *request, int64_t microseconds, bool complete)
{
	char remote[ADDRESS_HOST_SIZE];
	struct log_entry entry;

	find_remote(request, remote);

	log_begin(&entry, LOG_LEVEL_INFO, "request");
	log_text(&entry, "request_id", request->number);
	log_text(&entry, "method", request->route ? request->route->method : NULL);
	log_text(&entry, "route", request->route ? request->route->path : NULL);
	log_text(&entry, "sandbox_id", own_id(request));
	log_number(&entry, "status", request->status);
	log_number(&entry, "duration_ms", microseconds / 1000);
	log_number(&entry, "bytes_in", (int64_t)request->received);
	log_number(&entry, "bytes_out", (int64_t)request->sent);
	log_text(&entry, "remote", remote);
	log_text(&entry, "problem", request->status >= 400 ? problem_name(&request->problem) : NULL);
	log_text(&entry, "replayed", request->replayed ? "yes" : NULL);
	log_text(&entry, "ended", complete ? NULL : "early");
	log_end(&entry);
}

void request_ended(const struct request *request, bool complete)
{
	struct metrics *metrics = &request->service->metrics;
	int64_t microseconds = monotonic_us() - request->begun_us;

	metrics_count_request(metrics, route_number(request->route), request->status, (uint64_t)microseconds);
	metrics_add(&metrics->received, request->received);
	metrics_add(&metrics->sent, request->sent);
	if (request->replayed)
		metrics_add(&metrics->replayed, 1);
	else if (request->status >= 400)
		metrics_add(&metrics->refused[request->problem.type], 1);
	if (log_wants(LOG_LEVEL_INFO))
		write_line(request, microseconds, complete);
}
