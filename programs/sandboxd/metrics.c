#include "metrics.h"

#include "request.h"
#include "server.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const unsigned int statuses[METRICS_STATUSES] = {200, 206, 304, 400, 401, 403, 404, 405, 408, 409, 411, 412,
                                                        413, 415, 416, 417, 422, 429, 500, 501, 503, 507, 505};

static const int64_t bounds_ms[METRICS_BUCKETS] = {1,   2,   5,    10,   25,    50,    100,
                                                   250, 500, 1000, 5000, 10000, 60000, 600000};

/* The last place has what is not in the list. */
static size_t status_place(unsigned int status)
{
	size_t place = 0;
	while (place < METRICS_STATUSES - 1 && statuses[place] != status)
		place++;
	return place;
}

void metrics_count_request(struct metrics *metrics, size_t route, unsigned int status, uint64_t microseconds)
{
	size_t bucket = 0;

	if (route >= METRICS_ROUTES)
		route = METRICS_ROUTES - 1;
	while (bucket < METRICS_BUCKETS && microseconds > (uint64_t)bounds_ms[bucket] * 1000)
		bucket++;
	metrics_add(&metrics->requests[route][status_place(status)], 1);
	metrics_add(&metrics->durations[route][bucket], 1);
	metrics_add(&metrics->microseconds[route], microseconds);
}

/* ---- text, version 0.0.4 of Prometheus' format ---- */

static uint64_t get(metrics_counter *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

static void head(sbx__buffer *text, const char *name, const char *type, const char *help)
{
	sbx__buffer_format(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void one(sbx__buffer *text, const char *name, const char *type, const char *help, uint64_t value)
{
	head(text, name, type, help);
	sbx__buffer_format(text, "%s %" PRIu64 "\n", name, value);
}

/* Which request it was, as labels. */
static void route_labels(char *out, size_t size, size_t route)
{
	const struct route *known = route_at(route);
	if (known)
		snprintf(out, size, "method=\"%s\",route=\"%s\"", known->method, known->path);
	else
		snprintf(out, size, "method=\"\",route=\"\"");
}

static void write_requests(sbx__buffer *text, struct metrics *metrics)
{
	char labels[160], status[16];

	head(text, "sandboxd_requests_total", "counter",
	     "Requests that ended, by route and status; without a route: refused before it was known.");
	for (size_t route = 0; route < METRICS_ROUTES; route++) {
		route_labels(labels, sizeof(labels), route);
		for (size_t place = 0; place < METRICS_STATUSES; place++) {
			uint64_t count = get(&metrics->requests[route][place]);
			snprintf(status, sizeof(status), statuses[place] ? "%u" : "other", statuses[place]);
			if (count)
				sbx__buffer_format(text, "sandboxd_requests_total{%s,status=\"%s\"} %" PRIu64 "\n",
				                   labels, status, count);
		}
	}
}

static void write_durations(sbx__buffer *text, struct metrics *metrics)
{
	static const char name[] = "sandboxd_request_duration_seconds";
	char labels[160];

	head(text, name, "histogram", "From a request's header to the end of its answer.");
	for (size_t route = 0; route < METRICS_ROUTES; route++) {
		uint64_t count = 0, buckets[METRICS_BUCKETS + 1];
		for (size_t i = 0; i <= METRICS_BUCKETS; i++)
			count += buckets[i] = get(&metrics->durations[route][i]);
		if (!count)
			continue;
		route_labels(labels, sizeof(labels), route);
		uint64_t below = 0;
		for (size_t i = 0; i < METRICS_BUCKETS; i++) {
			below += buckets[i];
			sbx__buffer_format(text, "%s_bucket{%s,le=\"", name, labels);
			sbx__buffer_number(text, (double)bounds_ms[i] / 1000, true);
			sbx__buffer_format(text, "\"} %" PRIu64 "\n", below);
		}
		sbx__buffer_format(text, "%s_bucket{%s,le=\"+Inf\"} %" PRIu64 "\n%s_sum{%s} ", name, labels, count,
		                   name, labels);
		sbx__buffer_number(text, (double)get(&metrics->microseconds[route]) / 1e6, true);
		sbx__buffer_format(text, "\n%s_count{%s} %" PRIu64 "\n", name, labels, count);
	}
}

static void write_refused(sbx__buffer *text, struct metrics *metrics)
{
	head(text, "sandboxd_refused_total", "counter", "Answers that are an error, by its type.");
	for (int type = 0; type < PROBLEM_TYPES; type++)
		sbx__buffer_format(text, "sandboxd_refused_total{reason=\"%s\"} %" PRIu64 "\n",
		                   problem_type_name((enum problem_type)type), get(&metrics->refused[type]));
}

static void write_counters(sbx__buffer *text, struct metrics *metrics)
{
	one(text, "sandboxd_received_bytes_total", "counter", "Bytes of requests' bodies.", get(&metrics->received));
	one(text, "sandboxd_sent_bytes_total", "counter", "Bytes of answers' bodies.", get(&metrics->sent));
	one(text, "sandboxd_answers_replayed_total", "counter", "Answers that were given again for an Idempotency-Key.",
	    get(&metrics->replayed));
}

struct broken {
	struct engine *engine;
	uint64_t count;
};

static void count_broken(void *context, const struct sandbox *sandbox)
{
	struct broken *broken = context;
	broken->count += broken->engine->state(broken->engine, sandbox->id) == ENGINE_BROKEN;
}

static void ignore_volume(void *context, const struct volume *volume)
{
	(void)context;
	(void)volume;
}

static void write_kept(sbx__buffer *text, struct service *service)
{
	struct broken broken = {.engine = service->engine};
	struct problem ignored;
	int64_t count;

	if (store_list(service->store, 0, INT64_MAX, count_broken, &broken, &count, &ignored) == 0) {
		one(text, "sandboxd_sandboxes", "gauge", "Sandboxes there are.", (uint64_t)count);
		one(text, "sandboxd_broken_sandboxes", "gauge", "Those whose first process was ended.", broken.count);
	}
	if (store_volume_list(service->store, 0, 0, ignore_volume, NULL, &count, &ignored) == 0)
		one(text, "sandboxd_volumes", "gauge", "Volumes, those of sandboxes too, and snapshots.",
		    (uint64_t)count);
}

static void write_now(sbx__buffer *text, struct service *service)
{
	unsigned int running, waiting;
	size_t strangers, connections = server_connections(service->server, &strangers);

	admission_count(service->admission, &running, &waiting);
	one(text, "sandboxd_waiting_requests", "gauge", "Requests that wait for their turn.",
	    server_waiting(service->server));
	one(text, "sandboxd_running_commands", "gauge", "Commands that are running.", running);
	one(text, "sandboxd_waiting_commands", "gauge", "Commands that wait because too many are running.", waiting);
	write_kept(text, service);
	head(text, "sandboxd_connections", "gauge", "Open connections, by whether they have shown the key.");
	sbx__buffer_format(text,
	                   "sandboxd_connections{key=\"shown\"} %zu\nsandboxd_connections{key=\"not shown\"} %zu\n",
	                   connections - strangers, strangers);
}

/* ---- the process ---- */

static uint64_t open_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	uint64_t count = 0;

	while (directory && readdir(directory))
		count++;
	if (directory)
		closedir(directory);
	/* Without "." and "..", and the directory itself. */
	return count > 3 ? count - 3 : 0;
}

static uint64_t resident_pages(void)
{
	unsigned long long resident = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (file && fscanf(file, "%*u %llu", &resident) != 1)
		resident = 0;
	if (file)
		fclose(file);
	return resident;
}

static void write_process(sbx__buffer *text, const struct service *service)
{
	struct rusage usage = {0};
	struct rlimit files = {0};

	getrusage(RUSAGE_SELF, &usage);
	getrlimit(RLIMIT_NOFILE, &files);
	one(text, "process_resident_memory_bytes", "gauge", "Resident memory of the server's own process.",
	    resident_pages() * (uint64_t)sysconf(_SC_PAGESIZE));
	one(text, "process_open_fds", "gauge", "Open descriptors.", open_descriptors());
	one(text, "process_max_fds", "gauge", "The limit of open descriptors.", files.rlim_cur);
	one(text, "process_start_time_seconds", "gauge", "When the server was started, in seconds since 1970.",
	    (uint64_t)service->started_ms / 1000);
	head(text, "process_cpu_seconds_total", "counter", "Time of a processor that the server itself has used.");
	sbx__buffer_text(text, "process_cpu_seconds_total ");
	sbx__buffer_number(text,
	                   (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	                           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
	                   true);
	sbx__buffer_text(text, "\n");
	head(text, "sandboxd_build_info", "gauge", "The server's version.");
	sbx__buffer_text(text, "sandboxd_build_info{version=\"" SANDBOXD_VERSION "\"} 1\n");
}

int metrics_get(struct request *request, struct MHD_Response **response)
{
	struct service *service = request->service;
	sbx__buffer text = {0};

	write_requests(&text, &service->metrics);
	write_durations(&text, &service->metrics);
	write_refused(&text, &service->metrics);
	write_counters(&text, &service->metrics);
	write_now(&text, service);
	write_process(&text, service);
	return request_answer_text(request, &text, "text/plain; version=0.0.4; charset=utf-8", response);
}
