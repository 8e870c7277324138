/* Several messages that came as one array, and the one array that answers them. */
#ifndef MCP_BATCH_H
#define MCP_BATCH_H

#include "channel.h"

/* Of one that has more messages none is taken. */
#define BATCH_MESSAGES_MAX 100
/* What its answers have together, which is what a message may have. */
#define BATCH_ANSWERS_MIB 16

/* Whoever answers a part of it holds it; it is freed when it was answered. */
struct batch;

/* Held once. NULL: memory has run out. */
struct batch *batch_new(struct channel *parent);
/* Where the answers to its messages go. */
struct channel *batch_channel(struct batch *batch);
/* NULL is accepted by all of these: what came alone. */
void batch_hold(struct batch *batch);
void batch_release(struct batch *batch);
/* Whether an answer of this length fits beside those that are there. */
bool batch_has_room(const struct batch *batch, size_t length);
/* The channel that a message came by, of one that may be a batch's. */
const struct channel *batch_root(const struct channel *channel);
bool batch_came_from(const struct batch *batch, const struct channel *parent);
/* Its parent has gone away: nothing is sent there any more. */
void batch_leave(struct batch *batch);
bool batch_is_left(const struct batch *batch);

#endif
