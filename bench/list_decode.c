/*
 * Decoding a list: a text of many sandboxes to readable models, and the same text by json_tokener_parse() alone.
 *
 * list_decode SANDBOXES ROUNDS. Both sides in one process, in turn; the clock runs for decoding, and on for freeing.
 * Linked to the static library: no answer can be decoded through the public functions without a server.
 */
#include "measure.h"

#include <json-c/json.h>
#include <sandbox_sdk.h>

#include "generated/model_descriptors.h"

struct spent {
	int64_t decoding;
	int64_t freeing;
};

static char *make_text(long count, size_t *length)
{
	char *text = NULL;
	FILE *file = open_memstream(&text, length);

	if (!file)
		return NULL;
	fputs("{\"data\":[", file);
	for (long i = 0; i < count; i++)
		fprintf(file,
		        "%s{\"id\":\"3f2504e0-4f89-41d3-9a0c-%012lx\",\"cpu\":%s,"
		        "\"created_at\":\"2025-01-01T00:%02ld:%02ldZ\",\"disk_size\":10,\"memory\":%ld,"
		        "\"name\":\"sandbox-user-%ld\",\"status\":\"running\"}",
		        i ? "," : "", i, i % 4 ? "1" : "0.25", i / 60 % 60, i % 60, 1024 * (1 + i % 4), i);
	fprintf(file, "],\"pagination\":{\"page\":1,\"page_size\":%ld,\"total_items\":%ld,\"total_pages\":1}}", count,
	        count);
	return fclose(file) == 0 ? text : NULL;
}

static int64_t now(void)
{
	return bench_clock(CLOCK_PROCESS_CPUTIME_ID);
}

static int ours(const char *text, size_t length, long count, struct spent *spent)
{
	int64_t start = now();
	int64_t decoded;
	sbx_json *json = NULL;
	sbx__model *model = NULL;
	const sbx_sandbox_list *list;
	int result;

	if (sbx_json_parse(text, length, &json, NULL) < 0 ||
	    sbx__model_new(&sbx__sandbox_list_descriptor, json, 0, &model, NULL) < 0)
		return -1;
	decoded = now();
	list = (const sbx_sandbox_list *)model;
	result = sbx_sandbox_list_data_count(list) == (size_t)count &&
	                         sbx_sandbox_memory(sbx_sandbox_list_data_at(list, (size_t)count - 1)) != 0
	                 ? 0
	                 : -1;
	spent->decoding = decoded - start;
	start = now();
	sbx__model_unref(model);
	spent->freeing = now() - start;
	return result;
}

static int peers(const char *text, size_t length, long count, struct spent *spent)
{
	int64_t start = now();
	json_object *json = json_tokener_parse(text);
	json_object *data = NULL;
	int result;

	(void)length;
	spent->decoding = now() - start;
	result = json_object_object_get_ex(json, "data", &data) && json_object_array_length(data) == (size_t)count ? 0
	                                                                                                           : -1;
	start = now();
	json_object_put(json);
	spent->freeing = now() - start;
	return result;
}

static void print_side(const char *name, const struct spent *rounds, long count, const char *end)
{
	printf("\"%s\": [", name);
	for (long i = 0; i < count; i++)
		printf("%s{\"cpu_ns\": %lld, \"freeing_ns\": %lld}", i ? ", " : "", (long long)rounds[i].decoding,
		       (long long)rounds[i].freeing);
	printf("]%s", end);
}

static int run(const char *text, size_t length, long count, struct spent *spent[2], long rounds)
{
	/* The first of each side only warms up. */
	for (long i = -1; i < rounds; i++) {
		for (int turn = 0; turn < 2; turn++) {
			int side = (i + turn) & 1;
			struct spent one;

			if ((side ? peers : ours)(text, length, count, &one) < 0)
				return -1;
			if (i >= 0)
				spent[side][i] = one;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct spent *spent[2] = {NULL, NULL};
	size_t length = 0;
	char *text = NULL;
	int exit_code = 1;

	if (argc != 3) {
		fprintf(stderr, "usage: %s SANDBOXES ROUNDS\n", argv[0]);
		return 2;
	}
	long count = bench_count(argv[1]);
	long rounds = bench_count(argv[2]);
	spent[0] = calloc((size_t)rounds + 1, sizeof(*spent[0]));
	spent[1] = calloc((size_t)rounds + 1, sizeof(*spent[1]));
	if (count)
		text = make_text(count, &length);
	if (!text || !spent[0] || !spent[1] || run(text, length, count, spent, rounds) < 0) {
		fprintf(stderr, "list_decode: a list of %ld could not be read\n", count);
		goto done;
	}
	printf("{\"bytes\": %zu, ", length);
	print_side("ours", spent[0], rounds, ", ");
	print_side("peer", spent[1], rounds, "}\n");
	exit_code = 0;
done:
	free(text);
	free(spent[0]);
	free(spent[1]);
	return exit_code;
}
