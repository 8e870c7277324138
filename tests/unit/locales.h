/*
 * Locales that write numbers in another way.
 */
#ifndef SBX_TESTS_UNIT_LOCALES_H
#define SBX_TESTS_UNIT_LOCALES_H

#include <stdbool.h>

/* Makes and takes a locale with that decimal point, as localedef writes it ("," or "<U066B>"), and leaves it again.
 * False: there is no localedef here. */
bool locale_enter(const char *decimal_point);
void locale_leave(void);

#endif
