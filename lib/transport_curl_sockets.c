#include "transport_curl_sockets.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORTS 65536

void sbx__curl_sockets_init(sbx__curl_sockets *sockets)
{
	*sockets = (sbx__curl_sockets){0};
	pthread_mutex_init(&sockets->mutex, NULL);
}

void sbx__curl_sockets_free(sbx__curl_sockets *sockets)
{
	free(sockets->items);
	free(sockets->by_descriptor);
	free(sockets->by_port);
	pthread_mutex_destroy(&sockets->mutex);
}

static void lock(sbx__curl_sockets *sockets)
{
	if (!sockets->disowned)
		pthread_mutex_lock(&sockets->mutex);
}

static void unlock(sbx__curl_sockets *sockets)
{
	if (!sockets->disowned)
		pthread_mutex_unlock(&sockets->mutex);
}

/* ---- the table; all of it with the lock ---- */

static bool reserve_items(sbx__curl_sockets *sockets)
{
	if (sockets->count < sockets->capacity)
		return true;
	size_t capacity = sockets->capacity ? 2 * sockets->capacity : 8;
	sbx__curl_socket *items = realloc(sockets->items, capacity * sizeof *items);
	if (!items)
		return false;
	sockets->items = items;
	sockets->capacity = capacity;
	return true;
}

static bool reserve_descriptors(sbx__curl_sockets *sockets, size_t count)
{
	size_t capacity = sockets->descriptors ? sockets->descriptors : 64;
	if (count <= sockets->descriptors)
		return true;
	while (capacity < count)
		capacity *= 2;
	int *by_descriptor = realloc(sockets->by_descriptor, capacity * sizeof *by_descriptor);
	if (!by_descriptor)
		return false;
	memset(by_descriptor + sockets->descriptors, 0, (capacity - sockets->descriptors) * sizeof *by_descriptor);
	sockets->by_descriptor = by_descriptor;
	sockets->descriptors = capacity;
	return true;
}

static sbx__curl_socket *item_of(const sbx__curl_sockets *sockets, int descriptor)
{
	if (descriptor < 0 || (size_t)descriptor >= sockets->descriptors || !sockets->by_descriptor[descriptor])
		return NULL;
	return &sockets->items[sockets->by_descriptor[descriptor] - 1];
}

static void tell_parked(sbx__curl_sockets *sockets)
{
	size_t idle = sockets->anonymous > sockets->anonymous_users ? sockets->anonymous - sockets->anonymous_users : 0;
	if (sockets->share)
		atomic_store_explicit(&sockets->share->parked, sockets->parked + idle, memory_order_relaxed);
}

static void set_parked(sbx__curl_sockets *sockets, sbx__curl_socket *item, bool parked)
{
	if (item->parked == parked)
		return;
	item->parked = parked;
	item->idle_since = ++sockets->clock;
	sockets->parked += parked ? 1 : (size_t)-1;
}

static void set_anonymous(sbx__curl_sockets *sockets, sbx__curl_socket *item, bool anonymous)
{
	if (item->anonymous == anonymous)
		return;
	item->anonymous = anonymous;
	sockets->anonymous += anonymous ? 1 : (size_t)-1;
}

static void remove_item(sbx__curl_sockets *sockets, sbx__curl_socket *item)
{
	if (!item)
		return;
	set_parked(sockets, item, false);
	set_anonymous(sockets, item, false);
	if (item->local_port && sockets->by_port && sockets->by_port[item->local_port] == item->descriptor + 1)
		sockets->by_port[item->local_port] = 0;
	sockets->by_descriptor[item->descriptor] = 0;
	sbx__curl_socket *last = &sockets->items[--sockets->count];
	if (item != last) {
		*item = *last;
		sockets->by_descriptor[item->descriptor] = (int)(item - sockets->items) + 1;
	}
	tell_parked(sockets);
}

/* ---- opening and closing ---- */

static bool note(sbx__curl_sockets *sockets, int descriptor)
{
	struct stat status;
	if (fstat(descriptor, &status) != 0)
		return false;
	lock(sockets);
	/* libcurl 7.88 closes a socket that never became a connection without telling. */
	remove_item(sockets, item_of(sockets, descriptor));
	bool ok = reserve_items(sockets) && reserve_descriptors(sockets, (size_t)descriptor + 1);
	if (ok) {
		sockets->items[sockets->count++] = (sbx__curl_socket){
		        .descriptor = descriptor, .inode = status.st_ino, .serial = ++sockets->clock};
		sockets->by_descriptor[descriptor] = (int)sockets->count;
	}
	unlock(sockets);
	return ok;
}

int sbx__curl_sockets_open(sbx__curl_sockets *sockets, int family, int type, int protocol)
{
	int descriptor = sockets->disowned ? -1 : socket(family, type | SOCK_CLOEXEC, protocol);
	if (descriptor < 0 || note(sockets, descriptor))
		return descriptor;
	close(descriptor);
	return -1;
}

int sbx__curl_sockets_close(sbx__curl_sockets *sockets, int descriptor)
{
	lock(sockets);
	/* Closed first: who sees that there is one less may open another. */
	int result = close(descriptor);
	remove_item(sockets, item_of(sockets, descriptor));
	unlock(sockets);
	return result;
}

/* ---- finding one ---- */

typedef union socket_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
} socket_address;

/* The words that libcurl has for an address. */
static int words_of(const socket_address *address, char text[INET6_ADDRSTRLEN])
{
	bool is_v4 = address->any.sa_family == AF_INET;
	const void *bytes = is_v4 ? (const void *)&address->v4.sin_addr : &address->v6.sin6_addr;
	if ((!is_v4 && address->any.sa_family != AF_INET6) ||
	    !inet_ntop(address->any.sa_family, bytes, text, INET6_ADDRSTRLEN))
		return 0;
	return ntohs(is_v4 ? address->v4.sin_port : address->v6.sin6_port);
}

/* When a socket is opened it has no addresses yet: those are asked for when they matter, once. */
static void learn(sbx__curl_socket *item)
{
	socket_address local = {0};
	socket_address remote = {0};
	socklen_t local_length = sizeof local;
	socklen_t remote_length = sizeof remote;
	if (getsockname(item->descriptor, &local.any, &local_length) != 0 ||
	    getpeername(item->descriptor, &remote.any, &remote_length) != 0)
		return;
	item->local_port = words_of(&local, item->local_address);
	item->remote_port = words_of(&remote, item->remote_address);
	item->learned = true;
}

/* Two sockets may have the same port on this side, as long as anything else differs. */
static bool fits(const sbx__curl_socket *item, const sbx__curl_tuple *tuple)
{
	return item && item->local_port == tuple->local_port && item->remote_port == tuple->remote_port &&
	       strcmp(item->remote_address, tuple->remote_address) == 0 &&
	       strcmp(item->local_address, tuple->local_address) == 0;
}

static sbx__curl_socket *find(sbx__curl_sockets *sockets, const sbx__curl_tuple *tuple)
{
	int port = tuple->local_port;
	if (port <= 0 || port >= PORTS)
		return NULL;
	if (!sockets->by_port)
		sockets->by_port = calloc(PORTS, sizeof *sockets->by_port);
	sbx__curl_socket *item = sockets->by_port ? item_of(sockets, sockets->by_port[port] - 1) : NULL;
	if (fits(item, tuple) && !item->shed)
		return item;
	sbx__curl_socket *found = NULL;
	for (size_t index = 0; index < sockets->count; index++) {
		item = &sockets->items[index];
		if (!item->learned)
			learn(item);
		/* One that has been shed may have left its addresses to another. */
		if (fits(item, tuple) && (!found || found->shed))
			found = item;
	}
	if (found && sockets->by_port)
		sockets->by_port[port] = found->descriptor + 1;
	return found;
}

int sbx__curl_sockets_find(sbx__curl_sockets *sockets, const sbx__curl_tuple *tuple)
{
	lock(sockets);
	const sbx__curl_socket *item = find(sockets, tuple);
	int descriptor = item ? item->descriptor : -1;
	unlock(sockets);
	return descriptor;
}

/* ---- those of a hub ---- */

bool sbx__curl_sockets_hold(sbx__curl_sockets *sockets, int descriptor, const sbx__curl_tuple *tuple,
                            sbx__curl_hold *hold)
{
	*hold = (sbx__curl_hold)SBX__CURL_HOLD_INIT;
	lock(sockets);
	sbx__curl_socket *item = descriptor >= 0 ? item_of(sockets, descriptor) : find(sockets, tuple);
	bool shed = item && item->shed;
	if (tuple->local_port <= 0) {
		hold->anonymous = true;
		sockets->anonymous_users++;
		if (item)
			set_anonymous(sockets, item, true);
	} else if (item && !shed) {
		*hold = (sbx__curl_hold){.descriptor = item->descriptor, .serial = item->serial};
		item->users++;
		set_parked(sockets, item, false);
	}
	tell_parked(sockets);
	unlock(sockets);
	return !shed;
}

void sbx__curl_sockets_let_go(sbx__curl_sockets *sockets, sbx__curl_hold *hold)
{
	if (hold->descriptor < 0 && !hold->anonymous)
		return;
	lock(sockets);
	sbx__curl_socket *item = item_of(sockets, hold->descriptor);
	if (hold->anonymous)
		sockets->anonymous_users--;
	else if (item && item->serial == hold->serial && --item->users == 0)
		set_parked(sockets, item, true);
	tell_parked(sockets);
	unlock(sockets);
	*hold = (sbx__curl_hold)SBX__CURL_HOLD_INIT;
}

uint64_t sbx__curl_sockets_anonymous_sheds(const sbx__curl_sockets *sockets)
{
	return atomic_load(&sockets->anonymous_sheds);
}

/* The one that nobody uses for longest; of anonymous ones only where nobody uses any. */
static sbx__curl_socket *oldest(const sbx__curl_sockets *sockets)
{
	sbx__curl_socket *found = NULL;
	for (size_t index = 0; index < sockets->count; index++) {
		sbx__curl_socket *item = &sockets->items[index];
		bool idle = item->parked || (item->anonymous && !sockets->anonymous_users);
		if (idle && (!found || item->idle_since < found->idle_since))
			found = item;
	}
	return found;
}

/* libcurl is not asked, since only the thread that drives may do that: it finds the connection ended and closes it. */
void sbx__curl_sockets_shed(sbx__curl_sockets *sockets, size_t most)
{
	sbx__curl_socket *item;
	lock(sockets);
	while (sockets->parked + sockets->anonymous > most && (item = oldest(sockets))) {
		if (item->anonymous)
			atomic_fetch_add(&sockets->anonymous_sheds, 1);
		/* The addresses go with the connection. */
		if (!item->learned)
			learn(item);
		item->shed = true;
		set_parked(sockets, item, false);
		set_anonymous(sockets, item, false);
		shutdown(item->descriptor, SHUT_RDWR);
	}
	tell_parked(sockets);
	unlock(sockets);
}

/* ---- a forked child ---- */

static bool is_still(const sbx__curl_socket *item)
{
	struct stat status;
	return fstat(item->descriptor, &status) == 0 && S_ISSOCK(status.st_mode) && status.st_ino == item->inode;
}

void sbx__curl_sockets_disown(sbx__curl_sockets *sockets)
{
	struct stat status;
	if (sockets->disowned)
		return;
	sockets->disowned = true;
	int none = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	for (size_t index = 0; index < sockets->count; index++) {
		sbx__curl_socket *item = &sockets->items[index];
		if (!is_still(item))
			continue;
		/* Without a descriptor for it the number is free for others, which is the lesser evil. */
		if (none < 0 || dup3(none, item->descriptor, O_CLOEXEC) < 0)
			close(item->descriptor);
		else if (fstat(none, &status) == 0)
			item->inode = status.st_ino;
	}
	if (none >= 0)
		close(none);
}

void sbx__curl_sockets_abandon(sbx__curl_sockets *sockets)
{
	/* Without the lock: at the fork another thread may have held it, and there is only this one now. */
	for (size_t index = 0; index < sockets->count; index++) {
		const sbx__curl_socket *item = &sockets->items[index];
		if (is_still(item))
			close(item->descriptor);
	}
	sockets->count = 0;
}
