/* Every wait can be ended: by a deadline, from another thread, or by freeing what waits. */
#include <pthread.h>
#include <sandbox_sdk.h>
#include <stdio.h>
#include <unistd.h>

static void *fire_soon(void *cancel)
{
	usleep(200000);
	sbx_cancel_fire(cancel);
	return NULL;
}

/* Runs a command that takes long, and tells what ended the call. */
static void run(sbx_client *client, const char *id, const char *what, const sbx_request_options *options)
{
	sbx_sandboxes_execute_params execute = SBX_SANDBOXES_EXECUTE_PARAMS_INIT;
	sbx_error *error = NULL;

	execute.command = "sleep 60";
	if (sbx_sandboxes_execute(client, id, &execute, options, NULL, &error) < 0)
		printf("%s: %s%s\n", what, sbx_error_name(error),
		       sbx_error_outcome_unknown(error) ? ", and the command may have run" : "");
	sbx_error_free(error);
}

int main(void)
{
	sbx_client *client = NULL;
	sbx_sandbox *sandbox = NULL;
	sbx_cancel *cancel = NULL;
	sbx_call *call = NULL;
	sbx_error *error = NULL;
	pthread_t thread;
	int exit_code = 1;

	if (sbx_client_new_local(&client, NULL, &error) < 0 ||
	    sbx_sandboxes_create(client, NULL, NULL, &sandbox, &error) < 0 || sbx_cancel_new(&cancel, &error) < 0)
		goto done;

	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.deadline = 0.3; /* for the whole call: connecting, sending, waiting, retries */
	run(client, sbx_sandbox_id(sandbox), "deadline", &options);

	options.deadline = SBX_DEFAULT;
	options.cancel = cancel;
	if (pthread_create(&thread, NULL, fire_soon, cancel) != 0)
		goto done;
	run(client, sbx_sandbox_id(sandbox), "cancel", &options);
	pthread_join(thread, NULL);

	/* A started call is ended by its own function, or by freeing it: then nobody is told. */
	if (sbx_sandboxes_list_start(client, NULL, NULL, NULL, NULL, &call, &error) < 0)
		goto done;
	sbx_call_cancel(call);
	printf("started: %s\n", sbx_status_name(sbx_call_result(call, NULL, NULL)));
	exit_code = 0;
done:
	if (error)
		fprintf(stderr, "cancelling: %s\n", sbx_error_message(error));
	sbx_error_free(error);
	sbx_call_free(call);
	sbx_cancel_free(cancel);
	sbx_sandbox_free(sandbox);
	sbx_client_free(client);
	return exit_code;
}
