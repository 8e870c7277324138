/*
 * The floor: one call of the API with libcurl and json-c and nothing else.
 *
 * bare_curl BASE_URL HEADERS WARMUP CALLS, where HEADERS is a file with the header lines to send, as the other side of
 * the comparison was seen to send them.
 */
#include "bare.h"

#include <json-c/json.h>

struct floor {
	CURL *easy;
	json_tokener *tokener;
	char answer[4096];
	size_t length;
};

static size_t receive(char *bytes, size_t size, size_t count, void *user_data)
{
	struct floor *bare = user_data;

	if (count > sizeof(bare->answer) - bare->length)
		return 0;
	memcpy(bare->answer + bare->length, bytes, size * count);
	bare->length += size * count;
	return size * count;
}

static int call(void *state)
{
	struct floor *bare = state;
	json_object *body = json_object_new_object();
	json_object *answer = NULL;
	json_object *field = NULL;
	long status = 0;
	size_t length = 0;
	const char *text;
	CURLcode code;
	int result = -1;

	json_object_object_add(body, "command", json_object_new_string(BENCH_COMMAND));
	text = json_object_to_json_string_length(body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE,
	                                         &length);
	curl_easy_setopt(bare->easy, CURLOPT_POSTFIELDS, text);
	curl_easy_setopt(bare->easy, CURLOPT_POSTFIELDSIZE, (long)length);
	bare->length = 0;
	code = curl_easy_perform(bare->easy);
	if (code != CURLE_OK) {
		fprintf(stderr, "bare_curl: %s\n", curl_easy_strerror(code));
		goto done;
	}
	curl_easy_getinfo(bare->easy, CURLINFO_RESPONSE_CODE, &status);
	json_tokener_reset(bare->tokener);
	answer = json_tokener_parse_ex(bare->tokener, bare->answer, (int)bare->length);
	if (status != 200 || !json_object_object_get_ex(answer, "exit_code", &field) ||
	    json_object_get_int64(field) != 0) {
		fprintf(stderr, "bare_curl: status %ld, %.*s\n", status, (int)bare->length, bare->answer);
		goto done;
	}
	result = 0;
done:
	json_object_put(answer);
	json_object_put(body);
	return result;
}

int main(int argc, char **argv)
{
	static struct floor bare;
	struct curl_slist *headers = NULL;
	char url[512];
	int exit_code = 1;

	if (argc != 5) {
		fprintf(stderr, "usage: %s BASE_URL HEADERS WARMUP CALLS\n", argv[0]);
		return 2;
	}
	snprintf(url, sizeof(url), "%s/v1/sandboxes/%s/execute", argv[1], BENCH_SANDBOX);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	bare.easy = curl_easy_init();
	bare.tokener = json_tokener_new();
	headers = bench_read_headers(argv[2]);
	if (!bare.easy || !bare.tokener || !headers)
		goto done;
	curl_easy_setopt(bare.easy, CURLOPT_URL, url);
	curl_easy_setopt(bare.easy, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(bare.easy, CURLOPT_WRITEFUNCTION, receive);
	curl_easy_setopt(bare.easy, CURLOPT_WRITEDATA, &bare);
	curl_easy_setopt(bare.easy, CURLOPT_NOSIGNAL, 1L);
	if (bench_run(call, &bare, argv[3], argv[4]) == 0)
		exit_code = 0;
done:
	curl_easy_cleanup(bare.easy);
	curl_slist_free_all(headers);
	json_tokener_free(bare.tokener);
	curl_global_cleanup();
	return exit_code;
}
