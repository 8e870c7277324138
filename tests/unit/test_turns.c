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
static pthread_t threads[WAITING];
static int numbers[WAITING];

static unsigned int at_once(void)
{
	return OF_A_PROCESSOR * (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
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

/* All turns are taken, and others come: each waits, or has had its turn, before the next one begins. */
static struct turn *begin(int64_t longest_ms)
{
	struct turn *taken = calloc(at_once(), sizeof(*taken));

	assert_non_null(taken);
	turns_init(&turns, OF_A_PROCESSOR, longest_ms);
	for (unsigned int i = 0; i < at_once(); i++)
		turn_begin(&turns, &taken[i]);
	come = 0;
	for (int i = 0; i < WAITING; i++) {
		numbers[i] = i;
		assert_int_equal(pthread_create(&threads[i], NULL, want, &numbers[i]), 0);
		while (turns_waiting(&turns) + (unsigned int)how_many_have_come() <= (unsigned int)i)
			sleep_ms(1);
	}
	return taken;
}

static void await_all(void)
{
	for (int i = 0; i < 10000 && how_many_have_come() < WAITING; i++)
		sleep_ms(1);
	assert_int_equal(how_many_have_come(), WAITING);
}

/* All turns from the first of these on end, and are free again: each once. */
static void end(struct turn *taken, unsigned int first)
{
	for (unsigned int i = first; i < at_once(); i++)
		turn_end(&turns, &taken[i]);
	for (int i = 0; i < WAITING; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(how_many_have_come(), WAITING);
	assert_int_equal(turns.free, at_once());
	assert_int_equal(turns_waiting(&turns), 0);
	turns_destroy(&turns);
	free(taken);
}

static void who_comes_beyond_waits_in_line(void **state)
{
	struct turn *taken = begin(TURN_WHOLE);

	(void)state;
	sleep_ms(50);
	assert_int_equal(how_many_have_come(), 0);
	/* Through the one turn that is free now they all go, one after the other. */
	turn_end(&turns, &taken[0]);
	await_all();
	for (int i = 0; i < WAITING; i++)
		assert_int_equal(order[i], i);
	end(taken, 1);
}

static void who_takes_too_long_keeps_nobody_waiting(void **state)
{
	struct turn *taken = begin(200);

	(void)state;
	/* None of the turns ends, and nobody else comes. */
	await_all();
	end(taken, 0);
}

static void who_is_in_time_is_waited_for(void **state)
{
	struct turn *taken = begin(NEVER);

	(void)state;
	sleep_ms(50);
	assert_int_equal(how_many_have_come(), 0);
	end(taken, 0);
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
