/*
 * The lists of an engine that a call can be in, each by links of its own in the call, and in each at most once.
 */
#ifndef SBX_LIB_CALL_LIST_H
#define SBX_LIB_CALL_LIST_H

#include <sandbox_sdk/call.h>
#include <stdbool.h>

/* A list that a call can be in. */
typedef struct sbx__call_link {
	struct sbx_call *next;
	bool linked;
} sbx__call_link;

typedef struct sbx__call_list {
	sbx_call *first;
	sbx_call *last;
} sbx__call_list;

/* Something was asked of it. */
void sbx__attention_push(sbx__call_list *list, sbx_call *call);
sbx_call *sbx__attention_pop(sbx__call_list *list);
/* A step of it is due. */
void sbx__touched_push(sbx__call_list *list, sbx_call *call);
sbx_call *sbx__touched_pop(sbx__call_list *list);
/* Its owner is to be told. */
void sbx__telling_push(sbx__call_list *list, sbx_call *call);
sbx_call *sbx__telling_pop(sbx__call_list *list);
/* It waits for a connection. */
void sbx__waiting_push(sbx__call_list *list, sbx_call *call);
void sbx__waiting_remove(sbx__call_list *list, sbx_call *call);

#endif
