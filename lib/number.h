/*
 * Numbers as text, whatever the locale says.
 */
#ifndef SBX_LIB_NUMBER_H
#define SBX_LIB_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for any number's text and a NUL. */
#define SBX__NUMBER_SIZE 40

/* Writes a finite number in its shortest form that reads back the same, and a NUL; `fraction` keeps a ".0" on whole
 * numbers. Gives the length. */
size_t sbx__number_write(char text[SBX__NUMBER_SIZE], double number, bool fraction);
/* Writes an integer and a NUL, and gives the length. */
size_t sbx__number_write_integer(char text[SBX__NUMBER_SIZE], uint64_t magnitude, bool negative);

#endif
