/* Every callback of a call may call back in: end its call or client, start others, make blocking ones. */
#include <sandbox_sdk.h>
#include <stdbool.h>
#include <string.h>

#include "loopback.h"
#include "support.h"

#define SIZE 100000

typedef enum deed {
	FREE_CALL,
	CANCEL_CALL,
	CLOSE_CLIENT,
	FREE_CLIENT,
	START_ANOTHER,
	CALL_AND_WAIT,
	DRIVE,
	DEEDS,
} deed;

typedef enum place {
	IN_SOURCE,
	IN_SINK,
	IN_PROGRESS_OF_UPLOAD,
	IN_PROGRESS_OF_DOWNLOAD,
	IN_HOOK,
	IN_LOG,
	PLACES,
} place;

/* One call, started or waited for, and what one of its callbacks does the first time. */
typedef struct scene {
	place place;
	deed deed;
	sbx_client *client;
	sbx_call *call;
	size_t given;
	bool waited_for;
	sbx_status status; /* of a call that was waited for */
	bool armed;
	bool done;
} scene;

static void start_another(sbx_client *client)
{
	sbx_call *other = NULL;
	assert_int_equal(sbx_sandboxes_list_start(client, NULL, NULL, NULL, NULL, &other, NULL), SBX_OK);
	sbx_call_free(other);
}

static void drive(const scene *of)
{
	assert_int_equal(sbx_client_poll(of->client, 1, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_client_process(of->client, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_call_wait(of->call, 1, NULL), SBX_ERROR_INVALID_ARGUMENT);
}

static void act(scene *of, place where)
{
	if (!of->armed || of->done || of->place != where)
		return;
	of->done = true;
	switch (of->deed) {
	case FREE_CALL:
		sbx_call_free(of->call);
		of->call = NULL;
		break;
	case CANCEL_CALL:
		sbx_call_cancel(of->call);
		break;
	case CLOSE_CLIENT:
		sbx_client_close(of->client);
		break;
	case FREE_CLIENT:
		sbx_client_free(of->client);
		of->client = NULL;
		break;
	case START_ANOTHER:
		start_another(of->client);
		break;
	case CALL_AND_WAIT:
		assert_int_equal(sbx_sandboxes_list(of->client, NULL, NULL, NULL, NULL), SBX_OK);
		break;
	case DRIVE:
		drive(of);
		break;
	case DEEDS:
		break;
	}
}

static int64_t give(void *user_data, void *buffer, size_t capacity)
{
	scene *of = user_data;
	act(of, IN_SOURCE);
	size_t left = SIZE - of->given;
	size_t taken = left < capacity ? left : capacity;
	memset(buffer, 'x', taken);
	of->given += taken;
	return (int64_t)taken;
}

static int take(void *user_data, const void *data, size_t length)
{
	(void)data, (void)length;
	act(user_data, IN_SINK);
	return 0;
}

static void on_progress(void *user_data, int64_t done, int64_t total)
{
	scene *of = user_data;
	(void)done, (void)total;
	act(of, of->place == IN_PROGRESS_OF_UPLOAD ? IN_PROGRESS_OF_UPLOAD : IN_PROGRESS_OF_DOWNLOAD);
}

static void on_attempt(void *user_data, void *call_user_data, const sbx_attempt *attempt)
{
	(void)user_data, (void)attempt;
	if (call_user_data)
		act(call_user_data, IN_HOOK);
}

static void on_log(void *user_data, sbx_log_level level, const char *message)
{
	(void)level, (void)message;
	act(user_data, IN_LOG);
}

static void begin(scene *of, const loopback *server)
{
	sbx_client_options client = SBX_CLIENT_OPTIONS_INIT;
	sbx_request_options options = SBX_REQUEST_OPTIONS_INIT;
	sbx_source source = SBX_SOURCE_INIT;
	sbx_sink sink = SBX_SINK_INIT;
	sbx_sandboxes_upload_params upload = SBX_SANDBOXES_UPLOAD_PARAMS_INIT;
	sbx_sandboxes_download_params download = SBX_SANDBOXES_DOWNLOAD_PARAMS_INIT;
	client.api_key = "key";
	client.base_url = loopback_url(server);
	client.on_attempt = on_attempt;
	client.log = on_log;
	client.log_user_data = of;
	client.log_level = SBX_LOG_DEBUG;
	assert_int_equal(sbx_client_new(&of->client, &client, NULL), SBX_OK);
	options.progress = on_progress;
	options.progress_user_data = of;
	options.attempt_user_data = of;
	source.kind = SBX_SOURCE_CALLBACK;
	source.read = give;
	source.user_data = of;
	sink.kind = SBX_SINK_CALLBACK;
	sink.write = take;
	sink.user_data = of;
	upload.path = "/x";
	upload.file = &source;
	download.path = "/x";
	download.into = &sink;
	bool up = of->place == IN_SOURCE || of->place == IN_PROGRESS_OF_UPLOAD || of->place == IN_LOG;
	sbx_status status = SBX_OK;
	of->armed = of->waited_for;
	if (of->waited_for && up)
		of->status = sbx_sandboxes_upload(of->client, "a", &upload, &options, NULL, NULL);
	else if (of->waited_for)
		of->status = sbx_sandboxes_download(of->client, "a", &download, &options, NULL, NULL);
	else if (up)
		status = sbx_sandboxes_upload_start(of->client, "a", &upload, &options, NULL, NULL, &of->call, NULL);
	else
		status =
		        sbx_sandboxes_download_start(of->client, "a", &download, &options, NULL, NULL, &of->call, NULL);
	assert_int_equal(status, SBX_OK);
	of->armed = true;
}

/* Drives until the deed is done and the call has ended, where it is still there to be asked. */
static void drive_to_the_end(scene *of)
{
	for (int turn = 0; of->client && turn < 200; turn++)
		if (sbx_client_poll(of->client, 0.1, NULL) != SBX_OK)
			break;
}

static void check_result(const scene *of)
{
	/* The hook is told when all is decided. It is asked not to do any of this, and survives it all the same. */
	bool decided = of->place == IN_HOOK;
	sbx_status wanted = SBX_OK;
	if (!decided && of->deed == CANCEL_CALL)
		wanted = SBX_ERROR_CANCELLED;
	if (!decided && (of->deed == CLOSE_CLIENT || of->deed == FREE_CLIENT))
		wanted = SBX_ERROR_CLOSED;
	if (!of->done)
		fail_msg("place %d was not reached", (int)of->place);
	if (!of->call && !of->waited_for)
		return;
	assert_true(of->waited_for || sbx_call_is_done(of->call));
	sbx_status status = of->waited_for ? of->status : sbx_call_result(of->call, NULL, NULL);
	/* What had come with the bytes that were told of may be all. */
	bool whole = of->waited_for && status == SBX_OK;
	if (status != wanted && !whole)
		fail_msg("deed %d in place %d: %s", (int)of->deed, (int)of->place, sbx_status_name(status));
}

static void play(place where, deed what, bool waited_for, const loopback *server)
{
	scene of = {.place = where, .deed = what, .waited_for = waited_for};
	begin(&of, server);
	drive_to_the_end(&of);
	check_result(&of);
	sbx_call_free(of.call);
	sbx_client_free(of.client);
}

static void every_callback_may_do_everything_but_drive(void **state)
{
	(void)state;
	loopback *server = loopback_start_json("{\"path\":\"/x\",\"data\":[]}");
	for (int where = 0; where < PLACES; where++)
		for (int what = 0; what < DEEDS; what++)
			play((place)where, (deed)what, false, server);
	loopback_stop(server);
}

static void callbacks_of_blocking_calls_may_too(void **state)
{
	static const deed deeds[] = {CLOSE_CLIENT, FREE_CLIENT, START_ANOTHER, CALL_AND_WAIT};
	(void)state;
	loopback *server = loopback_start_json("{\"path\":\"/x\",\"data\":[]}");
	for (int where = 0; where < PLACES; where++)
		for (size_t index = 0; index < sizeof deeds / sizeof deeds[0]; index++)
			play((place)where, deeds[index], true, server);
	loopback_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_callback_may_do_everything_but_drive),
	        cmocka_unit_test(callbacks_of_blocking_calls_may_too),
	};
	return cmocka_run_group_tests(tests, test_environment, NULL);
}
