#include "cancel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "error.h"
#include "keep_errno.h"

struct sbx_cancel {
	atomic_size_t references; /* the caller's, and one a link */
	atomic_bool fired;
	pthread_mutex_t mutex; /* of the links; held while they are told, so that none goes away meanwhile */
	sbx__cancel_link *links;
};

sbx_status sbx_cancel_new(sbx_cancel **cancel, sbx_error **error)
{
	if (!cancel)
		return sbx__fail_argument(error, "cancel", "must not be NULL");
	sbx_cancel *made = calloc(1, sizeof *made);
	if (!made)
		return sbx__fail_memory(error);
	atomic_init(&made->references, 1);
	pthread_mutex_init(&made->mutex, NULL);
	*cancel = made;
	return SBX_OK;
}

void sbx_cancel_fire(sbx_cancel *cancel)
{
	SBX__KEEP_ERRNO();
	if (!cancel)
		return;
	pthread_mutex_lock(&cancel->mutex);
	bool again = atomic_exchange(&cancel->fired, true);
	for (sbx__cancel_link *link = again ? NULL : cancel->links; link; link = link->next)
		link->fire(link->context);
	pthread_mutex_unlock(&cancel->mutex);
}

int sbx_cancel_is_fired(const sbx_cancel *cancel)
{
	return cancel && atomic_load_explicit(&cancel->fired, memory_order_acquire);
}

void sbx_cancel_free(sbx_cancel *cancel)
{
	if (!cancel || atomic_fetch_sub_explicit(&cancel->references, 1, memory_order_acq_rel) != 1)
		return;
	pthread_mutex_destroy(&cancel->mutex);
	free(cancel);
}

void sbx__cancel_link_to(sbx__cancel_link *link, sbx_cancel *cancel, void (*fire)(void *context), void *context)
{
	*link = (sbx__cancel_link){cancel, fire, context, NULL, NULL};
	if (!cancel)
		return;
	atomic_fetch_add_explicit(&cancel->references, 1, memory_order_relaxed);
	pthread_mutex_lock(&cancel->mutex);
	link->next = cancel->links;
	if (cancel->links)
		cancel->links->previous = link;
	cancel->links = link;
	if (atomic_load(&cancel->fired))
		fire(context);
	pthread_mutex_unlock(&cancel->mutex);
}

static void take_out(sbx_cancel *cancel, sbx__cancel_link *link)
{
	if (link->previous)
		link->previous->next = link->next;
	else
		cancel->links = link->next;
	if (link->next)
		link->next->previous = link->previous;
	link->cancel = NULL;
	pthread_mutex_unlock(&cancel->mutex);
	sbx_cancel_free(cancel);
}

void sbx__cancel_unlink(sbx__cancel_link *link)
{
	sbx_cancel *cancel = link->cancel;
	if (!cancel)
		return;
	pthread_mutex_lock(&cancel->mutex);
	take_out(cancel, link);
}

void sbx__cancel_abandon(sbx__cancel_link *link)
{
	sbx_cancel *cancel = link->cancel;
	if (cancel && pthread_mutex_trylock(&cancel->mutex) == 0)
		take_out(cancel, link);
}
