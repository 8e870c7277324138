/* Sends a directory to a sandbox, works on it there, and fetches it back. */
#include <sandbox_sdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* How far it is; `total` is SBX_DEFAULT where nobody knows it. */
static void note_progress(void *user_data, int64_t done, int64_t total)
{
	(void)total;
	*(int64_t *)user_data = done;
}

/* A pipe, a device, or a link that leads out of the directory. */
static void show_skipped(void *user_data, const char *path, const char *reason)
{
	(void)user_data;
	printf("left out: %s: %s\n", path, reason);
}

int main(void)
{
	sbx_client *client = NULL;
	sbx_session *session = NULL;
	sbx_error *error = NULL;
	int64_t bytes = 0;
	int exit_code = 1;
	char place[] = "/tmp/directories-XXXXXX";

	if (!mkdtemp(place) || chdir(place) != 0 ||
	    system("mkdir project && echo hello >project/greeting && mkfifo project/pipe") != 0)
		return 1;
	if (sbx_client_new_local(&client, NULL, &error) < 0)
		goto done;
	if (sbx_session_create(client, NULL, NULL, &session, &error) < 0)
		goto done;

	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	options.progress = note_progress;
	options.progress_user_data = &bytes;
	sbx_transfer_options transfer = SBX_TRANSFER_OPTIONS_INIT;
	transfer.skipped = show_skipped;
	if (sbx_session_upload(session, "project", "/data/project", &transfer, &options, &error) < 0)
		goto done;
	printf("sent: %lld bytes\n", (long long)bytes);

	sbx_run_options checked = SBX_RUN_OPTIONS_INIT;
	checked.check = SBX_FLAG_YES;
	checked.working_dir = "/data/project";
	if (sbx_session_run(session, "tr a-z A-Z <greeting >loud", &checked, NULL, NULL, &error) < 0)
		goto done;

	if (sbx_session_download(session, "/data/project", "result", &transfer, &options, &error) < 0)
		goto done;
	printf("fetched: %lld bytes\n", (long long)bytes);
	fflush(stdout);
	exit_code = system("cat result/greeting result/loud") != 0;
done:
	if (error)
		fprintf(stderr, "directories: %s\n", sbx_error_message(error));
	sbx_error_free(error);
	sbx_session_free(session);
	sbx_client_free(client);
	if (system("rm -r project; rm -rf result") != 0 || rmdir(place) != 0)
		exit_code = 1;
	return exit_code;
}
