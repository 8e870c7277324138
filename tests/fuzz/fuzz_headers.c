/* Header lines as a server may send them, and what is read of them: the last of a name, the wait, a date. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "headers.h"
#include "retry.h"
#include "transport_parse.h"

static bool is_space(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static void check_pair(const sbx__headers *headers, size_t index)
{
	sbx_pair pair = sbx__headers_at(headers, index);
	FUZZ_CHECK(pair.name && pair.value);
	FUZZ_CHECK(!strchr(pair.name, ':'));
	FUZZ_CHECK(!*pair.value || (!is_space(pair.value[0]) && !is_space(pair.value[strlen(pair.value) - 1])));
	/* The last of several counts. */
	const char *found = sbx__headers_get(headers, pair.name);
	FUZZ_CHECK(found && found >= pair.value);
}

static void check_retry(const sbx__headers *headers)
{
	for (int ends = SBX__ANSWERED; ends <= SBX__TIMED_OUT; ends++)
		for (int safety = SBX__SAFE; safety <= SBX__UNSAFE; safety++)
			sbx__retry_wanted(safety, ends, 503, headers);
	double after = sbx__retry_after(headers, 1700000000);
	FUZZ_CHECK(after == SBX_DEFAULT || (isfinite(after) && after >= 0));
	for (int retries = 0; retries < 70; retries += 7) {
		double wait = sbx__retry_wait(after, retries, 0.999);
		FUZZ_CHECK(wait > 0 && wait <= 60);
	}
}

/* Every line of the input is a header. The first is also a date, a name and a value. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_input input = {data, size};
	sbx__headers headers = {0};
	size_t lines = 0;
	for (bool first = true; input.size; first = false, lines++) {
		size_t length;
		char *line = fuzz_field(&input, &length);
		char *exact = fuzz_exact(line, length);
		FUZZ_CHECK(sbx__headers_add_line(&headers, exact ? exact : "", length));
		if (first) {
			FUZZ_CHECK(sbx__date_parse(line) >= -1);
			FUZZ_CHECK(!sbx__header_name_valid(line) || (*line && !strpbrk(line, ": \t\r\n")));
			FUZZ_CHECK(!sbx__header_value_valid(line) || !strpbrk(line, "\r\n"));
		}
		free(exact);
		free(line);
	}
	FUZZ_CHECK(sbx__headers_count(&headers) <= lines);
	for (size_t index = 0; index < sbx__headers_count(&headers); index++)
		check_pair(&headers, index);
	FUZZ_CHECK(!sbx__headers_at(&headers, sbx__headers_count(&headers)).name);
	check_retry(&headers);
	sbx__headers_free(&headers);
	return 0;
}
