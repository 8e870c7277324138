#include "secret.h"

#include <string.h>
#include <sys/types.h>

/* What is shorter is none that anybody gives out, and may be a word of the protocol. */
#define KEY_LENGTH_MIN 16
/* A result is JSON, has an answer as text that is JSON, and a script may have put JSON in that. */
#define QUOTED_MAX 4

static void hide_beginnings(struct text *message, const char *key, size_t length)
{
	char *at = message->data, *end = message->data + message->length;

	while ((at = memmem(at, (size_t)(end - at), key, KEY_LENGTH_MIN)))
		for (size_t i = 0; i < length && at < end && *at == key[i]; i++)
			*at++ = '*';
}

static void hide_ends(struct text *message, const char *key, size_t length)
{
	char *at = message->data, *end = message->data + message->length;
	const char *last = key + length - KEY_LENGTH_MIN;

	for (; (at = memmem(at, (size_t)(end - at), last, KEY_LENGTH_MIN)); at += KEY_LENGTH_MIN) {
		size_t before = 0;
		while (before < length - KEY_LENGTH_MIN && before < (size_t)(at - message->data) &&
		       at[-1 - (ssize_t)before] == last[-1 - (ssize_t)before])
			before++;
		memset(at - before, '*', before + KEY_LENGTH_MIN);
	}
}

/* Also where a text was cut within it, as long as so much of its beginning or of its end is left. */
static void hide(struct text *message, const char *key, size_t length)
{
	if (length < KEY_LENGTH_MIN || message->length == 0)
		return;
	hide_beginnings(message, key, length);
	hide_ends(message, key, length);
}

/* The same text as JSON has it within a string. */
static void quote(struct text *text)
{
	struct text quoted = {0};

	text_string(&quoted, text->data, text->length);
	text_drop(text, text->length);
	if (quoted.length >= 2)
		text_append(text, quoted.data + 1, quoted.length - 2);
	text->failed |= quoted.failed;
	text_free(&quoted);
}

void secret_hide(const sbx_client *client, struct text *message)
{
	const char *key = client ? sbx_client_api_key(client) : NULL;
	struct text form = {0};

	if (!key)
		return;
	hide(message, key, strlen(key));
	if (strpbrk(key, "\"\\"))
		text_add(&form, key);
	for (int depth = 0; form.length > 0 && !form.failed && depth < QUOTED_MAX; depth++) {
		quote(&form);
		hide(message, form.data, form.length);
	}
	text_free(&form);
}
