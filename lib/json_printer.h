/*
 * Writes JSON values as text.
 */
#ifndef SBX_LIB_JSON_PRINTER_H
#define SBX_LIB_JSON_PRINTER_H

#include <sandbox_sdk/json.h>

#include "buffer.h"

/* Appends a value as text, as sbx_json_print() does. */
void sbx__json_append_text(const sbx_json *json, int indent, sbx__buffer *buffer);
/* Appends a string's text with its quotes. */
void sbx__json_append_string(const char *text, size_t length, sbx__buffer *buffer);

#endif
