/* Files of any size go through in constant memory, byte for byte, over real sockets. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sandbox_sdk.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

#define FILE_SIZE ((int64_t)96 << 20)
/* What the process may grow by while a file passes through it; a whole file would be many times that. */
#define MOST_GROWTH_KIB (24 << 10)

/* The file's bytes follow from their place, so that both sides can make and check them. */
static unsigned char byte_at(int64_t place)
{
	return (unsigned char)(place * 31 + (place >> 16) * 7);
}

static void fill(unsigned char *data, int64_t place, size_t length)
{
	for (size_t index = 0; index < length; index++)
		data[index] = byte_at(place + (int64_t)index);
}

static int64_t count_wrong(const unsigned char *data, int64_t place, size_t length)
{
	int64_t wrong = 0;
	for (size_t index = 0; index < length; index++)
		wrong += data[index] != byte_at(place + (int64_t)index);
	return wrong;
}

/* ---- a server in a process of its own ---- */

static void send_all(int socket, const void *data, size_t length)
{
	const char *at = data;
	while (length) {
		ssize_t sent = send(socket, at, length, MSG_NOSIGNAL);
		if (sent <= 0)
			_exit(1);
		at += sent;
		length -= (size_t)sent;
	}
}

static void serve_download(FILE *stream, int socket)
{
	static unsigned char data[1 << 16];
	char head[128];
	(void)stream;
	int length =
	        snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %lld\r\n\r\n", (long long)FILE_SIZE);
	send_all(socket, head, (size_t)length);
	for (int64_t place = 0; place < FILE_SIZE; place += (int64_t)sizeof data) {
		fill(data, place, sizeof data);
		send_all(socket, data, sizeof data);
	}
}

/* Reads one line of a chunk's size; 0 at the last chunk. */
static int64_t chunk_size(FILE *stream)
{
	char line[64];
	if (!fgets(line, sizeof line, stream))
		_exit(1);
	return strtoll(line, NULL, 16);
}

typedef struct upload_check {
	int64_t skipped; /* bytes of the form before the file's, not yet seen */
	int64_t place;
	int64_t wrong;
	char before[1024];
	size_t before_length;
} upload_check;

static void check_piece(upload_check *check, const unsigned char *data, size_t length)
{
	/* The file begins after the second blank line of the form. */
	while (length && check->skipped == 0) {
		check->before[check->before_length++] = (char)*data++;
		length--;
		if (check->before_length >= sizeof check->before)
			_exit(1);
		check->before[check->before_length] = '\0';
		char *second = strstr(check->before, "\r\n\r\n");
		if (second && strstr(second + 4, "\r\n\r\n"))
			check->skipped = 1;
	}
	int64_t left = FILE_SIZE - check->place;
	size_t of_file = (int64_t)length < left ? length : (size_t)left;
	check->wrong += count_wrong(data, check->place, of_file);
	check->place += (int64_t)of_file;
}

static void read_piece(FILE *stream, upload_check *check, int64_t length)
{
	static unsigned char data[1 << 16];
	while (length > 0) {
		size_t wanted = length < (int64_t)sizeof data ? (size_t)length : sizeof data;
		size_t got = fread(data, 1, wanted, stream);
		if (got == 0)
			_exit(1);
		check_piece(check, data, got);
		length -= (int64_t)got;
	}
}

static void serve_upload(FILE *stream, int socket, int64_t length)
{
	upload_check check = {0};
	char answer[256], body[128];
	if (length >= 0)
		read_piece(stream, &check, length);
	for (int64_t size; length < 0 && (size = chunk_size(stream)) > 0;) {
		read_piece(stream, &check, size);
		chunk_size(stream);
	}
	int body_length = snprintf(body, sizeof body, "{\"size\":%lld,\"message\":\"%lld wrong\"}",
	                           (long long)check.place, (long long)check.wrong);
	int answer_length =
	        snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", body_length, body);
	send_all(socket, answer, (size_t)answer_length);
}

static void serve(int listener)
{
	int socket = accept(listener, NULL, NULL);
	FILE *stream = fdopen(socket, "r");
	char line[1024];
	int64_t length = -1;
	bool upload = false;
	for (bool first = true; fgets(line, sizeof line, stream) && strcmp(line, "\r\n") != 0; first = false) {
		if (first)
			upload = strncmp(line, "POST", 4) == 0;
		if (strncasecmp(line, "Content-Length:", 15) == 0)
			length = atoll(line + 15);
	}
	if (upload)
		serve_upload(stream, socket, length);
	else
		serve_download(stream, socket);
	_exit(0);
}

typedef struct server {
	pid_t pid;
	sbx_client *client;
} server;

static server start_server(void)
{
	server started;
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	char url[64];
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	started.pid = fork();
	if (started.pid == 0)
		serve(listener);
	close(listener);
	snprintf(url, sizeof url, "http://127.0.0.1:%d", ntohs(address.sin_port));
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	options.api_key = "key";
	options.base_url = url;
	options.max_retries = 0;
	assert_int_equal(sbx_client_new(&started.client, &options, NULL), SBX_OK);
	return started;
}

static void stop_server(server *started)
{
	int status;
	sbx_client_free(started->client);
	assert_int_equal(waitpid(started->pid, &status, 0), started->pid);
	assert_int_equal(status, 0);
}

/* ---- the client's side ---- */

static long peak_memory_kib(void)
{
	char line[256];
	long peak = -1;
	FILE *file = fopen("/proc/self/status", "r");
	while (fgets(line, sizeof line, file))
		if (strncmp(line, "VmHWM:", 6) == 0)
			peak = atol(line + 6);
	fclose(file);
	return peak;
}

static int64_t give(void *user_data, void *buffer, size_t capacity)
{
	int64_t *place = user_data;
	int64_t left = FILE_SIZE - *place;
	size_t length = (int64_t)capacity < left ? capacity : (size_t)left;
	fill(buffer, *place, length);
	*place += (int64_t)length;
	return (int64_t)length;
}

static void upload(const sbx_source *source)
{
	server started = start_server();
	long before = peak_memory_kib();
	sbx_uploaded_file *file = NULL;
	sbx_sandboxes_upload_params params = SBX_SANDBOXES_UPLOAD_PARAMS_INIT;
	params.path = "/data/large";
	params.file = source;
	assert_int_equal(sbx_sandboxes_upload(started.client, "id", &params, NULL, &file, NULL), SBX_OK);
	assert_int_equal(sbx_uploaded_file_size(file), FILE_SIZE);
	assert_string_equal(sbx_uploaded_file_message(file), "0 wrong");
	sbx_uploaded_file_free(file);
	assert_true(peak_memory_kib() - before < MOST_GROWTH_KIB);
	stop_server(&started);
}

static void upload_from_a_callback(void **state)
{
	(void)state;
	for (int known = 0; known < 2; known++) {
		int64_t place = 0;
		sbx_source source = SBX_SOURCE_INIT;
		source.kind = SBX_SOURCE_CALLBACK;
		source.read = give;
		source.user_data = &place;
		source.total = known ? FILE_SIZE : SBX_DEFAULT;
		upload(&source);
	}
}

static void upload_from_a_path_and_a_descriptor(void **state)
{
	(void)state;
	static unsigned char data[1 << 16];
	char path[] = "/tmp/sbx-transfer-XXXXXX";
	int descriptor = mkstemp(path);
	for (int64_t place = 0; place < FILE_SIZE; place += (int64_t)sizeof data) {
		fill(data, place, sizeof data);
		assert_int_equal(write(descriptor, data, sizeof data), sizeof data);
	}
	sbx_source source = SBX_SOURCE_INIT;
	source.kind = SBX_SOURCE_PATH;
	source.path = path;
	upload(&source);
	assert_int_equal(lseek(descriptor, 0, SEEK_SET), 0);
	source.kind = SBX_SOURCE_DESCRIPTOR;
	source.descriptor = descriptor;
	upload(&source);
	close(descriptor);
	unlink(path);
}

typedef struct download_check {
	int64_t place;
	int64_t wrong;
} download_check;

static int take(void *user_data, const void *data, size_t length)
{
	download_check *check = user_data;
	check->wrong += count_wrong(data, check->place, length);
	check->place += (int64_t)length;
	return 0;
}

static void download(const sbx_sink *sink)
{
	server started = start_server();
	long before = peak_memory_kib();
	sbx_response *response = NULL;
	sbx_sandboxes_download_params params = SBX_SANDBOXES_DOWNLOAD_PARAMS_INIT;
	params.path = "/data/large";
	params.into = sink;
	assert_int_equal(sbx_sandboxes_download(started.client, "id", &params, NULL, &response, NULL), SBX_OK);
	assert_int_equal(sbx_response_size(response), FILE_SIZE);
	sbx_response_free(response);
	assert_true(peak_memory_kib() - before < MOST_GROWTH_KIB);
	stop_server(&started);
}

static void download_to_a_callback(void **state)
{
	(void)state;
	download_check check = {0, 0};
	sbx_sink sink = SBX_SINK_INIT;
	sink.kind = SBX_SINK_CALLBACK;
	sink.write = take;
	sink.user_data = &check;
	download(&sink);
	assert_int_equal(check.place, FILE_SIZE);
	assert_int_equal(check.wrong, 0);
}

static void assert_file(int descriptor)
{
	static unsigned char data[1 << 16];
	download_check check = {0, 0};
	ssize_t got;
	while ((got = read(descriptor, data, sizeof data)) > 0)
		take(&check, data, (size_t)got);
	assert_int_equal(check.place, FILE_SIZE);
	assert_int_equal(check.wrong, 0);
}

static void download_to_a_path_and_a_descriptor(void **state)
{
	(void)state;
	char path[] = "/tmp/sbx-transfer-XXXXXX";
	int descriptor = mkstemp(path);
	sbx_sink sink = SBX_SINK_INIT;
	sink.kind = SBX_SINK_DESCRIPTOR;
	sink.descriptor = descriptor;
	download(&sink);
	assert_int_equal(lseek(descriptor, 0, SEEK_SET), 0);
	assert_file(descriptor);
	close(descriptor);
	sink.kind = SBX_SINK_PATH;
	sink.path = path;
	download(&sink);
	descriptor = open(path, O_RDONLY);
	assert_file(descriptor);
	close(descriptor);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(upload_from_a_callback),
	        cmocka_unit_test(upload_from_a_path_and_a_descriptor),
	        cmocka_unit_test(download_to_a_callback),
	        cmocka_unit_test(download_to_a_path_and_a_descriptor),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
