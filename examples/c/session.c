/* A sandbox of one's own: commands, output while it is written, files in memory; deleted in the end. */
#include <sandbox_sdk.h>
#include <stdio.h>

int main(void)
{
	sbx_client *client = NULL;
	sbx_session *session = NULL;
	sbx_execution_stream *stream = NULL;
	sbx_error *error = NULL;
	char *text = NULL;
	int exit_code = 1;

	if (sbx_client_new_local(&client, NULL, &error) < 0)
		goto done;
	if (sbx_session_create(client, NULL, NULL, &session, &error) < 0)
		goto done;

	/* With `check`, a command that fails is an error like any other. */
	sbx_run_options checked = SBX_RUN_OPTIONS_INIT;
	checked.check = SBX_FLAG_YES;
	if (sbx_session_write(session, "/data/numbers", "3\n1\n2\n", 6, NULL, &error) < 0 ||
	    sbx_session_run(session, "sort /data/numbers >/data/sorted", &checked, NULL, NULL, &error) < 0 ||
	    sbx_session_read(session, "/data/sorted", NULL, &text, NULL, &error) < 0)
		goto done;
	printf("sorted:\n%s", text);

	if (sbx_session_run(session, "echo 'no such luck' >&2; exit 3", &checked, NULL, NULL, &error) == SBX_OK)
		goto done;
	printf("refused: %s: %s", sbx_error_message(error), sbx_error_detail(error));
	sbx_error_free(error);
	error = NULL;

	/* The output as it comes, for commands that take their time. */
	if (sbx_session_stream(session, "for step in one two three; do echo $step; done", NULL, NULL, &stream, &error) <
	    0)
		goto done;
	sbx_status status;
	sbx_execution_event event = SBX_EXECUTION_EVENT_INIT;
	while ((status = sbx_execution_stream_next(stream, &event, &error)) == SBX_OK)
		if (event.kind == SBX_EXECUTION_STDOUT)
			fwrite(event.data, 1, event.length, stdout);
	if (status < 0 || sbx_session_close(session, NULL, &error) < 0)
		goto done;
	exit_code = 0;
done:
	if (error)
		fprintf(stderr, "session: %s\n", sbx_error_message(error));
	sbx_error_free(error);
	sbx_string_free(text);
	sbx_execution_stream_free(stream);
	sbx_session_free(session);
	sbx_client_free(client);
	return exit_code;
}
