/* Hands data from one thread that has it to another one that asks for it, without a copy: who gives waits until it is
 * used up. */
#ifndef SANDBOXD_PIECE_QUEUE_H
#define SANDBOXD_PIECE_QUEUE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct piece_queue {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	const char *data; /* NULL: none is there */
	size_t size;
	bool taken;  /* the piece is in use */
	bool ended;  /* no more is given */
	bool broken; /* and that is not the end */
	bool closed; /* no more is taken */
};

void piece_queue_init(struct piece_queue *queue);
void piece_queue_destroy(struct piece_queue *queue);

/* Returns when the piece was used up: true, or false when nothing is taken any more. */
bool piece_queue_give(struct piece_queue *queue, const char *data, size_t size);
void piece_queue_end(struct piece_queue *queue, bool broken);

/* Uses up the piece before and waits for the next. Returns its size, 0 at the end, and -1 when it broke off. */
ptrdiff_t piece_queue_take(struct piece_queue *queue, const char **data);
void piece_queue_close(struct piece_queue *queue);

#endif
