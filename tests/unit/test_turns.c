/* Many that want their turn: so many at once, in the order in which they came, and who takes too long is not waited
 * for.
 */
#include "support.h"

#include "turns.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { OF_A_PROCESSOR = 2, WAITING = 6, NEVER = 3600 * 1000 };

static struct turns turns;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int order[WAITING], come;

static unsigned int at_once(void)
{
	return OF_A_PROCESSOR * (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
}

static struct turn *take_all(void)
{
	struct turn *taken = calloc(at_once(), sizeof(*taken));

	assert_non_null(taken);
	for (unsigned int i = 0; i < at_once(); i++)
		turn_begin(&turns, &taken[i]);
	return taken;
}

static int how_many_have_come(void)
{
	pthread_mutex_lock(&mutex);
	int count = come;
	pthread_mutex_unlock(&mutex);
	return count;
}

static void *want(void *number)
{
	struct turn turn;

	turn_begin(&turns, &turn);
	pthread_mutex_lock(&mutex);
	order[come++] = *(int *)number;
	pthread_mutex_unlock(&mutex);
	turn_end(&turns, &turn);
	return NULL;
}

/* Each waits, or has had its turn, before the next one begins. */
static void queue_up(pthread_t threads[WAITING], int numbers[WAITING])
{
	come = 0;
	for (int i = 0; i < WAITING; i++) {
		numbers[i] = i;
		assert_int_equal(pthread_create(&threads[i], NULL, want, &numbers[i]), 0);
		while (turns_waiting(&turns) + (unsigned int)how_many_have_come() <= (unsigned int)i)
			sleep_ms(1);
	}
}

static void join(const pthread_t threads[WAITING])
{
	for (int i = 0; i < WAITING; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(how_many_have_come(), WAITING);
}

static void who_comes_beyond_waits_in_line(void **state)
{
	pthread_t threads[WAITING];
	int numbers[WAITING];

	(void)state;
	turns_init(&turns, OF_A_PROCESSOR, TURN_WHOLE);
	struct turn *taken = take_all();
	queue_up(threads, numbers);
	sleep_ms(50);
	assert_int_equal(how_many_have_come(), 0);
	/* Through the one turn that is free now they all go, one after the other. */
	turn_end(&turns, &taken[0]);
	join(threads);
	for (int i = 0; i < WAITING; i++)
		assert_int_equal(order[i], i);
	for (unsigned int i = 1; i < at_once(); i++)
		turn_end(&turns, &taken[i]);
	assert_int_equal(turns.free, at_once());
	turns_destroy(&turns);
	free(taken);
}

static void who_takes_too_long_keeps_nobody_waiting(void **state)
{
	pthread_t threads[WAITING];
	int numbers[WAITING];

	(void)state;
	turns_init(&turns, OF_A_PROCESSOR, 200);
	struct turn *taken = take_all();
	queue_up(threads, numbers);
	/* None of the turns ends, and nobody else comes. */
	join(threads);
	/* Their ends, late, free nothing twice. */
	for (unsigned int i = 0; i < at_once(); i++)
		turn_end(&turns, &taken[i]);
	assert_int_equal(turns.free, at_once());
	turns_destroy(&turns);
	free(taken);
}

static void who_is_in_time_is_waited_for(void **state)
{
	pthread_t threads[WAITING];
	int numbers[WAITING];

	(void)state;
	turns_init(&turns, OF_A_PROCESSOR, NEVER);
	struct turn *taken = take_all();
	queue_up(threads, numbers);
	sleep_ms(50);
	assert_int_equal(how_many_have_come(), 0);
	for (unsigned int i = 0; i < at_once(); i++)
		turn_end(&turns, &taken[i]);
	join(threads);
	assert_int_equal(turns.free, at_once());
	assert_int_equal(turns_waiting(&turns), 0);
	turns_destroy(&turns);
	free(taken);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(who_comes_beyond_waits_in_line),
	        cmocka_unit_test(who_takes_too_long_keeps_nobody_waiting),
	        cmocka_unit_test(who_is_in_time_is_waited_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
