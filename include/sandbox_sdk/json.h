/**
 * @file json.h
 * JSON values (RFC 8259): build, read, parse and print.
 *
 * Text is strict RFC 8259 in UTF-8. Where the standard leaves a choice: of repeated names the last one counts, an
 * integer that does not fit 64 bits is a number that keeps its text (sbx_json_number_text()) and has at most 4,000
 * digits, a member's name holds no NUL, and a text nests at most 512 deep and has at most 4,000,000 values.
 *
 * A value that the caller built belongs to one thread at a time. A value that a model, response or error gave out is
 * never changed and may be read from any thread.
 */
#ifndef SANDBOX_SDK_JSON_H
#define SANDBOX_SDK_JSON_H

#include <sandbox_sdk/common.h>
#include <sandbox_sdk/status.h>

SBX_BEGIN_DECLS

#ifndef SBX_ERROR_TYPEDEF
#define SBX_ERROR_TYPEDEF
/** An error; opaque. Since 0.1.0. */
typedef struct sbx_error sbx_error;
#endif

/** A JSON value; opaque. Since 0.1.0. */
typedef struct sbx_json sbx_json;

/** The type of a JSON value. Since 0.1.0. */
typedef enum sbx_json_type {
	SBX_JSON_NULL = 0,    /**< null */
	SBX_JSON_BOOLEAN = 1, /**< true or false */
	SBX_JSON_INTEGER = 2, /**< a number without fraction or exponent that fits 64 bits */
	SBX_JSON_NUMBER = 3,  /**< any other number, larger integers included */
	SBX_JSON_STRING = 4,  /**< text, NULs included */
	SBX_JSON_ARRAY = 5,   /**< values in order */
	SBX_JSON_OBJECT = 6   /**< members by name, in the order in which they were set */
} sbx_json_type;

/** Where an iteration over an object stands; starts as `{NULL}`. Since 0.1.0. */
typedef struct sbx_json_cursor {
	const void *position; /**< the library's own */
} sbx_json_cursor;

/**
 * Makes a null.
 *
 * @return a new value, never NULL
 *
 * Since 0.1.0.
 */
SBX_API sbx_json *sbx_json_new_null(void);

/**
 * Makes a boolean.
 *
 * @param value 0 is false, anything else true
 * @return a new value; NULL when memory has run out
 *
 * Since 0.1.0.
 */
SBX_API sbx_json *sbx_json_new_boolean(int value);

/**
 * Makes an integer.
 *
 * @param value any
 * @return a new value; NULL when memory has run out
 *
 * Since 0.1.0.
 */
SBX_API sbx_json *sbx_json_new_integer(int64_t value);

/**
 * Makes an integer that may be greater than INT64_MAX.
 *
 * @param value any
 * @return a new value; NULL when memory has run out
 *
 * Since 0.1.0.
 */
SBX_API sbx_json *sbx_json_new_unsigned(uint64_t value);

/**
 * Makes a number.
 *
 * @param value a finite number: JSON has neither infinities nor NaN (RFC 8259, section 6)
 * @return a new value; NULL when memory has run out or the number is not finite
 *
 * Since 0.1.0.
 */
SBX_API sbx_json *sbx_json_new_number(double value);

/**
 * Makes a number of its text, which is kept and printed as it is: an integer of any size, or a fraction in a form of
 * the caller's.
 *
 * @param text a number as JSON has it (RFC 8259, section 6), copied; an integer has at most 4,000 digits, any other
 *        number is within the range of a double
 * @param length its length in bytes
 * @return a new value, an integer where it fits 64 bits, else a number; NULL when memory has run out or the text is no
 *         such number
 *
 * Since 0.1.0.
 */
SBX_API sbx_json *sbx_json_new_number_text(const char *text, size_t length);

/**
 * Makes a string.
 *
 * @param text UTF-8, copied; NULs are kept
 * @param length its length in bytes
 * @return a new value; NULL when memory has run out or the text is not UTF-8
 *
 * Since 0.1.0.
 */
SBX_API sbx_json *sbx_json_new_string(const char *text, size_t length);

/**
 * Makes an empty array.
 *
 * @return a new value; NULL when memory has run out
 *
 * Since 0.1.0.
 */
SBX_API sbx_json *sbx_json_new_array(void);

/**
 * Makes an empty object.
 *
 * @return a new value; NULL when memory has run out
 *
 * Since 0.1.0.
 */
SBX_API sbx_json *sbx_json_new_object(void);

/**
 * Appends a value to an array.
 *
 * @param array an array that the caller built
 * @param value taken over, also on failure; NULL fails, so that a constructor can be passed as it is, and so does
 *        `array` itself, which stays the caller's
 * @return ::SBX_OK, ::SBX_ERROR_OUT_OF_MEMORY or ::SBX_ERROR_INVALID_ARGUMENT
 *
 * Since 0.1.0.
 */
SBX_API sbx_status sbx_json_append(sbx_json *array, sbx_json *value);

/**
 * Sets a member of an object, in the place of one that has the same name.
 *
 * @param object an object that the caller built
 * @param name the member's name, copied
 * @param value taken over, also on failure; NULL fails, so that a constructor can be passed as it is, and so does
 *        `object` itself, which stays the caller's
 * @return ::SBX_OK, ::SBX_ERROR_OUT_OF_MEMORY or ::SBX_ERROR_INVALID_ARGUMENT
 *
 * Since 0.1.0.
 */
SBX_API sbx_status sbx_json_set(sbx_json *object, const char *name, sbx_json *value);

/**
 * The type of a value.
 *
 * @param json a value; NULL counts as null
 * @return its type
 *
 * Since 0.1.0.
 */
SBX_API sbx_json_type sbx_json_type_of(const sbx_json *json);

/**
 * Reads a boolean.
 *
 * @param json a value
 * @return 1 for true; 0 for false and for every other type
 *
 * Since 0.1.0.
 */
SBX_API int sbx_json_boolean(const sbx_json *json);

/**
 * Reads an integer.
 *
 * @param json a value
 * @return the integer; a number's integral part; both cut to the range of the type; 0 for every other type
 *
 * Since 0.1.0.
 */
SBX_API int64_t sbx_json_integer(const sbx_json *json);

/**
 * Reads an integer that may be greater than INT64_MAX.
 *
 * @param json a value
 * @return the integer; 0 for negative ones and for every other type
 *
 * Since 0.1.0.
 */
SBX_API uint64_t sbx_json_unsigned(const sbx_json *json);

/**
 * Reads a number.
 *
 * @param json a value
 * @return the number or integer, or the finite double that is nearest to it; 0 for every other type
 *
 * Since 0.1.0.
 */
SBX_API double sbx_json_number(const sbx_json *json);

/**
 * The text of a number that was kept: of an integer that does not fit 64 bits, and of what sbx_json_new_number_text()
 * made.
 *
 * @param json a value
 * @return text owned by the value and followed by a NUL; NULL where none was kept
 *
 * Since 0.1.0.
 */
SBX_API const char *sbx_json_number_text(const sbx_json *json);

/**
 * Reads a string.
 *
 * @param json a value
 * @param length receives the length in bytes; may be NULL
 * @return text owned by the value and followed by a NUL; "" for every other type
 *
 * Since 0.1.0.
 */
SBX_API const char *sbx_json_string(const sbx_json *json, size_t *length);

/**
 * How many elements an array, or members an object, has.
 *
 * @param json a value
 * @return the number; 0 for every other type
 *
 * Since 0.1.0.
 */
SBX_API size_t sbx_json_count(const sbx_json *json);

/**
 * An element of an array.
 *
 * @param array a value
 * @param index from 0
 * @return the element, owned by the array; NULL past the end or where the value is no array
 *
 * Since 0.1.0.
 */
SBX_API const sbx_json *sbx_json_at(const sbx_json *array, size_t index);

/**
 * A member of an object.
 *
 * @param object a value
 * @param name the member's name
 * @return the member, owned by the object (a null is a value, not NULL); NULL where there is none
 *
 * Since 0.1.0.
 */
SBX_API const sbx_json *sbx_json_get(const sbx_json *object, const char *name);

/**
 * Goes through the members of an object in order.
 *
 *     sbx_json_cursor cursor = {NULL};
 *     while (sbx_json_next(object, &cursor, &name, &value)) ...
 *
 * @param object a value that is not changed meanwhile
 * @param cursor where the iteration stands
 * @param name receives the member's name, owned by the object; may be NULL
 * @param value receives the member, owned by the object; may be NULL
 * @return 1 while there was a member, then 0; 0 for every other type and without a cursor
 *
 * Since 0.1.0.
 */
SBX_API int sbx_json_next(const sbx_json *object, sbx_json_cursor *cursor, const char **name, const sbx_json **value);

/**
 * Whether two values are the same: numbers by value, members in any order.
 *
 * @param left a value
 * @param right a value
 * @return 1 or 0
 *
 * Since 0.1.0.
 */
SBX_API int sbx_json_equal(const sbx_json *left, const sbx_json *right);

/**
 * Copies a value and all that is in it.
 *
 * @param json a value
 * @return a new value; NULL when memory has run out
 *
 * Since 0.1.0.
 */
SBX_API sbx_json *sbx_json_copy(const sbx_json *json);

/**
 * Reads JSON text.
 *
 * @param text UTF-8, one value with white space around it
 * @param length its length in bytes
 * @param json receives a new value
 * @param error receives what is wrong and at which byte; may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT (NULL), ::SBX_ERROR_INVALID_JSON or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Since 0.1.0.
 */
SBX_API sbx_status sbx_json_parse(const char *text, size_t length, sbx_json **json, sbx_error **error);

/**
 * Writes a value as JSON text. Characters outside ASCII are written as they are.
 *
 * @param json a value; NULL counts as null
 * @param indent spaces a level, 80 at most; 0 for one line without white space
 * @param text receives text followed by a NUL, freed with sbx_string_free()
 * @param length receives its length in bytes; may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_INVALID_ARGUMENT (`text` is NULL) or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Since 0.1.0.
 */
SBX_API sbx_status sbx_json_print(const sbx_json *json, int indent, char **text, size_t *length);

/**
 * Frees a value and all that is in it.
 *
 * @param json a value that no array or object has taken over; NULL is accepted
 *
 * Since 0.1.0.
 */
SBX_API void sbx_json_free(sbx_json *json);

SBX_END_DECLS

#endif
