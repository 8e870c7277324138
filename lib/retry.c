#include "retry.h"

#include <math.h>
#include <string.h>

#include "transport_parse.h"

#define INITIAL_WAIT 0.5
#define LONGEST_WAIT 8.0
#define LONGEST_RETRY_AFTER 60.0

static bool status_wanted(sbx__safety safety, int http_status)
{
	if (http_status == 408 || http_status == 409 || http_status == 429)
		return true;
	/* 502 and 504 come from a gateway that does not know what the server behind it has done. */
	if (safety == SBX__UNSAFE)
		return http_status == 500 || http_status == 503;
	return http_status >= 500;
}

bool sbx__retry_wanted(sbx__safety safety, sbx__attempt_end end, int http_status, const sbx__headers *headers)
{
	if (end != SBX__ANSWERED)
		return end == SBX__NOT_CONNECTED || (end != SBX__REFUSED && safety != SBX__UNSAFE);
	const char *said = sbx__headers_get(headers, "x-should-retry");
	if (said && strcmp(said, "true") == 0)
		return true;
	if (said && strcmp(said, "false") == 0)
		return false;
	return status_wanted(safety, http_status);
}

bool sbx__retry_outcome_unknown(sbx__safety safety, sbx__attempt_end end, int http_status)
{
	if (end == SBX__NOT_CONNECTED || end == SBX__REFUSED || safety == SBX__SAFE)
		return false;
	return end != SBX__ANSWERED || http_status == 502 || http_status == 504;
}

/* A decimal number with nothing around it, whatever the locale; false: it is none. */
static bool parse_decimal(const char *text, double *number)
{
	double value = 0;
	double scale = 1;
	bool digits = false;
	bool fraction = false;
	bool negative = *text == '-';
	for (text += negative; *text; text++) {
		if (*text == '.' && !fraction) {
			fraction = true;
		} else if (*text >= '0' && *text <= '9') {
			digits = true;
			value = value * 10 + (*text - '0');
			if (fraction)
				scale *= 10;
		} else {
			return false;
		}
	}
	*number = (negative ? -value : value) / scale;
	/* More digits than a double can take: it says nothing of use. */
	return digits && isfinite(*number);
}

double sbx__retry_after(const sbx__headers *headers, double wall_clock)
{
	double number;
	const char *milliseconds = sbx__headers_get(headers, "retry-after-ms");
	if (milliseconds && parse_decimal(milliseconds, &number))
		return number >= 0 ? number / 1000 : SBX_DEFAULT;
	const char *text = sbx__headers_get(headers, "retry-after");
	if (!text)
		return SBX_DEFAULT;
	if (parse_decimal(text, &number))
		return number >= 0 ? number : SBX_DEFAULT;
	int64_t date = sbx__date_parse(text);
	return date >= 0 && (double)date >= wall_clock ? (double)date - wall_clock : SBX_DEFAULT;
}

double sbx__retry_wait(double retry_after, int retries, double random)
{
	if (retry_after > 0 && retry_after <= LONGEST_RETRY_AFTER)
		return retry_after;
	double wait = INITIAL_WAIT;
	for (int doubled = 0; doubled < retries && wait < LONGEST_WAIT; doubled++)
		wait = 2 * wait < LONGEST_WAIT ? 2 * wait : LONGEST_WAIT;
	return wait * (1 - 0.25 * random);
}
