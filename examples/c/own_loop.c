/* A program with a loop of its own: the client is one descriptor in it, beside a timer that ticks meanwhile. */
#include <poll.h>
#include <sandbox_sdk.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/timerfd.h>
#include <unistd.h>

static void on_done(void *user_data, sbx_call *call)
{
	sbx_execution *execution = NULL;
	sbx_error *error = NULL;

	if (sbx_call_result_execution(call, &execution, &error) == SBX_OK)
		printf("done: %s", sbx_execution_stdout(execution));
	else
		printf("failed: %s\n", sbx_error_message(error));
	sbx_execution_free(execution);
	sbx_error_free(error);
	*(int *)user_data = 1;
}

int main(void)
{
	const struct itimerspec often = {{0, 100000000}, {0, 100000000}};
	sbx_client *client = NULL;
	sbx_sandbox *sandbox = NULL;
	sbx_call *call = NULL;
	sbx_error *error = NULL;
	int done = 0;
	int ticks = 0;
	int descriptor;
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	if (timer < 0 || timerfd_settime(timer, 0, &often, NULL) < 0)
		return 1;
	if (sbx_client_new_local(&client, NULL, &error) < 0 ||
	    sbx_sandboxes_create(client, NULL, NULL, &sandbox, &error) < 0 ||
	    sbx_client_fd(client, &descriptor, &error) < 0)
		goto done;
	sbx_sandboxes_execute_params execute = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	execute.command = "sleep 0.5; echo slept";
	if (sbx_sandboxes_execute_start(client, sbx_sandbox_id(sandbox), &execute, NULL, on_done, &done, &call,
	                                &error) < 0)
		goto done;
	while (!done) {
		struct pollfd polled[] = {{.fd = descriptor, .events = POLLIN}, {.fd = timer, .events = POLLIN}};
		uint64_t count;
		poll(polled, 2, -1);
		if (polled[0].revents)
			sbx_client_process(client, NULL);
		if (polled[1].revents && read(timer, &count, sizeof count) == sizeof count)
			ticks += (int)count;
	}
	printf("ticked meanwhile: %s\n", ticks >= 3 ? "yes" : "no");
done:
	if (error)
		fprintf(stderr, "own_loop: %s\n", sbx_error_message(error));
	sbx_error_free(error);
	sbx_call_free(call);
	sbx_sandbox_free(sandbox);
	sbx_client_free(client);
	close(timer);
	return done ? 0 : 1;
}
