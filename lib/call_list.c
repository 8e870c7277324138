#include "call_list.h"

#include "engine_call.h"

#define DEFINE_LIST(name) \
	void sbx__##name##_push(sbx__call_list *list, sbx_call *call) \
	{ \
		if (call->name.linked) \
			return; \
		call->name = (sbx__call_link){NULL, true}; \
		if (list->last) \
			list->last->name.next = call; \
		else \
			list->first = call; \
		list->last = call; \
	} \
\
	sbx_call *sbx__##name##_pop(sbx__call_list *list) \
	{ \
		sbx_call *call = list->first; \
		if (!call) \
			return NULL; \
		list->first = call->name.next; \
		if (!list->first) \
			list->last = NULL; \
		call->name = (sbx__call_link){NULL, false}; \
		return call; \
	}

DEFINE_LIST(attention)
DEFINE_LIST(touched)
DEFINE_LIST(telling)

void sbx__waiting_push(sbx__call_list *list, sbx_call *call)
{
	call->waiting_next = NULL;
	call->waiting_previous = list->last;
	call->waiting = true;
	if (list->last)
		list->last->waiting_next = call;
	else
		list->first = call;
	list->last = call;
}

void sbx__waiting_remove(sbx__call_list *list, sbx_call *call)
{
	if (call->waiting_previous)
		call->waiting_previous->waiting_next = call->waiting_next;
	else
		list->first = call->waiting_next;
	if (call->waiting_next)
		call->waiting_next->waiting_previous = call->waiting_previous;
	else
		list->last = call->waiting_previous;
	call->waiting = false;
}
