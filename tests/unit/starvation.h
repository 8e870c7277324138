/*
 * Memory that runs out: the malloc() and its kin of this program and of every library in it, in the place of the C
 * library's own. A test program links starvation.c to have them.
 */
#ifndef SBX_TESTS_UNIT_STARVATION_H
#define SBX_TESTS_UNIT_STARVATION_H

/* Counts allocations from now on, and lets one of them fail: the first is 1; 0: none. */
void starvation_begin(long failing);
/* Ends that, and gives how many allocations were asked for. */
long starvation_end(void);
/* How many blocks of memory were allocated and not freed since starvation_begin(), up to starvation_end(). */
long starvation_left(void);

#endif
