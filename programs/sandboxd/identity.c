#include "identity.h"

#include <sys/fsuid.h>
#include <unistd.h>

/* The file system identity belongs to the thread, unlike the other ids, and the kernel takes the overriding
 * capabilities (CAP_DAC_OVERRIDE and the like) away for as long as it is not root's. */
void identity_enter(uid_t uid, gid_t gid)
{
	if (geteuid() != 0)
		return;
	setfsgid(gid);
	setfsuid(uid);
}

void identity_leave(void)
{
	if (geteuid() != 0)
		return;
	setfsuid(0);
	setfsgid(getegid());
}
