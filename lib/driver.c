#include "driver.h"

#include "error.h"
#include "outcome.h"

/* How often a call that may be interrupted asks whether it should end, in nanoseconds. */
#define INTERRUPT_INTERVAL (SBX__SECOND / 20)

static bool interrupted(const sbx__call *call)
{
	const sbx_request_options *options = &call->options;
	return options->interrupt && options->interrupt(options->interrupt_user_data) != 0;
}

/* A function of the caller's may have forked. In the child the call ends there and then, and the transport, which is
 * the parent's, is not told. */
static void check_forked(sbx__driver *driver)
{
	sbx__call *call = driver->call;
	sbx_error *error = NULL;
	if (!sbx__core_is_forked(driver->core) || call->state == SBX__CALL_DONE)
		return;
	sbx__sink_abandon(&call->sink);
	sbx__fail_forked(&error);
	sbx__outcome_fail(call, error);
}

/* What ends a call from outside. True: it did. */
static bool check_outside(sbx__driver *driver)
{
	sbx__call *call = driver->call;
	bool cancelled = atomic_load_explicit(&driver->cancelled, memory_order_relaxed) || interrupted(call);
	check_forked(driver);
	if (sbx__core_is_closed(driver->core))
		sbx__call_abort(call, SBX_ERROR_CLOSED, "Connection error: the client was closed");
	else if (cancelled)
		sbx__call_abort(call, SBX_ERROR_CANCELLED, "The call was cancelled");
	return call->state == SBX__CALL_DONE;
}

static int64_t shortened(bool often, int64_t nanoseconds)
{
	return often && nanoseconds > INTERRUPT_INTERVAL ? INTERRUPT_INTERVAL : nanoseconds;
}

static void on_cancel(void *context)
{
	sbx__driver_cancel(context);
}

/* From now on another thread may wake it. */
static void take_lease(sbx__driver *driver, sbx__lease *lease)
{
	sbx__call_set_transport(driver->call, lease->transport);
	pthread_mutex_lock(&driver->mutex);
	driver->lease = lease;
	pthread_mutex_unlock(&driver->mutex);
}

static void acquire(sbx__driver *driver)
{
	sbx__call *call = driver->call;
	int64_t until = sbx__call_pool_until(call);
	/* While it waits for a connection there is no transport that could be woken. */
	bool often = call->options.interrupt || call->options.cancel;
	/* At first without waiting: mostly there is one, and the clock need not be asked. */
	int64_t left = 0;
	for (;;) {
		sbx__lease *lease;
		int64_t wait = left > 0 ? shortened(often, left) : 0;
		sbx_status status = sbx__core_acquire(driver->core, &driver->place, wait, &lease);
		if (status == SBX_OK) {
			take_lease(driver, lease);
			return;
		}
		left = until - sbx__call_now(call);
		if (status == SBX_ERROR_OUT_OF_MEMORY)
			sbx__call_abort(call, status, "Out of memory");
		else if (!check_outside(driver) && left <= 0)
			sbx__call_end_wait(call);
		if (call->state == SBX__CALL_DONE)
			break;
	}
	sbx__core_give_up(driver->core, &driver->place);
}

void sbx__driver_begin(sbx__driver *driver, sbx__core *core, sbx__call *call)
{
	*driver = (sbx__driver){.core = core, .call = call, .place = SBX__PLACE_INIT};
	pthread_mutex_init(&driver->mutex, NULL);
	sbx__cancel_link_to(&driver->cancel, call->options.cancel, on_cancel, driver);
	acquire(driver);
}

bool sbx__driver_step(sbx__driver *driver)
{
	return sbx__call_step(driver->call) || check_outside(driver);
}

void sbx__driver_wait(sbx__driver *driver)
{
	sbx__call *call = driver->call;
	/* What asks for an interruption may take its time, since the step. */
	int64_t time = call->options.interrupt ? sbx__call_now(call) : call->stepped;
	int64_t wait = sbx__call_wake_at(call) - time;
	call->transport->type->wait(call->transport, shortened(call->options.interrupt != NULL, wait));
	check_forked(driver);
}

void sbx__driver_cancel(sbx__driver *driver)
{
	atomic_store(&driver->cancelled, true);
	pthread_mutex_lock(&driver->mutex);
	if (driver->lease)
		driver->lease->transport->type->wake(driver->lease->transport);
	pthread_mutex_unlock(&driver->mutex);
}

void sbx__driver_end(sbx__driver *driver)
{
	/* In a forked child another thread may have held any of the locks, and the connection is the parent's. */
	if (sbx__core_is_forked(driver->core)) {
		sbx__cancel_abandon(&driver->cancel);
		return;
	}
	sbx__cancel_unlink(&driver->cancel);
	pthread_mutex_lock(&driver->mutex);
	sbx__lease *lease = driver->lease;
	driver->lease = NULL;
	pthread_mutex_unlock(&driver->mutex);
	if (lease)
		sbx__core_release(driver->core, lease);
	pthread_mutex_destroy(&driver->mutex);
}
