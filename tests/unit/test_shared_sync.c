/* Many threads that want what they wrote to be on the disk: they share their waits, and nobody's is too short. */
#include "support.h"

#include "shared_sync.h"

#include <errno.h>
#include <pthread.h>

enum { THREADS = 10 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int begun, let_go, coming;
static int failing_first, failing_last;

static struct shared_sync shared;

/* Takes until the test lets it go; those that are told to fail. */
static int sync_when_told(int folder)
{
	pthread_mutex_lock(&mutex);
	int number = ++begun;
	pthread_cond_broadcast(&changed);
	while (let_go < number)
		pthread_cond_wait(&changed, &mutex);
	bool fails = number >= failing_first && number <= failing_last;
	pthread_mutex_unlock(&mutex);
	assert_int_equal(folder, 7);
	errno = fails ? ENOSPC : 0;
	return fails ? -1 : 0;
}

static void let(int number)
{
	pthread_mutex_lock(&mutex);
	let_go = number;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&mutex);
}

static void await(const int *count, int number)
{
	pthread_mutex_lock(&mutex);
	while (*count < number)
		pthread_cond_wait(&changed, &mutex);
	pthread_mutex_unlock(&mutex);
}

static void *want(void *error)
{
	pthread_mutex_lock(&mutex);
	coming++;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&mutex);
	*(int *)error = shared_sync_wait(&shared, sync_when_told, 7) == 0 ? 0 : errno;
	return NULL;
}

/* One begins, all others come while it is under way. */
static void begin(pthread_t threads[THREADS], int errors[THREADS])
{
	begun = let_go = coming = failing_first = failing_last = 0;
	shared_sync_init(&shared);
	assert_int_equal(pthread_create(&threads[0], NULL, want, &errors[0]), 0);
	await(&begun, 1);
	for (int i = 1; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, want, &errors[i]), 0);
	await(&coming, THREADS);
	/* The last of them has only to go to sleep. */
	sleep_ms(100);
}

static void end(pthread_t threads[THREADS])
{
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	shared_sync_destroy(&shared);
}

static void who_comes_meanwhile_shares_the_next(void **state)
{
	pthread_t threads[THREADS];
	int errors[THREADS];

	(void)state;
	begin(threads, errors);
	let(1);
	pthread_join(threads[0], NULL);
	/* What was under way does not serve the others. */
	await(&begun, 2);
	let(THREADS);
	for (int i = 1; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	shared_sync_destroy(&shared);
	/* Ten, if each had one of its own. */
	assert_in_range(begun, 2, 3);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(errors[i], 0);
}

static void a_failure_is_told_to_all_whom_it_was_for(void **state)
{
	pthread_t threads[THREADS];
	int errors[THREADS];

	(void)state;
	begin(threads, errors);
	/* Where one of them is late, a third is for that one. */
	failing_first = 2;
	failing_last = THREADS;
	let(THREADS);
	end(threads);
	assert_int_equal(errors[0], 0);
	for (int i = 1; i < THREADS; i++)
		assert_int_equal(errors[i], ENOSPC);
}

static void a_failure_of_the_past_is_nobodys(void **state)
{
	(void)state;
	begun = 0;
	let_go = 2;
	failing_first = failing_last = 1;
	shared_sync_init(&shared);
	assert_int_equal(shared_sync_wait(&shared, sync_when_told, 7), -1);
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(shared_sync_wait(&shared, sync_when_told, 7), 0);
	assert_int_equal(begun, 2);
	shared_sync_destroy(&shared);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(who_comes_meanwhile_shares_the_next),
	        cmocka_unit_test(a_failure_is_told_to_all_whom_it_was_for),
	        cmocka_unit_test(a_failure_of_the_past_is_nobodys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
