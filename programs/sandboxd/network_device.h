/* The network namespace of a sandbox, and the device that leads out of it. */
#ifndef SANDBOXD_NETWORK_DEVICE_H
#define SANDBOXD_NETWORK_DEVICE_H

/* Makes a network namespace that this process is in from now on. What it shows of the world is one device; returns the
 * descriptor that its packets are read from and written to, or -1 with errno. */
int network_device_make(void);

#endif
