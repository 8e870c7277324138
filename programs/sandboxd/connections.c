#include "connections.h"

#include "clock.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#define NEVER INT64_MAX
#define STACK (64 * 1024)
/* The longest wait for a place is 4 ms times 2^this. */
#define WAIT_STEPS 7

struct connection {
	int fd;
	int64_t deadline;
	bool known;
	struct connection *next; /* younger */
	struct connection *previous;
};

struct connections {
	pthread_mutex_t mutex;
	pthread_cond_t earlier; /* there is a deadline before `wake` */
	pthread_t thread;
	int64_t wake; /* when the thread looks next */
	struct connection *oldest;
	struct connection *youngest;
	size_t count;
	size_t strangers;
	size_t strangers_max;
	bool stopping;
};

/* Its thread finds the end of the connection, and closes it. */
static void cut(struct connection *connection)
{
	shutdown(connection->fd, SHUT_RDWR);
	connection->deadline = NEVER;
}

static void set_deadline(struct connections *connections, struct connection *connection, int64_t deadline)
{
	connection->deadline = deadline;
	if (deadline < connections->wake)
		pthread_cond_signal(&connections->earlier);
}

/* ---- the thread ---- */

static void cut_late(struct connections *connections)
{
	int64_t now = monotonic_ms();

	connections->wake = NEVER;
	for (struct connection *each = connections->oldest; each; each = each->next) {
		if (each->deadline <= now)
			cut(each);
		if (each->deadline < connections->wake)
			connections->wake = each->deadline;
	}
}

static void *look(void *context)
{
	struct connections *connections = context;

	pthread_mutex_lock(&connections->mutex);
	while (!connections->stopping) {
		cut_late(connections);
		if (connections->wake == NEVER) {
			pthread_cond_wait(&connections->earlier, &connections->mutex);
			continue;
		}
		monotonic_cond_wait(&connections->earlier, &connections->mutex, connections->wake);
	}
	pthread_mutex_unlock(&connections->mutex);
	return NULL;
}

struct connections *connections_new(size_t strangers_max)
{
	struct connections *connections = calloc(1, sizeof(*connections));
	pthread_attr_t attributes;

	if (!connections)
		return NULL;
	connections->strangers_max = strangers_max;
	pthread_mutex_init(&connections->mutex, NULL);
	monotonic_cond_init(&connections->earlier);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK);
	bool running = pthread_create(&connections->thread, &attributes, look, connections) == 0;
	pthread_attr_destroy(&attributes);
	if (running)
		return connections;
	pthread_cond_destroy(&connections->earlier);
	pthread_mutex_destroy(&connections->mutex);
	free(connections);
	return NULL;
}

void connections_free(struct connections *connections)
{
	if (!connections)
		return;
	pthread_mutex_lock(&connections->mutex);
	connections->stopping = true;
	pthread_cond_signal(&connections->earlier);
	pthread_mutex_unlock(&connections->mutex);
	pthread_join(connections->thread, NULL);
	pthread_cond_destroy(&connections->earlier);
	pthread_mutex_destroy(&connections->mutex);
	free(connections);
}

/* ---- the connections ---- */

/* Not the newcomer: who has the key shows it at once, who has none only holds a place. */
static void cut_oldest_stranger(struct connections *connections)
{
	struct connection *each = connections->oldest;

	while (each && (each->known || each->deadline == NEVER))
		each = each->next;
	if (each)
		cut(each);
}

/* The place of one that was cut is free when its thread has ended. The newcomer waits for that, the longer the more
 * have not ended: without a place left the next one would be closed at once, whether it has the key or not. */
static void let_the_cut_end(struct connections *connections)
{
	size_t excess = connections->strangers - connections->strangers_max;
	const struct timespec wait = {.tv_nsec = 4000000L << (excess < WAIT_STEPS ? excess : WAIT_STEPS)};

	pthread_mutex_unlock(&connections->mutex);
	nanosleep(&wait, NULL);
	pthread_mutex_lock(&connections->mutex);
}

struct connection *connection_begin(struct connections *connections, int fd)
{
	struct connection *connection = calloc(1, sizeof(*connection));

	if (!connection) {
		shutdown(fd, SHUT_RDWR);
		return NULL;
	}
	connection->fd = fd;
	connection->deadline = NEVER;
	pthread_mutex_lock(&connections->mutex);
	if (connections->strangers >= connections->strangers_max) {
		cut_oldest_stranger(connections);
		let_the_cut_end(connections);
	}
	connection->previous = connections->youngest;
	if (connection->previous)
		connection->previous->next = connection;
	else
		connections->oldest = connection;
	connections->youngest = connection;
	connections->count++;
	connections->strangers++;
	set_deadline(connections, connection, monotonic_ms() + STRANGER_TIME * 1000);
	pthread_mutex_unlock(&connections->mutex);
	return connection;
}

void connection_end(struct connections *connections, struct connection *connection)
{
	if (!connection)
		return;
	pthread_mutex_lock(&connections->mutex);
	*(connection->previous ? &connection->previous->next : &connections->oldest) = connection->next;
	*(connection->next ? &connection->next->previous : &connections->youngest) = connection->previous;
	connections->count--;
	connections->strangers -= !connection->known;
	pthread_mutex_unlock(&connections->mutex);
	free(connection);
}

void connection_set_known(struct connections *connections, struct connection *connection)
{
	if (!connection)
		return;
	pthread_mutex_lock(&connections->mutex);
	connections->strangers -= !connection->known;
	connection->known = true;
	pthread_mutex_unlock(&connections->mutex);
}

void connection_expect(struct connections *connections, struct connection *connection, int seconds)
{
	if (!connection)
		return;
	pthread_mutex_lock(&connections->mutex);
	if (connection->known)
		set_deadline(connections, connection, monotonic_ms() + (int64_t)seconds * 1000);
	pthread_mutex_unlock(&connections->mutex);
}

void connection_release(struct connections *connections, struct connection *connection)
{
	if (!connection)
		return;
	pthread_mutex_lock(&connections->mutex);
	if (connection->known)
		connection->deadline = NEVER;
	pthread_mutex_unlock(&connections->mutex);
}

size_t connections_count(struct connections *connections, size_t *strangers)
{
	pthread_mutex_lock(&connections->mutex);
	size_t count = connections->count;
	*strangers = connections->strangers;
	pthread_mutex_unlock(&connections->mutex);
	return count;
}
