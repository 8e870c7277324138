/* A request that is being answered: from its message to its one answer. */
#ifndef MCP_JOB_H
#define MCP_JOB_H

#include "channel.h"
#include "message.h"
#include "progress.h"
#include "text.h"

#include <sandbox_sdk.h>

#include <stdbool.h>

struct batch;
struct made;
struct mcp;
struct job;

struct job {
	struct job *next;
	struct mcp *mcp;
	struct channel *channel; /* not there any more once it is cancelled; NULL: it has gone away */
	struct batch *batch;     /* that its message is of; NULL: of none */
	struct message message;
	uint64_t session; /* that its message is of; 0: of none */
	bool modern;      /* of the stateless revision */
	bool has_links;   /* its client knows links to resources */
	bool cancelled;
	bool only_reads;      /* its tool changes nothing */
	bool subscribes;      /* it is a stream of what changes */
	bool again;           /* it has begun anew, in another sandbox */
	struct made *sandbox; /* that it works in and this server has made; NULL: none is known */
	const char *notice;   /* what its answer says beside all else; NULL: nothing */
	struct progress progress;
	sbx_call *call;                  /* what is waited for; NULL: something else, or nothing */
	void *work;                      /* of whoever has started it */
	void (*cancel_work)(void *work); /* NULL: there is nothing but the call to cancel */
	void (*free_work)(void *work);
};

/* Takes over the message. */
struct job *job_new(struct mcp *mcp, struct channel *channel, struct message *message, bool modern);
/* These answer and free the job; of one that was cancelled nothing is said. A result that is NULL is what memory was
 * too short for. */
void job_succeed(struct job *job, sbx_json *result);
/* The same for a result that its members were written of already, without the braces. */
void job_succeed_text(struct job *job, const char *members, size_t length);
/* The same for such members that were put together, which are freed. */
void job_succeed_members(struct job *job, struct text *members);
void job_fail(struct job *job, struct rpc_error *error);
void job_fail_with(struct job *job, int code, const char *message);
/* Tells what a command has written as the job's progress; the `output` of its events. */
void job_output(void *job, bool is_stderr, const char *data, size_t length);
/* Whether a list is asked for from its beginning, which is all of it; else the job has failed. */
bool job_wants_first_page(struct job *job);
/* Whether anybody is there for its answer. */
bool job_is_heard(const struct job *job);
/* Ends what it waits for. It is freed when that has ended. */
void job_cancel(struct job *job);

/* Whether there is a client to call the API with; else the job is done, its result saying what is missing. */
bool job_has_client(struct job *job);
/* Starts a call of the API for the job, whose end `on_done` is told with the job. Returns what sbx_client_start() does.
 */
sbx_status job_call(struct job *job, const sbx_request *request, const sbx_request_options *options,
                    sbx_call_callback on_done, sbx_error **error);
/* Gives out how the call ended, which is freed. */
sbx_status job_call_result(struct job *job, sbx_response **response, sbx_error **error);

/* Writes an answer that is an error; a NULL id is null. */
void answer_error(struct text *text, const sbx_json *id, const struct rpc_error *error);

#endif
