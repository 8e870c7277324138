#include "buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"

void sbx__buffer_free(sbx__buffer *buffer)
{
	free(buffer->data);
	*buffer = (sbx__buffer){0};
}

void sbx__buffer_clear(sbx__buffer *buffer)
{
	buffer->length = 0;
	buffer->failed = false;
	if (buffer->data)
		buffer->data[0] = '\0';
}

bool sbx__buffer_reserve(sbx__buffer *buffer, size_t more)
{
	if (buffer->failed)
		return false;
	if (more < buffer->capacity - buffer->length)
		return true;
	if (more >= (size_t)-1 / 2 - buffer->length) {
		buffer->failed = true;
		return false;
	}
	size_t capacity = buffer->capacity ? buffer->capacity : 64;
	while (capacity <= buffer->length + more)
		capacity *= 2;
	char *data = realloc(buffer->data, capacity);
	if (!data) {
		buffer->failed = true;
		return false;
	}
	buffer->data = data;
	buffer->capacity = capacity;
	return true;
}

void sbx__buffer_append(sbx__buffer *buffer, const void *data, size_t length)
{
	if (!sbx__buffer_reserve(buffer, length))
		return;
	if (length)
		memcpy(buffer->data + buffer->length, data, length);
	buffer->length += length;
	buffer->data[buffer->length] = '\0';
}

void sbx__buffer_text(sbx__buffer *buffer, const char *text)
{
	sbx__buffer_append(buffer, text, strlen(text));
}

void sbx__buffer_byte(sbx__buffer *buffer, char byte)
{
	sbx__buffer_append(buffer, &byte, 1);
}

void sbx__buffer_vformat(sbx__buffer *buffer, const char *format, va_list arguments)
{
	va_list again;
	va_copy(again, arguments);
	int length = vsnprintf(NULL, 0, format, arguments);
	if (length < 0)
		buffer->failed = true;
	else if (sbx__buffer_reserve(buffer, (size_t)length)) {
		vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, again);
		buffer->length += (size_t)length;
	}
	va_end(again);
}

void sbx__buffer_format(sbx__buffer *buffer, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	sbx__buffer_vformat(buffer, format, arguments);
	va_end(arguments);
}

void sbx__buffer_number(sbx__buffer *buffer, double number, bool fraction)
{
	char text[SBX__NUMBER_SIZE];
	sbx__buffer_append(buffer, text, sbx__number_write(text, number, fraction));
}

char *sbx__buffer_take(sbx__buffer *buffer)
{
	if (!sbx__buffer_reserve(buffer, 0)) {
		sbx__buffer_free(buffer);
		return NULL;
	}
	buffer->data[buffer->length] = '\0';
	char *data = buffer->data;
	*buffer = (sbx__buffer){0};
	return data;
}
