/* Who gets the next connection: one queue for threads and the loop. */
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "permits.h"
#include "support.h"

#define THREADS 8

typedef struct shared {
	pthread_mutex_t mutex;
	sbx__permits permits;
	atomic_bool ended;
	atomic_int order; /* how many have had their turn */
} shared;

typedef struct waiter {
	shared *shared;
	sbx__place place;
	int64_t seconds;
	bool passes_loop;
	bool taken;
	int order;
} waiter;

static shared shared_of(size_t limit)
{
	shared own = {.mutex = PTHREAD_MUTEX_INITIALIZER};
	sbx__permits_init(&own.permits, limit);
	return own;
}

static void *wait_in_queue(void *argument)
{
	waiter *own = argument;
	shared *all = own->shared;
	int64_t until = sbx__platform_system.now(NULL) + own->seconds * SBX__SECOND;
	pthread_mutex_lock(&all->mutex);
	own->taken = sbx__permits_wait(&all->permits, &own->place, &all->mutex, until, own->passes_loop, &all->ended);
	own->order = atomic_fetch_add(&all->order, 1);
	sbx__permits_give_up(&all->permits, &own->place);
	sbx__permits_call_next(&all->permits);
	pthread_mutex_unlock(&all->mutex);
	return NULL;
}

static void await_queue(shared *own, const waiter *last)
{
	for (bool queued = false; !queued; usleep(1000)) {
		pthread_mutex_lock(&own->mutex);
		queued = last->place.queued;
		pthread_mutex_unlock(&own->mutex);
	}
}

static void begin(pthread_t *thread, waiter *own, shared *all, int64_t seconds)
{
	*own = (waiter){.shared = all, .place = SBX__PLACE_INIT, .seconds = seconds};
	assert_int_equal(pthread_create(thread, NULL, wait_in_queue, own), 0);
	await_queue(all, own);
}

/* Whether the loop has to be told. */
static bool give_back(shared *own)
{
	pthread_mutex_lock(&own->mutex);
	sbx__permits_release(&own->permits);
	bool loops = sbx__permits_call_next(&own->permits);
	pthread_mutex_unlock(&own->mutex);
	return loops;
}

static bool try_loop(shared *own, sbx__ticket ticket)
{
	pthread_mutex_lock(&own->mutex);
	bool taken = sbx__permits_try_loop(&own->permits, ticket);
	pthread_mutex_unlock(&own->mutex);
	return taken;
}

static void what_is_free_is_taken_at_once(void **state)
{
	(void)state;
	shared own = shared_of(2);
	assert_true(sbx__permits_try(&own.permits));
	assert_true(try_loop(&own, sbx__permits_ticket(&own.permits)));
	assert_false(sbx__permits_try(&own.permits));
	assert_int_equal(own.permits.used, 2);
	assert_int_equal(own.permits.used_by_loop, 1);
	sbx__permits_release_loop(&own.permits);
	assert_int_equal(own.permits.used_by_loop, 0);
	assert_false(sbx__permits_call_next(&own.permits));
	assert_true(sbx__permits_try(&own.permits));
}

static void threads_are_served_in_the_order_in_which_they_came(void **state)
{
	(void)state;
	shared own = shared_of(1);
	pthread_t threads[THREADS];
	waiter waiters[THREADS];
	assert_true(sbx__permits_try(&own.permits));
	for (int index = 0; index < THREADS; index++)
		begin(&threads[index], &waiters[index], &own, 20);
	assert_false(sbx__permits_try(&own.permits));
	for (int index = 0; index < THREADS; index++) {
		assert_false(give_back(&own));
		pthread_join(threads[index], NULL);
		assert_true(waiters[index].taken);
		assert_int_equal(waiters[index].order, index);
	}
	assert_int_equal(own.permits.used, 1);
	assert_null(own.permits.first);
}

static void several_that_become_free_at_once_serve_several(void **state)
{
	(void)state;
	shared own = shared_of(THREADS);
	pthread_t threads[THREADS];
	waiter waiters[THREADS];
	for (int index = 0; index < THREADS; index++)
		assert_true(sbx__permits_try(&own.permits));
	for (int index = 0; index < THREADS; index++)
		begin(&threads[index], &waiters[index], &own, 20);
	/* One call only: each that is served calls the next. */
	pthread_mutex_lock(&own.mutex);
	own.permits.used = 0;
	sbx__permits_call_next(&own.permits);
	pthread_mutex_unlock(&own.mutex);
	for (int index = 0; index < THREADS; index++) {
		pthread_join(threads[index], NULL);
		assert_true(waiters[index].taken);
	}
}

static void the_loop_has_its_turn_between_threads(void **state)
{
	(void)state;
	shared own = shared_of(1);
	pthread_t threads[2];
	waiter waiters[2];
	assert_true(sbx__permits_try(&own.permits));
	begin(&threads[0], &waiters[0], &own, 20);
	sbx__ticket ticket = sbx__permits_ticket(&own.permits);
	assert_false(try_loop(&own, ticket));
	begin(&threads[1], &waiters[1], &own, 20);
	assert_false(give_back(&own));
	pthread_join(threads[0], NULL);
	assert_true(waiters[0].taken);
	/* Now it is the loop's turn: nobody else takes what is free. */
	assert_true(give_back(&own));
	assert_false(sbx__permits_try(&own.permits));
	assert_true(try_loop(&own, ticket));
	assert_false(give_back(&own));
	pthread_join(threads[1], NULL);
	assert_true(waiters[1].taken);
}

static void a_loop_that_is_not_driven_is_passed_over(void **state)
{
	(void)state;
	shared own = shared_of(1);
	pthread_t threads[2];
	waiter waiters[2];
	assert_true(sbx__permits_try(&own.permits));
	begin(&threads[0], &waiters[0], &own, 20);
	sbx__ticket ticket = sbx__permits_ticket(&own.permits);
	begin(&threads[1], &waiters[1], &own, 20);
	/* The loop's calls may be known after a thread came that has the higher ticket. */
	assert_false(try_loop(&own, ticket));
	assert_false(give_back(&own));
	pthread_join(threads[0], NULL);
	int64_t before = sbx__platform_system.now(NULL);
	assert_true(give_back(&own));
	pthread_join(threads[1], NULL);
	int64_t waited = sbx__platform_system.now(NULL) - before;
	assert_true(waiters[1].taken);
	assert_true(waited > SBX__SECOND / 100 && waited < 5 * SBX__SECOND);
	/* It has lost no more than that. */
	assert_true(give_back(&own));
	assert_true(try_loop(&own, ticket));
}

static void the_thread_that_drives_does_not_wait_for_its_loop(void **state)
{
	(void)state;
	shared own = shared_of(1);
	sbx__place place = SBX__PLACE_INIT;
	assert_true(sbx__permits_try(&own.permits));
	assert_false(try_loop(&own, sbx__permits_ticket(&own.permits)));
	assert_true(give_back(&own));
	pthread_mutex_lock(&own.mutex);
	assert_false(sbx__permits_wait(&own.permits, &place, &own.mutex, 0, false, &own.ended));
	assert_true(sbx__permits_wait(&own.permits, &place, &own.mutex, 0, true, &own.ended));
	pthread_mutex_unlock(&own.mutex);
}

static void a_loop_whose_calls_ended_stands_in_no_ones_way(void **state)
{
	(void)state;
	shared own = shared_of(1);
	assert_true(sbx__permits_try(&own.permits));
	assert_false(try_loop(&own, sbx__permits_ticket(&own.permits)));
	pthread_mutex_lock(&own.mutex);
	sbx__permits_leave_loop(&own.permits);
	pthread_mutex_unlock(&own.mutex);
	assert_false(give_back(&own));
	assert_true(sbx__permits_try(&own.permits));
}

static void one_that_gives_up_lets_the_next_have_its_turn(void **state)
{
	(void)state;
	shared own = shared_of(1);
	pthread_t thread;
	waiter impatient = {.shared = &own, .place = SBX__PLACE_INIT};
	waiter patient;
	assert_true(sbx__permits_try(&own.permits));
	wait_in_queue(&impatient);
	assert_false(impatient.taken);
	begin(&thread, &patient, &own, 20);
	wait_in_queue(&impatient);
	assert_false(impatient.taken);
	assert_false(give_back(&own));
	pthread_join(thread, NULL);
	assert_true(patient.taken);
}

static void the_place_is_kept_from_one_wait_to_the_next(void **state)
{
	(void)state;
	shared own = shared_of(1);
	pthread_t thread;
	waiter later;
	sbx__place place = SBX__PLACE_INIT;
	assert_true(sbx__permits_try(&own.permits));
	pthread_mutex_lock(&own.mutex);
	assert_false(sbx__permits_wait(&own.permits, &place, &own.mutex, 0, false, &own.ended));
	pthread_mutex_unlock(&own.mutex);
	begin(&thread, &later, &own, 20);
	assert_false(give_back(&own));
	/* Nobody comes before it meanwhile. */
	assert_false(sbx__permits_try(&own.permits));
	assert_false(try_loop(&own, sbx__permits_ticket(&own.permits)));
	pthread_mutex_lock(&own.mutex);
	assert_true(sbx__permits_wait(&own.permits, &place, &own.mutex, 0, false, &own.ended));
	pthread_mutex_unlock(&own.mutex);
	assert_false(give_back(&own));
	pthread_join(thread, NULL);
	assert_true(later.taken);
}

static void the_end_ends_every_wait(void **state)
{
	(void)state;
	shared own = shared_of(1);
	pthread_t threads[THREADS];
	waiter waiters[THREADS];
	assert_true(sbx__permits_try(&own.permits));
	for (int index = 0; index < THREADS; index++)
		begin(&threads[index], &waiters[index], &own, 20);
	pthread_mutex_lock(&own.mutex);
	atomic_store(&own.ended, true);
	sbx__permits_call_all(&own.permits);
	pthread_mutex_unlock(&own.mutex);
	for (int index = 0; index < THREADS; index++) {
		pthread_join(threads[index], NULL);
		assert_false(waiters[index].taken);
	}
	assert_null(own.permits.first);
	assert_int_equal(own.permits.used, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_is_free_is_taken_at_once),
	        cmocka_unit_test(threads_are_served_in_the_order_in_which_they_came),
	        cmocka_unit_test(several_that_become_free_at_once_serve_several),
	        cmocka_unit_test(the_loop_has_its_turn_between_threads),
	        cmocka_unit_test(a_loop_that_is_not_driven_is_passed_over),
	        cmocka_unit_test(the_thread_that_drives_does_not_wait_for_its_loop),
	        cmocka_unit_test(a_loop_whose_calls_ended_stands_in_no_ones_way),
	        cmocka_unit_test(one_that_gives_up_lets_the_next_have_its_turn),
	        cmocka_unit_test(the_place_is_kept_from_one_wait_to_the_next),
	        cmocka_unit_test(the_end_ends_every_wait),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
