#include "server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST_CONNECTIONS 64
#define LARGEST_REQUEST 65536

typedef struct connection {
	int descriptor;
	size_t length;
	char input[LARGEST_REQUEST + 1];
} connection;

static connection *connections[MOST_CONNECTIONS];
static size_t count;

static void send_all(int descriptor, const char *data, size_t length)
{
	while (length) {
		ssize_t sent = send(descriptor, data, length, MSG_NOSIGNAL);
		if (sent <= 0)
			return;
		data += sent;
		length -= (size_t)sent;
	}
}

static void answer(int descriptor, const char *status, const char *headers, const char *body, size_t length)
{
	char head[512];
	int size = snprintf(head, sizeof head, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n", status, headers, length);
	send_all(descriptor, head, (size_t)size);
	send_all(descriptor, body, length);
}

static void answer_json(int descriptor, const char *body)
{
	answer(descriptor, "200 OK", "Content-Type: application/json\r\n", body, strlen(body));
}

/* A tar with one file: "file", of five bytes (POSIX.1-1988, ustar). */
static void answer_tar(int descriptor)
{
	char tar[2048] = {0};
	unsigned sum = 0;
	strcpy(tar, "file");
	strcpy(tar + 100, "0000644");
	strcpy(tar + 108, "0000000");
	strcpy(tar + 116, "0000000");
	strcpy(tar + 124, "00000000005");
	strcpy(tar + 136, "00000000000");
	memset(tar + 148, ' ', 8);
	tar[156] = '0';
	memcpy(tar + 257, "ustar\00000", 8);
	for (size_t index = 0; index < 512; index++)
		sum += (unsigned char)tar[index];
	snprintf(tar + 148, 8, "%06o", sum);
	memcpy(tar + 512, "hello", 5);
	answer(descriptor, "200 OK", "Content-Type: application/x-tar\r\n", tar, sizeof tar);
}

static const char execution[] =
        "{\"id\": \"e\", \"status\": \"completed\", \"exit_code\": 0, \"stdout\": \"said\\n\", \"stderr\": \"\", "
        "\"created_at\": \"2024-01-01T00:00:00Z\", \"completed_at\": \"2024-01-01T00:00:01Z\", "
        "\"execution_time_ms\": 1000}";

static void answer_execute(int descriptor, bool streams)
{
	char body[1024];
	snprintf(body, sizeof body,
	         "event: started\ndata: {\"id\":\"e\"}\n\nevent: stdout\ndata: "
	         "{\"data\":\"c2FpZAo=\",\"encoding\":\"base64\"}"
	         "\n\nevent: heartbeat\ndata: {\"execution_time_ms\":5}\n\nevent: result\ndata: %s\n\n",
	         execution);
	if (streams)
		answer(descriptor, "200 OK", "Content-Type: text/event-stream\r\n", body, strlen(body));
	else
		answer_json(descriptor, execution);
}

/* SERVER_FILE in the gzip format (RFC 1952). */
static const char packed_file[] = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x33\x30\x34\x32\x36\x31"
                                  "\x35\x33\xb7\xb0\x4c\x4c\x4a\x4e\x49\x4d\x4b\xcf\xc8\xcc\xca\xce"
                                  "\xc9\xcd\xcb\x2f\x28\x2c\x2a\x2e\x29\x2d\x2b\xaf\xa8\xac\x02\x00"
                                  "\x7d\x53\xb5\xfd\x24\x00\x00\x00";

/* The sandbox has no tar: a script ends with the library's own code for it. */
static void answer_tarless(int descriptor, const char *path)
{
	if (strstr(path, "/execute "))
		answer_json(descriptor, "{\"id\": \"e\", \"status\": \"error\", \"exit_code\": 113}");
	else if (strstr(path, "/download?"))
		answer_tar(descriptor);
	else
		answer_json(descriptor, "{\"message\": \"written\", \"path\": \"/data/x\", \"size\": 5}");
}

static void answer_api(int descriptor, const char *path, bool streams)
{
	if (strstr(path, "/create "))
		answer_json(descriptor,
		            "{\"id\": \"sb-1\", \"name\": \"session-1\", \"status\": \"running\", \"more\": [1]}");
	else if (strstr(path, "/list"))
		answer_json(
		        descriptor,
		        "{\"data\": [{\"id\": \"sb-1\", \"name\": \"session-1\", \"status\": \"running\", \"cpu\": "
		        "1.5, "
		        "\"created_at\": \"2020-01-01T00:00:00Z\"}, {\"id\": \"sb-2\", \"name\": \"other\"}], "
		        "\"pagination\": {\"page\": 1, \"page_size\": 20, \"total_items\": 2, \"total_pages\": 1}}");
	else if (strstr(path, "/delete "))
		answer_json(descriptor, "{\"id\": \"sb-1\", \"message\": \"deleted\"}");
	else if (strstr(path, "/execute "))
		answer_execute(descriptor, streams);
	else if (strstr(path, "/upload "))
		answer_json(descriptor, "{\"message\": \"written\", \"path\": \"/data/x\", \"size\": 5}");
	else if (strstr(path, "/download?") && strstr(path, "tar"))
		answer_tar(descriptor);
	else if (strstr(path, "/download?"))
		answer(descriptor, "200 OK", "Content-Type: application/octet-stream\r\n", SERVER_FILE,
		       strlen(SERVER_FILE));
	else
		answer_json(descriptor, "{\"custom\": [true, null, \"\\u00e9\"]}");
}

/* False: the connection is closed. */
static bool respond(int descriptor, const char *request)
{
	char line[4096];
	snprintf(line, sizeof line, "%.*s", (int)strcspn(request, "\r"), request);
	const char *path = strchr(line, ' ');
	if (!path++)
		return false;
	bool streams = strstr(request, "text/event-stream") != NULL;
	if (strncmp(path, "/hang/", 6) == 0)
		return true;
	if (strncmp(path, "/retry/", 7) == 0 && strstr(request, "x-stainless-retry-count: 0")) {
		answer(descriptor, "503 Service Unavailable", "Retry-After-Ms: 1\r\n", "{}", 2);
		return true;
	}
	if (strncmp(path, "/redirect/", 10) == 0) {
		char headers[4200];
		snprintf(headers, sizeof headers, "Location: /ok/%.*s\r\n", (int)strcspn(path + 10, " "), path + 10);
		answer(descriptor, "307 Temporary Redirect", headers, "", 0);
	} else if (strncmp(path, "/missing/", 9) == 0) {
		const char *body = "{\"error\": {\"type\": \"not_found\", \"message\": \"no\"}}";
		answer(descriptor, "404 Not Found", "X-Request-Id: r-1\r\n", body, strlen(body));
	} else if (strncmp(path, "/tarless/", 9) == 0) {
		answer_tarless(descriptor, path);
	} else if (strncmp(path, "/html/", 6) == 0) {
		answer(descriptor, "200 OK", "Content-Type: text/html\r\n", "<html></html>", 13);
	} else if (strncmp(path, "/cut/", 5) == 0) {
		send_all(descriptor, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n0123456789", 51);
		return false;
	} else if (strncmp(path, "/packed/", 8) == 0) {
		answer(descriptor, "200 OK", "Content-Encoding: gzip\r\n", packed_file, sizeof packed_file - 1);
	} else {
		answer_api(descriptor, path, streams);
	}
	return true;
}

/* How long the request at the start of the input is; 0: it is not whole. */
static size_t request_length(const connection *from)
{
	const char *end = strstr(from->input, "\r\n\r\n");
	if (!end)
		return 0;
	const char *length = strcasestr(from->input, "\r\nContent-Length:");
	if (strcasestr(from->input, "\r\nTransfer-Encoding: chunked")) {
		size_t body = from->length - (size_t)(end + 4 - from->input);
		bool ended = body >= 5 && memcmp(from->input + from->length - 5, "0\r\n\r\n", 5) == 0;
		return ended ? from->length : 0;
	}
	size_t whole = (size_t)(end + 4 - from->input) + (length && length < end ? strtoul(length + 17, NULL, 10) : 0);
	return from->length >= whole ? whole : 0;
}

static bool read_some(connection *from)
{
	ssize_t got = recv(from->descriptor, from->input + from->length, LARGEST_REQUEST - from->length, 0);
	if (got <= 0)
		return false;
	from->length += (size_t)got;
	from->input[from->length] = '\0';
	size_t whole;
	while ((whole = request_length(from))) {
		if (!respond(from->descriptor, from->input))
			return false;
		from->length -= whole;
		memmove(from->input, from->input + whole, from->length + 1);
	}
	return true;
}

static void serve(int listener)
{
	for (;;) {
		struct pollfd polled[MOST_CONNECTIONS + 1] = {{.fd = listener, .events = POLLIN}};
		for (size_t index = 0; index < count; index++)
			polled[index + 1] = (struct pollfd){.fd = connections[index]->descriptor, .events = POLLIN};
		poll(polled, count + 1, -1);
		for (size_t index = count; index-- > 0;) {
			if (!polled[index + 1].revents || read_some(connections[index]))
				continue;
			close(connections[index]->descriptor);
			free(connections[index]);
			connections[index] = connections[--count];
		}
		if (polled[0].revents && count < MOST_CONNECTIONS) {
			connection *made = calloc(1, sizeof *made);
			const int on = 1;
			made->descriptor = accept(listener, NULL, NULL);
			/* An answer leaves in pieces. */
			setsockopt(made->descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
			connections[count++] = made;
		}
	}
}

pid_t server_start(int *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 64) != 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &length) != 0)
		abort();
	*port = ntohs(address.sin_port);
	pid_t child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(listener);
	}
	close(listener);
	return child;
}
