/*
 * Who is told when a cancel is fired.
 */
#ifndef SBX_LIB_CANCEL_H
#define SBX_LIB_CANCEL_H

#include <sandbox_sdk/cancel.h>

/* Part of a call. */
typedef struct sbx__cancel_link {
	sbx_cancel *cancel; /* NULL: not linked */
	void (*fire)(void *context);
	void *context;
	struct sbx__cancel_link *next;
	struct sbx__cancel_link *previous;
} sbx__cancel_link;

/* From now on `fire` is called when the cancel is fired, on the thread that does so; at once where it was already. It
 * must not unlink. NULL links to nothing. */
void sbx__cancel_link_to(sbx__cancel_link *link, sbx_cancel *cancel, void (*fire)(void *context), void *context);
/* After it has returned `fire` is not called any more. */
void sbx__cancel_unlink(sbx__cancel_link *link);
/* The same in a forked child, unless another thread was at the links when it was forked. */
void sbx__cancel_abandon(sbx__cancel_link *link);

#endif
