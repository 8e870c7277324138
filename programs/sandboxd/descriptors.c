#include "descriptors.h"

/* What one connection needs at most, with its command or file; what a sandbox holds; and what the server needs without
 * any. */
#define EACH_CONNECTION 6
#define EACH_SANDBOX 2
#define OWN 32

static rlim_t room(rlim_t limit)
{
	return limit > OWN ? limit - OWN : 0;
}

rlim_t descriptors_wanted(int64_t sandboxes)
{
	return OWN + EACH_CONNECTION * CONNECTIONS_MAX + EACH_SANDBOX * (rlim_t)sandboxes;
}

/* Half of them at most. */
unsigned int descriptors_for_sandboxes(rlim_t limit)
{
	rlim_t most = room(limit) / 2 / EACH_SANDBOX;
	return most < 1 ? 1 : most > UINT32_MAX ? UINT32_MAX : (unsigned int)most;
}

unsigned int descriptors_for_connections(rlim_t limit, int64_t sandboxes)
{
	rlim_t most = descriptors_for_sandboxes(limit);
	rlim_t held = EACH_SANDBOX * ((rlim_t)sandboxes < most ? (rlim_t)sandboxes : most);
	rlim_t left = room(limit) > held ? (room(limit) - held) / EACH_CONNECTION : 0;

	return left < 1 ? 1 : left > CONNECTIONS_MAX ? CONNECTIONS_MAX : (unsigned int)left;
}
