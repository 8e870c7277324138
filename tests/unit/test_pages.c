/* Going through all pages, of servers that do what servers do. */
#include <sandbox_sdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loopback.h"
#include "session_calls.h"
#include "support.h"

/* A list that changes while it is read. The server's thread and the test take turns: no lock is needed. */
typedef struct list {
	int first; /* items are numbered from first to last */
	int last;
	int page_size;
	bool ignores_page;     /* every page is the first */
	double total_pages;    /* what it says; negative: the truth */
	bool bare;             /* no pagination at all */
	bool claims_little;    /* one page of as many items as are on it */
	int empty_page;        /* this one is empty */
	int delete_after;      /* after this page as many items as a page has are deleted at the front */
	int insert_after;      /* after this page as many are added at the front */
	int fail_at;           /* this request is refused, once */
	const char *odd_items; /* the items of every page */
	int requests;
} list;

static int asked_page(const char *request)
{
	const char *page = strstr(request, "page=");
	return page ? atoi(page + 5) : 1;
}

static void append_items(const list *served, int page, sbx__buffer *body)
{
	int begin = served->first + (page - 1) * served->page_size;
	for (int item = begin; item < begin + served->page_size && item <= served->last; item++)
		sbx__buffer_format(body, "%s{\"id\":\"sbx-%d\",\"name\":\"n\"}", item > begin ? "," : "", item);
}

static void change(list *served, int page)
{
	if (page == served->delete_after) {
		served->first += served->page_size;
		served->delete_after = 0;
	}
	if (page == served->insert_after) {
		served->first -= served->page_size;
		served->insert_after = 0;
	}
}

static void answer(void *user_data, const char *request, size_t length, sbx__buffer *answer)
{
	list *served = user_data;
	sbx__buffer body = {0};
	int page = served->ignores_page ? 1 : asked_page(request);
	(void)length;
	if (++served->requests == served->fail_at) {
		loopback_json(answer, 400, "{}");
		return;
	}
	int items = served->last - served->first + 1;
	double pages = (double)((items + served->page_size - 1) / served->page_size);
	sbx__buffer_text(&body, "{\"data\":[");
	if (served->odd_items)
		sbx__buffer_text(&body, served->odd_items);
	else if (page != served->empty_page)
		append_items(served, page, &body);
	sbx__buffer_text(&body, "]");
	if (!served->bare)
		sbx__buffer_format(
		        &body, ",\"pagination\":{\"page\":%d,\"page_size\":%d,\"total_items\":%d,\"total_pages\":%.0f}",
		        page, served->page_size, served->claims_little ? served->page_size : items,
		        served->claims_little      ? 1
			: served->total_pages >= 0 ? served->total_pages
			                           : pages);
	sbx__buffer_text(&body, "}");
	loopback_json(answer, 200, body.data);
	sbx__buffer_free(&body);
	change(served, page);
}

static sbx_client *client_of(const loopback *server)
{
	sbx_client *client = NULL;
	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	options.api_key = "key";
	options.base_url = loopback_url(server);
	options.max_retries = 0;
	assert_int_equal(sbx_client_new(&client, &options, NULL), SBX_OK);
	return client;
}

static void begin_pages(sbx_pages *pages)
{
	if (session_calls_started)
		assert_int_equal(session_pages_fetch(pages, NULL), SBX_OK);
}

/* Whether an item has to be asked for once more, since its page was fetched just now. */
static bool again(sbx_pages *pages, sbx_status *status)
{
	if (*status != SBX_WOULD_BLOCK)
		return false;
	assert_true(session_calls_started);
	*status = session_pages_fetch(pages, NULL);
	return *status == SBX_OK;
}

static sbx_status next_sandbox(sbx_pages *pages, const sbx_sandbox **sandbox)
{
	sbx_status status;
	do
		status = sbx_sandboxes_next(pages, sandbox, NULL);
	while (again(pages, &status));
	return status;
}

/* Reads all and counts how often each of the items 0 to 999 came. */
static void count_all(list *served, int counts[1000])
{
	loopback *server = loopback_start_with(answer, served);
	sbx_client *client = client_of(server);
	sbx_pages *pages = NULL;
	const sbx_sandbox *sandbox = NULL;
	sbx_status status;
	memset(counts, 0, 1000 * sizeof counts[0]);
	assert_int_equal(sbx_sandboxes_each(client, NULL, NULL, &pages, NULL), SBX_OK);
	begin_pages(pages);
	while ((status = next_sandbox(pages, &sandbox)) == SBX_OK)
		counts[atoi(sbx_sandbox_id(sandbox) + 4)]++;
	assert_int_equal(status, SBX_DONE);
	assert_int_equal(next_sandbox(pages, &sandbox), SBX_DONE);
	sbx_pages_free(pages);
	sbx_client_free(client);
	loopback_stop(server);
}

static void assert_once(const int counts[1000], int first, int last)
{
	for (int item = 0; item < 1000; item++)
		assert_int_equal(counts[item], item >= first && item <= last ? 1 : 0);
}

static void every_item_comes_once(void **state)
{
	(void)state;
	static const struct {
		list served;
		int requests;
	} cases[] = {
	        {{.first = 100, .last = 99, .page_size = 20, .total_pages = -1}, 1},
	        {{.first = 100, .last = 104, .page_size = 20, .total_pages = -1}, 1},
	        {{.first = 100, .last = 119, .page_size = 20, .total_pages = -1}, 2},
	        {{.first = 100, .last = 206, .page_size = 20, .total_pages = -1}, 6},
	        /* it says too little, too much, nothing */
	        {{.first = 100, .last = 206, .page_size = 20, .total_pages = 1}, 6},
	        {{.first = 100, .last = 206, .page_size = 20, .claims_little = true}, 6},
	        {{.first = 100, .last = 206, .page_size = 20, .total_pages = 1e15}, 9},
	        {{.first = 100, .last = 206, .page_size = 20, .total_pages = 0}, 6},
	        {{.first = 100, .last = 206, .page_size = 20, .bare = true}, 7},
	        /* a page without items in the middle: what is behind it comes */
	        {{.first = 100, .last = 139, .page_size = 20, .total_pages = 3, .empty_page = 3}, 3},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		int counts[1000];
		list served = cases[index].served;
		count_all(&served, counts);
		assert_once(counts, served.first, served.last);
		assert_int_equal(served.requests, cases[index].requests);
	}
}

static void an_empty_page_is_not_the_end(void **state)
{
	(void)state;
	int counts[1000];
	list served = {.first = 100, .last = 179, .page_size = 20, .total_pages = -1, .empty_page = 2};
	count_all(&served, counts);
	for (int item = 100; item < 180; item++)
		assert_int_equal(counts[item], item < 120 || item >= 140);
}

static void a_server_that_has_one_page_only_is_left(void **state)
{
	(void)state;
	int counts[1000];
	list served = {.first = 100, .last = 150, .page_size = 20, .ignores_page = true, .total_pages = -1};
	count_all(&served, counts);
	assert_once(counts, 100, 119);
	assert_true(served.requests <= 5);
	served = (list){.first = 100, .last = 150, .page_size = 20, .ignores_page = true, .bare = true};
	count_all(&served, counts);
	assert_once(counts, 100, 119);
	assert_int_equal(served.requests, 2);
}

static void items_that_move_are_not_lost(void **state)
{
	(void)state;
	int counts[1000];
	for (int page = 1; page <= 5; page++) {
		list served = {.first = 100, .last = 199, .page_size = 20, .total_pages = -1, .delete_after = page};
		count_all(&served, counts);
		for (int item = 120; item <= 199; item++)
			assert_int_equal(counts[item], 1);
		served = (list){.first = 100, .last = 199, .page_size = 20, .total_pages = -1, .insert_after = page};
		count_all(&served, counts);
		for (int item = 100; item <= 199; item++)
			assert_int_equal(counts[item], 1);
	}
}

static void items_without_an_id(void **state)
{
	(void)state;
	list served = {.first = 1, .last = 60, .page_size = 3, .total_pages = -1};
	served.odd_items = "{\"name\":\"a\"},17,{\"id\":\"\",\"name\":\"b\"}";
	loopback *server = loopback_start_with(answer, &served);
	sbx_client *client = client_of(server);
	sbx_pages *pages = NULL;
	const sbx_json *item = NULL;
	int count = 0;
	const sbx_operation *operation = sbx_operation_find("sandboxes.list");
	assert_int_equal(sbx_client_pages(client, operation, NULL, NULL, &pages, NULL), SBX_OK);
	while (sbx_pages_next(pages, &item, NULL) == SBX_OK)
		count++;
	assert_true(count >= 3);
	assert_true(served.requests <= 5);
	sbx_pages_free(pages);
	sbx_client_free(client);
	loopback_stop(server);
}

static void it_goes_on_after_an_error(void **state)
{
	(void)state;
	list served = {.first = 100, .last = 149, .page_size = 20, .total_pages = -1, .fail_at = 2};
	loopback *server = loopback_start_with(answer, &served);
	sbx_client *client = client_of(server);
	sbx_pages *pages = NULL;
	sbx_error *error = NULL;
	const sbx_volume *volume = NULL;
	int count = 0;
	sbx_status status;
	assert_int_equal(sbx_volumes_each(client, NULL, NULL, &pages, NULL), SBX_OK);
	while ((status = sbx_volumes_next(pages, &volume, &error)) == SBX_OK)
		count++;
	assert_int_equal(status, SBX_ERROR_BAD_REQUEST);
	assert_int_equal(sbx_error_http_status(error), 400);
	sbx_error_free(error);
	assert_int_equal(count, 20);
	while ((status = sbx_volumes_next(pages, &volume, NULL)) == SBX_OK)
		count++;
	assert_int_equal(status, SBX_DONE);
	assert_int_equal(count, 50);
	sbx_pages_free(pages);
	sbx_client_free(client);
	loopback_stop(server);
}

static void the_callers_arguments_go_along(void **state)
{
	(void)state;
	list served = {.first = 100, .last = 149, .page_size = 20, .total_pages = -1};
	loopback *server = loopback_start_with(answer, &served);
	sbx_client *client = client_of(server);
	sbx_pages *pages = NULL;
	const sbx_sandbox *sandbox = NULL;
	sbx_sandboxes_list_params params = SBX_SANDBOXES_LIST_PARAMS_INIT;
	params.page = 3;
	params.page_size = 7;
	assert_int_equal(sbx_sandboxes_each(client, &params, NULL, &pages, NULL), SBX_OK);
	assert_int_equal(sbx_sandboxes_next(pages, &sandbox, NULL), SBX_OK);
	assert_string_equal(sbx_sandbox_id(sandbox), "sbx-140");
	char *last = loopback_last(server);
	assert_non_null(strstr(last, "page=3"));
	assert_non_null(strstr(last, "page_size=7"));
	free(last);
	sbx_pages_free(pages);
	sbx_client_free(client);
	loopback_stop(server);
}

static void wrong_arguments(void **state)
{
	(void)state;
	loopback *server = loopback_start(NULL);
	sbx_client *client = client_of(server);
	sbx_pages *pages = NULL;
	sbx_error *error = NULL;
	const sbx_operation *list_operation = sbx_operation_find("sandboxes.list");
	const sbx_volume *volume = NULL;
	sbx_json *text = sbx_json_new_string("x", 1);
	sbx_json *page = json_of("{\"page\":\"1\"}");
	assert_int_equal(sbx_client_pages(NULL, list_operation, NULL, NULL, &pages, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_client_pages(client, NULL, NULL, NULL, &pages, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_client_pages(client, list_operation, NULL, NULL, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_client_pages(client, list_operation, text, NULL, &pages, NULL),
	                 SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_client_pages(client, list_operation, page, NULL, &pages, &error),
	                 SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_argument(error), "page");
	assert_true(sbx_error_is_misuse(error));
	sbx_error_free(error);
	assert_int_equal(sbx_client_pages(client, sbx_operation_find("sandboxes.create"), NULL, NULL, &pages, NULL),
	                 SBX_ERROR_INVALID_ARGUMENT);
	assert_null(pages);
	assert_int_equal(sbx_pages_next(NULL, NULL, NULL), SBX_ERROR_INVALID_ARGUMENT);
	assert_int_equal(sbx_sandboxes_each(client, NULL, NULL, &pages, NULL), SBX_OK);
	assert_int_equal(sbx_volumes_next(pages, &volume, &error), SBX_ERROR_INVALID_ARGUMENT);
	assert_string_equal(sbx_error_argument(error), "pages");
	sbx_error_free(error);
	assert_null(volume);
	sbx_pages_free(pages);
	sbx_pages_free(NULL);
	sbx_json_free(text);
	sbx_json_free(page);
	sbx_client_free(client);
	assert_int_equal(loopback_requests(server), 0);
	loopback_stop(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_item_comes_once),
	        cmocka_unit_test(an_empty_page_is_not_the_end),
	        cmocka_unit_test(a_server_that_has_one_page_only_is_left),
	        cmocka_unit_test(items_that_move_are_not_lost),
	        cmocka_unit_test(items_without_an_id),
	        cmocka_unit_test(it_goes_on_after_an_error),
	        cmocka_unit_test(the_callers_arguments_go_along),
	        cmocka_unit_test(wrong_arguments),
	};
	int failed = 0;
	/* In the form that waits, and in the one that is started. */
	for (int form = 0; form < 2; form++) {
		session_calls_started = form == 1;
		failed += cmocka_run_group_tests(tests, test_environment, NULL);
	}
	return failed;
}
