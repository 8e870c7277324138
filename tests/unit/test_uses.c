/* Many that use one sandbox: who wants to be alone has its turn in the order of coming, and others go on. */
#include "support.h"

#include "engine.h"
#include "uses.h"

#include <pthread.h>

enum { WAITING = 8 };

static const char id[] = "sandbox-of-the-test";

static struct uses uses;
static int order[WAITING], come;

/* One of those that wait. */
struct comer {
	pthread_t thread;
	int number;
	struct use use;
	bool alone;
};

/* No use of this test has a command. */
void engine_kill(int channel)
{
	fail_msg("a command of channel %d is killed", channel);
}

static void *want(void *context)
{
	struct comer *comer = context;

	comer->alone = use_alone(&uses, &comer->use);
	if (comer->alone)
		order[come++] = comer->number;
	use_end(&uses, &comer->use);
	return NULL;
}

static bool waits(const struct use *use)
{
	pthread_mutex_lock(&uses.mutex);
	bool is_waiting = use->turn > 0;
	pthread_mutex_unlock(&uses.mutex);
	return is_waiting;
}

static void queue_up(struct comer comers[WAITING])
{
	come = 0;
	for (int i = 0; i < WAITING; i++) {
		comers[i].number = i;
		use_begin(&uses, &comers[i].use, id);
		assert_int_equal(pthread_create(&comers[i].thread, NULL, want, &comers[i]), 0);
		while (!waits(&comers[i].use))
			sleep_ms(1);
	}
	sleep_ms(20);
	assert_int_equal(come, 0);
}

static void join(struct comer comers[WAITING])
{
	for (int i = 0; i < WAITING; i++)
		pthread_join(comers[i].thread, NULL);
}

static void who_wants_to_be_alone_comes_in_turn(void **state)
{
	struct comer comers[WAITING];
	struct use first, other;

	(void)state;
	uses_init(&uses);
	use_begin(&uses, &first, id);
	assert_true(use_alone(&uses, &first));
	queue_up(comers);
	/* Of another sandbox, and of the same one that does not want to be alone: they wait for nobody. */
	use_begin(&uses, &other, "another");
	assert_true(use_alone(&uses, &other));
	use_end(&uses, &other);
	use_begin(&uses, &other, id);
	use_end(&uses, &other);
	use_end(&uses, &first);
	join(comers);
	assert_int_equal(come, WAITING);
	for (int i = 0; i < WAITING; i++)
		assert_int_equal(order[i], i);
	uses_destroy(&uses);
}

static void whose_turn_is_cancelled_holds_up_nobody(void **state)
{
	struct comer comers[WAITING];
	struct use first;

	(void)state;
	uses_init(&uses);
	use_begin(&uses, &first, id);
	assert_true(use_alone(&uses, &first));
	queue_up(comers);
	uses_cancel(&uses, id);
	join(comers);
	assert_int_equal(come, 0);
	for (int i = 0; i < WAITING; i++)
		assert_false(comers[i].alone);
	use_end(&uses, &first);
	uses_wait(&uses, id);
	uses_destroy(&uses);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(who_wants_to_be_alone_comes_in_turn),
	        cmocka_unit_test(whose_turn_is_cancelled_holds_up_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
