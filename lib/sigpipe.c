#include "sigpipe.h"

#include <pthread.h>
#include <time.h>

static sigset_t only_sigpipe(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	return set;
}

void sbx__sigpipe_hold(sbx__sigpipe *held)
{
	sigset_t pending;
	sigset_t sigpipe = only_sigpipe();
	sigpending(&pending);
	held->was_pending = sigismember(&pending, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &sigpipe, &held->before);
}

void sbx__sigpipe_release(const sbx__sigpipe *held)
{
	const struct timespec at_once = {0, 0};
	sigset_t sigpipe = only_sigpipe();
	if (!held->was_pending)
		sigtimedwait(&sigpipe, NULL, &at_once);
	pthread_sigmask(SIG_SETMASK, &held->before, NULL);
}
