#include "turns.h"

#include <stdbool.h>
#include <stddef.h>

/* Of one that waits, who alone is woken when it has come. */
struct turn {
	pthread_cond_t come;
	bool has_come;
	struct turn *next;
};

void turns_init(struct turns *turns, unsigned int at_once)
{
	*turns = (struct turns){.free = at_once};
	turns->last = &turns->first;
	pthread_mutex_init(&turns->mutex, NULL);
}

void turns_destroy(struct turns *turns)
{
	pthread_mutex_destroy(&turns->mutex);
}

/* With the lock. */
static void wait_for_turn(struct turns *turns)
{
	struct turn turn = {.has_come = false};

	pthread_cond_init(&turn.come, NULL);
	*turns->last = &turn;
	turns->last = &turn.next;
	while (!turn.has_come)
		pthread_cond_wait(&turn.come, &turns->mutex);
	pthread_cond_destroy(&turn.come);
}

void turn_begin(struct turns *turns)
{
	pthread_mutex_lock(&turns->mutex);
	if (turns->free > 0)
		turns->free--;
	else
		wait_for_turn(turns);
	pthread_mutex_unlock(&turns->mutex);
}

/* It goes to the first that waits: nobody can slip in between. */
void turn_end(struct turns *turns)
{
	pthread_mutex_lock(&turns->mutex);
	struct turn *first = turns->first;
	if (first) {
		turns->first = first->next;
		if (!turns->first)
			turns->last = &turns->first;
		first->has_come = true;
		pthread_cond_signal(&first->come);
	} else {
		turns->free++;
	}
	pthread_mutex_unlock(&turns->mutex);
}
