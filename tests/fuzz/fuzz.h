/*
 * What the fuzz targets have in common: taking an input apart, and stopping when a property does not hold.
 *
 * A target is one fuzz_NAME.c that defines LLVMFuzzerTestOneInput(). Built with libFuzzer (preset "fuzz") it looks for
 * inputs by itself; in every other build it reads those of tests/fuzz/corpus/NAME again, as a test of CTest.
 */
#ifndef SBX_TESTS_FUZZ_FUZZ_H
#define SBX_TESTS_FUZZ_FUZZ_H

#include <sandbox_sdk/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ends the process, which libFuzzer takes for a crash, unless a property holds. */
#define FUZZ_CHECK(property) ((property) ? (void)0 : fuzz_fail(#property, __FILE__, __LINE__))
_Noreturn void fuzz_fail(const char *property, const char *file, int line);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is left of an input. */
typedef struct fuzz_input {
	const uint8_t *data;
	size_t size;
} fuzz_input;

/* The next byte; 0 past the end. */
uint8_t fuzz_byte(fuzz_input *input);
/* The next field, as far as a line break, or all that is left; with a NUL behind it. The caller frees it. */
char *fuzz_field(fuzz_input *input, size_t *length);
/* The next field as text that ends at its first NUL. The caller frees it. */
char *fuzz_text(fuzz_input *input);
/* The next field read as JSON; NULL: it is none. The caller frees it. */
sbx_json *fuzz_json(fuzz_input *input);
/* All that is left; with a NUL behind it. The caller frees it. */
char *fuzz_rest(fuzz_input *input, size_t *length);

/* A copy with nothing behind it, so that AddressSanitizer sees a read past its end. The caller frees it. */
char *fuzz_exact(const void *data, size_t size);

#endif
