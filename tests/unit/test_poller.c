/* One descriptor for many: what it tells, and what it leaves alone. */
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "platform.h"
#include "poller.h"
#include "support.h"

typedef struct fixture {
	sbx__poller poller;
	int ours; /* of a pair of sockets */
	int theirs;
} fixture;

static int set_up(void **state)
{
	static fixture all;
	int pair[2];
	assert_true(sbx__poller_open(&all.poller));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	all.ours = pair[0];
	all.theirs = pair[1];
	*state = &all;
	return 0;
}

static int tear_down(void **state)
{
	fixture *all = *state;
	sbx__poller_close(&all->poller);
	close(all->theirs);
	if (all->ours >= 0)
		close(all->ours);
	return 0;
}

static void say_something(const fixture *all)
{
	assert_int_equal(write(all->theirs, "x", 1), 1);
}

/* What is told of our socket; 0: nothing. */
static unsigned take(fixture *all)
{
	sbx__poller_event events[8];
	size_t count = sbx__poller_take(&all->poller, events, 8);
	assert_in_range(count, 0, 1);
	if (count)
		assert_int_equal(events[0].descriptor, all->ours);
	return count ? events[0].events : 0;
}

static bool is_readable(const fixture *all)
{
	struct pollfd asked = {.fd = all->poller.descriptor, .events = POLLIN};
	return poll(&asked, 1, 0) == 1;
}

static void events_that_are_asked_for_are_told(void **state)
{
	fixture *all = *state;
	for (int kept = 0; kept < 2; kept++) {
		if (kept)
			sbx__poller_keep(&all->poller, all->ours);
		assert_true(sbx__poller_watch(&all->poller, all->ours, SBX__READABLE));
		assert_int_equal(take(all), 0);
		assert_true(sbx__poller_watch(&all->poller, all->ours, SBX__READABLE | SBX__WRITABLE));
		assert_int_equal(take(all), SBX__WRITABLE);
		say_something(all);
		assert_int_equal(take(all), SBX__READABLE | SBX__WRITABLE);
		assert_true(sbx__poller_watch(&all->poller, all->ours, SBX__WRITABLE));
		assert_int_equal(take(all), SBX__WRITABLE);
		assert_true(sbx__poller_watch(&all->poller, all->ours, 0));
		assert_false(is_readable(all));
		char byte;
		assert_int_equal(read(all->ours, &byte, 1), 1);
	}
}

static void a_kept_one_that_nobody_asks_for_is_left_alone(void **state)
{
	fixture *all = *state;
	assert_true(sbx__poller_watch(&all->poller, all->ours, SBX__READABLE));
	sbx__poller_keep(&all->poller, all->ours);
	assert_true(sbx__poller_watch(&all->poller, all->ours, 0));
	assert_false(is_readable(all));
	say_something(all);
	assert_int_equal(take(all), 0);
	/* Else a loop would turn for nothing until the connection is used again. */
	assert_false(is_readable(all));
	assert_true(sbx__poller_watch(&all->poller, all->ours, SBX__READABLE));
	assert_int_equal(take(all), SBX__READABLE);
}

static void a_kept_one_is_told_each_time_that_it_is_asked_for(void **state)
{
	fixture *all = *state;
	assert_true(sbx__poller_watch(&all->poller, all->ours, SBX__READABLE));
	sbx__poller_keep(&all->poller, all->ours);
	for (int time = 0; time < 3; time++) {
		char byte;
		assert_true(sbx__poller_watch(&all->poller, all->ours, SBX__READABLE));
		assert_int_equal(take(all), 0);
		say_something(all);
		assert_int_equal(take(all), SBX__READABLE);
		assert_int_equal(read(all->ours, &byte, 1), 1);
		assert_true(sbx__poller_watch(&all->poller, all->ours, 0));
	}
}

static void one_that_is_forgotten_tells_nothing_though_another_process_has_it(void **state)
{
	fixture *all = *state;
	/* As a forked child would have it. */
	int other = dup(all->ours);
	assert_true(sbx__poller_watch(&all->poller, all->ours, SBX__READABLE));
	sbx__poller_keep(&all->poller, all->ours);
	sbx__poller_forget(&all->poller, all->ours);
	close(all->ours);
	all->ours = -1;
	say_something(all);
	assert_false(is_readable(all));
	close(other);
}

static void a_new_one_with_the_number_of_an_old_one_is_watched(void **state)
{
	fixture *all = *state;
	int number = all->ours;
	assert_true(sbx__poller_watch(&all->poller, number, SBX__READABLE));
	sbx__poller_keep(&all->poller, number);
	sbx__poller_forget(&all->poller, number);
	int pair[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(dup2(pair[0], number), number);
	close(pair[0]);
	close(all->theirs);
	all->theirs = pair[1];
	assert_true(sbx__poller_watch(&all->poller, number, SBX__READABLE));
	say_something(all);
	assert_int_equal(take(all), SBX__READABLE);
}

static void one_that_was_closed_behind_our_back_is_given_up(void **state)
{
	fixture *all = *state;
	assert_true(sbx__poller_watch(&all->poller, all->ours, SBX__WRITABLE));
	close(all->ours);
	assert_true(sbx__poller_watch(&all->poller, all->ours, 0));
	int pair[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(pair[0], all->ours);
	close(all->theirs);
	all->theirs = pair[1];
	assert_true(sbx__poller_watch(&all->poller, all->ours, SBX__READABLE));
	say_something(all);
	assert_int_equal(take(all), SBX__READABLE);
}

static void high_numbers_have_room(void **state)
{
	fixture *all = *state;
	int high = fcntl(all->ours, F_DUPFD_CLOEXEC, 900);
	assert_in_range(high, 900, 100000);
	close(all->ours);
	all->ours = high;
	a_kept_one_is_told_each_time_that_it_is_asked_for(state);
}

static void a_broken_one_is_told(void **state)
{
	fixture *all = *state;
	assert_true(sbx__poller_watch(&all->poller, all->ours, SBX__READABLE));
	shutdown(all->theirs, SHUT_RDWR);
	assert_int_equal(take(all), SBX__READABLE | SBX__BROKEN);
}

static void the_timer_and_the_wake_up_are_taken_back(void **state)
{
	fixture *all = *state;
	sbx__poller_wake(&all->poller);
	assert_true(is_readable(all));
	assert_int_equal(take(all), 0);
	assert_false(is_readable(all));
	sbx__poller_set_timer(&all->poller, sbx__platform_system.now(NULL));
	sbx__poller_wait(&all->poller, SBX__NEVER);
	assert_true(is_readable(all));
	assert_int_equal(take(all), 0);
	assert_false(is_readable(all));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(events_that_are_asked_for_are_told, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(a_kept_one_that_nobody_asks_for_is_left_alone, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(a_kept_one_is_told_each_time_that_it_is_asked_for, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(one_that_is_forgotten_tells_nothing_though_another_process_has_it,
		                                set_up, tear_down),
	        cmocka_unit_test_setup_teardown(a_new_one_with_the_number_of_an_old_one_is_watched, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(one_that_was_closed_behind_our_back_is_given_up, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(high_numbers_have_room, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(a_broken_one_is_told, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(the_timer_and_the_wake_up_are_taken_back, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
