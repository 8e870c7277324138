/* What clients share: transports, the limit on them, and the end of them all. The transports here are counters. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "core.h"
#include "files.h"
#include "support.h"

#define LIMIT 100
#define KEPT 20

typedef struct counting_transport {
	sbx__transport base;
	struct counts *counts;
	int number;
	atomic_int wakes;
} counting_transport;

typedef struct counts {
	atomic_int made;
	atomic_int freed;
	atomic_int wakes;
	atomic_int factories_freed;
	atomic_int abandoned;
	bool fail;
} counts;

static void wake(sbx__transport *base)
{
	atomic_fetch_add(&((counting_transport *)base)->wakes, 1);
	atomic_fetch_add(&((counting_transport *)base)->counts->wakes, 1);
}

static void free_transport(sbx__transport *base)
{
	atomic_fetch_add(&((counting_transport *)base)->counts->freed, 1);
	free(base);
}

static const sbx__transport_class counting_class = {.wake = wake, .free = free_transport};

static sbx__transport *make(void *context)
{
	counts *counted = context;
	counting_transport *transport = counted->fail ? NULL : calloc(1, sizeof *transport);
	if (!transport)
		return NULL;
	transport->base.type = &counting_class;
	transport->counts = counted;
	transport->number = atomic_fetch_add(&counted->made, 1);
	return &transport->base;
}

static void free_factory(void *context)
{
	atomic_fetch_add(&((counts *)context)->factories_freed, 1);
}

static void abandon(void *context)
{
	atomic_fetch_add(&((counts *)context)->abandoned, 1);
}

static sbx__core *core_of(counts *counted)
{
	*counted = (counts){0};
	sbx__core *core = sbx__core_new(
	        &sbx__platform_system, (sbx__core_limits){100, 20},
	        (sbx__transport_factory){.make = make, .abandon = abandon, .free = free_factory, .context = counted},
	        NULL);
	assert_non_null(core);
	assert_ptr_equal(sbx__core_platform(core), &sbx__platform_system);
	return core;
}

static sbx__lease *acquire(sbx__core *core)
{
	sbx__lease *lease = NULL;
	sbx__place place = SBX__PLACE_INIT;
	assert_int_equal(sbx__core_acquire(core, &place, 0, &lease), SBX_OK);
	return lease;
}

static int number_of(const sbx__lease *lease)
{
	return ((const counting_transport *)lease->transport)->number;
}

static void the_last_one_used_is_used_first(void **state)
{
	(void)state;
	counts counted;
	sbx__core *core = core_of(&counted);
	sbx__lease *leases[3];
	for (int index = 0; index < 3; index++)
		leases[index] = acquire(core);
	sbx__core_release(core, leases[1]);
	sbx__core_release(core, leases[0]);
	sbx__core_release(core, leases[2]);
	for (int index = 0; index < 3; index++) {
		static const int order[] = {2, 0, 1};
		leases[index] = acquire(core);
		assert_int_equal(number_of(leases[index]), order[index]);
	}
	assert_int_equal(counted.made, 3);
	for (int index = 0; index < 3; index++)
		sbx__core_release(core, leases[index]);
	assert_int_equal(counted.freed, 0);
	sbx__core_leave(core);
	assert_int_equal(counted.freed, 3);
	assert_int_equal(counted.factories_freed, 1);
}

static void no_more_than_twenty_are_kept(void **state)
{
	(void)state;
	counts counted;
	sbx__core *core = core_of(&counted);
	sbx__lease *leases[KEPT + 10];
	for (int index = 0; index < KEPT + 10; index++)
		leases[index] = acquire(core);
	for (int index = 0; index < KEPT + 10; index++)
		sbx__core_release(core, leases[index]);
	assert_int_equal(counted.freed, 10);
	for (int index = 0; index < KEPT; index++)
		leases[index] = acquire(core);
	assert_int_equal(counted.made, KEPT + 10);
	for (int index = 0; index < KEPT; index++)
		sbx__core_release(core, leases[index]);
	sbx__core_leave(core);
	assert_int_equal(counted.freed, counted.made);
}

static void fill(sbx__core *core, sbx__lease *leases[LIMIT])
{
	for (int index = 0; index < LIMIT; index++)
		leases[index] = acquire(core);
}

static void empty(sbx__core *core, sbx__lease *leases[LIMIT])
{
	for (int index = 0; index < LIMIT; index++)
		sbx__core_release(core, leases[index]);
}

static void the_hundred_and_first_waits_and_times_out(void **state)
{
	(void)state;
	counts counted;
	sbx__core *core = core_of(&counted);
	sbx__lease *leases[LIMIT], *more = NULL;
	sbx__place place = SBX__PLACE_INIT;
	fill(core, leases);
	assert_int_equal(sbx__core_acquire(core, &place, 0, &more), SBX_ERROR_TIMEOUT);
	int64_t before = sbx__platform_system.now(NULL);
	assert_int_equal(sbx__core_acquire(core, &place, SBX__SECOND / 25, &more), SBX_ERROR_TIMEOUT);
	int64_t waited = sbx__platform_system.now(NULL) - before;
	assert_true(waited >= SBX__SECOND / 25 && waited < 5 * SBX__SECOND);
	assert_null(more);
	sbx__core_give_up(core, &place);
	assert_int_equal(counted.made, LIMIT);
	sbx__core_release(core, leases[7]);
	leases[7] = acquire(core);
	assert_int_equal(number_of(leases[7]), 7);
	empty(core, leases);
	sbx__core_leave(core);
	assert_int_equal(counted.freed, LIMIT);
}

typedef struct waiter {
	sbx__core *core;
	sbx__place place;
	sbx__lease *lease;
	sbx_status status;
} waiter;

static void *wait_for_one(void *argument)
{
	waiter *waiting = argument;
	waiting->status = sbx__core_acquire(waiting->core, &waiting->place, 20 * SBX__SECOND, &waiting->lease);
	sbx__core_give_up(waiting->core, &waiting->place);
	return NULL;
}

static void one_that_is_given_back_goes_to_who_waits(void **state)
{
	(void)state;
	counts counted;
	pthread_t thread;
	sbx__lease *leases[LIMIT];
	waiter waiting = {.core = core_of(&counted)};
	fill(waiting.core, leases);
	assert_int_equal(pthread_create(&thread, NULL, wait_for_one, &waiting), 0);
	usleep(20000);
	sbx__core_release(waiting.core, leases[3]);
	pthread_join(thread, NULL);
	assert_int_equal(waiting.status, SBX_OK);
	assert_int_equal(number_of(waiting.lease), 3);
	leases[3] = waiting.lease;
	empty(waiting.core, leases);
	sbx__core_leave(waiting.core);
}

static void closing_ends_every_wait_and_wakes_every_user(void **state)
{
	(void)state;
	counts counted;
	pthread_t threads[4];
	waiter waiting[4];
	sbx__lease *leases[LIMIT], *late = NULL;
	sbx__place place = SBX__PLACE_INIT;
	sbx__core *core = core_of(&counted);
	fill(core, leases);
	for (int index = 0; index < 4; index++) {
		waiting[index] = (waiter){.core = core};
		assert_int_equal(pthread_create(&threads[index], NULL, wait_for_one, &waiting[index]), 0);
	}
	usleep(20000);
	assert_false(sbx__core_is_closed(core));
	sbx__core_close(core);
	assert_true(sbx__core_is_closed(core));
	for (int index = 0; index < 4; index++) {
		pthread_join(threads[index], NULL);
		assert_int_equal(waiting[index].status, SBX_ERROR_CLOSED);
	}
	for (int index = 0; index < LIMIT; index++)
		assert_int_equal(((counting_transport *)leases[index]->transport)->wakes, 1);
	assert_int_equal(sbx__core_acquire(core, &place, 0, &late), SBX_ERROR_CLOSED);
	/* What is given back after the end is not kept. */
	empty(core, leases);
	assert_int_equal(counted.freed, LIMIT);
	assert_int_equal(sbx__core_acquire(core, &place, SBX__SECOND, &late), SBX_ERROR_CLOSED);
	sbx__core_give_up(core, &place);
	sbx__core_close(core);
	assert_int_equal(counted.wakes, LIMIT);
	sbx__core_leave(core);
	assert_int_equal(counted.factories_freed, 1);
}

static void closing_frees_what_is_idle(void **state)
{
	(void)state;
	counts counted;
	sbx__core *core = core_of(&counted);
	sbx__lease *first = acquire(core), *second = acquire(core), *third = acquire(core);
	sbx__core_release(core, first);
	sbx__core_close(core);
	assert_int_equal(counted.freed, 1);
	assert_int_equal(counted.wakes, 2);
	sbx__core_release(core, second);
	sbx__core_release(core, third);
	assert_int_equal(counted.freed, 3);
	sbx__core_leave(core);
}

static void without_memory_a_permit_is_given_back(void **state)
{
	(void)state;
	counts counted;
	sbx__core *core = core_of(&counted);
	sbx__lease *leases[LIMIT], *none = NULL;
	sbx__place place = SBX__PLACE_INIT;
	counted.fail = true;
	for (int index = 0; index < 2 * LIMIT; index++)
		assert_int_equal(sbx__core_acquire(core, &place, 0, &none), SBX_ERROR_OUT_OF_MEMORY);
	assert_null(none);
	counted.fail = false;
	fill(core, leases);
	empty(core, leases);
	sbx__core_leave(core);
}

static void the_last_reference_ends_it(void **state)
{
	(void)state;
	counts counted;
	sbx__core *core = core_of(&counted);
	sbx__core_join(core);
	sbx__core_release(core, acquire(core));
	sbx__core_leave(core);
	assert_int_equal(counted.factories_freed, 0);
	assert_false(sbx__core_is_closed(core));
	sbx__core_leave(core);
	assert_int_equal(counted.factories_freed, 1);
	assert_int_equal(counted.freed, 1);
	sbx__core_leave(NULL);
}

typedef struct forked {
	sbx__core *core;
	counts *counted;
} forked;

/* 0: nothing that is shared with the parent was touched. */
static int close_and_free_in_child(void *argument)
{
	forked *own = argument;
	if (!sbx__core_is_forked(own->core))
		return 1;
	sbx__core_close(own->core);
	if (!sbx__core_is_closed(own->core))
		return 2;
	sbx__core_leave(own->core);
	if (own->counted->abandoned != 1)
		return 4;
	return own->counted->freed || own->counted->wakes || own->counted->factories_freed ? 3 : 0;
}

static void a_forked_child_leaves_everything_alone(void **state)
{
	(void)state;
	counts counted;
	forked own = {core_of(&counted), &counted};
	sbx__lease *used = acquire(own.core);
	sbx__core_release(own.core, acquire(own.core));
	assert_int_equal(in_child(close_and_free_in_child, &own), 0);
	assert_false(sbx__core_is_forked(own.core));
	assert_false(sbx__core_is_closed(own.core));
	sbx__core_release(own.core, used);
	sbx__core_leave(own.core);
	assert_int_equal(counted.freed, 2);
}

static void *use_often(void *argument)
{
	sbx__core *core = argument;
	for (;;) {
		sbx__lease *lease;
		sbx__place place = SBX__PLACE_INIT;
		sbx_status status = sbx__core_acquire(core, &place, 10 * SBX__SECOND, &lease);
		sbx__core_give_up(core, &place);
		if (status < 0)
			return status == SBX_ERROR_CLOSED ? NULL : argument;
		sbx__core_release(core, lease);
	}
}

static void many_threads_use_it_until_it_is_closed(void **state)
{
	(void)state;
	counts counted;
	pthread_t threads[8];
	sbx__core *core = core_of(&counted);
	sbx__lease *held[LIMIT - 3];
	/* Three are left for eight threads. */
	for (int index = 0; index < LIMIT - 3; index++)
		held[index] = acquire(core);
	for (int index = 0; index < 8; index++)
		assert_int_equal(pthread_create(&threads[index], NULL, use_often, core), 0);
	usleep(100000);
	sbx__core_close(core);
	for (int index = 0; index < 8; index++) {
		void *failed;
		pthread_join(threads[index], &failed);
		assert_null(failed);
	}
	assert_true(counted.made <= LIMIT);
	for (int index = 0; index < LIMIT - 3; index++)
		sbx__core_release(core, held[index]);
	sbx__core_leave(core);
	assert_int_equal(counted.made, counted.freed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_last_one_used_is_used_first),
	        cmocka_unit_test(no_more_than_twenty_are_kept),
	        cmocka_unit_test(the_hundred_and_first_waits_and_times_out),
	        cmocka_unit_test(one_that_is_given_back_goes_to_who_waits),
	        cmocka_unit_test(closing_ends_every_wait_and_wakes_every_user),
	        cmocka_unit_test(closing_frees_what_is_idle),
	        cmocka_unit_test(without_memory_a_permit_is_given_back),
	        cmocka_unit_test(the_last_reference_ends_it),
	        cmocka_unit_test(a_forked_child_leaves_everything_alone),
	        cmocka_unit_test(many_threads_use_it_until_it_is_closed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
