#include "piece_queue.h"

void piece_queue_init(struct piece_queue *queue)
{
	*queue = (struct piece_queue){0};
	pthread_mutex_init(&queue->mutex, NULL);
	pthread_cond_init(&queue->changed, NULL);
}

void piece_queue_destroy(struct piece_queue *queue)
{
	pthread_cond_destroy(&queue->changed);
	pthread_mutex_destroy(&queue->mutex);
}

bool piece_queue_give(struct piece_queue *queue, const char *data, size_t size)
{
	pthread_mutex_lock(&queue->mutex);
	if (!queue->closed && size > 0) {
		queue->data = data;
		queue->size = size;
		pthread_cond_broadcast(&queue->changed);
	}
	while (queue->data && !queue->closed)
		pthread_cond_wait(&queue->changed, &queue->mutex);
	queue->data = NULL;
	bool taken = !queue->closed;
	pthread_mutex_unlock(&queue->mutex);
	return taken;
}

void piece_queue_end(struct piece_queue *queue, bool broken)
{
	pthread_mutex_lock(&queue->mutex);
	queue->ended = true;
	queue->broken = broken;
	pthread_cond_broadcast(&queue->changed);
	pthread_mutex_unlock(&queue->mutex);
}

ptrdiff_t piece_queue_take(struct piece_queue *queue, const char **data)
{
	ptrdiff_t size;

	pthread_mutex_lock(&queue->mutex);
	if (queue->taken) {
		queue->data = NULL;
		queue->taken = false;
		pthread_cond_broadcast(&queue->changed);
	}
	while (!queue->data && !queue->ended)
		pthread_cond_wait(&queue->changed, &queue->mutex);
	*data = queue->data;
	queue->taken = queue->data != NULL;
	size = queue->data ? (ptrdiff_t)queue->size : queue->broken ? -1 : 0;
	pthread_mutex_unlock(&queue->mutex);
	return size;
}

void piece_queue_close(struct piece_queue *queue)
{
	pthread_mutex_lock(&queue->mutex);
	queue->closed = true;
	pthread_cond_broadcast(&queue->changed);
	pthread_mutex_unlock(&queue->mutex);
}
