#include "secret.h"

#include <string.h>

/* What is shorter is none that anybody gives out, and may be a word of the protocol. */
#define KEY_LENGTH_MIN 16
/* A result is JSON, has an answer as text that is JSON, and a script may have put JSON in that. */
#define QUOTED_MAX 4

static void hide(struct text *message, const char *key, size_t length)
{
	char *at = message->data, *found;

	while (length >= KEY_LENGTH_MIN && at &&
	       (found = memmem(at, message->length - (size_t)(at - message->data), key, length))) {
		memset(found, '*', length);
		at = found + length;
	}
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
