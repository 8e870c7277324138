/* The ways to make one call. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"

/* What outputs hold before a call: a failure must leave it there. */
static sbx_response *const nothing = (sbx_response *)(uintptr_t)16;

static void call_sync(sbx_client *client, const fault_subject *subject, fault_result *result)
{
	sbx_response *response = nothing;
	result->status = sbx_client_invoke(client, subject->operation, subject->arguments, &subject->options, &response,
	                                   &result->error);
	result->touched = result->status < 0 && response != nothing;
	result->response = result->status < 0 ? NULL : response;
}

static const struct {
	const char *name;
	void (*call)(sbx_client *client, const fault_subject *subject, fault_result *result);
} modes[] = {
        {"sync", call_sync},
};

void call_in_mode(const char *mode, sbx_client *client, const fault_subject *subject, fault_result *result)
{
	*result = (fault_result){0};
	for (size_t index = 0; index < sizeof modes / sizeof *modes; index++) {
		if (strcmp(modes[index].name, mode) != 0)
			continue;
		double started = now();
		modes[index].call(client, subject, result);
		result->elapsed = now() - started;
		return;
	}
	fprintf(stderr, "the driver has no mode '%s'\n", mode);
	exit(3);
}
