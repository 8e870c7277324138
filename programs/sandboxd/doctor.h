/* The command `sandboxd doctor`: what holds on this machine, what does not, and what to do about it. */
#ifndef SANDBOXD_DOCTOR_H
#define SANDBOXD_DOCTOR_H

#include "options.h"

/* Fails, with the code that a start would fail with, when no sandbox can run. */
int doctor(const struct options *options, struct failure *failure);

#endif
