/* The JSON object that a request's body holds: typed reading of its fields. The only user of json-c. A field that is
 * null is as good as absent; fields nobody asks for are ignored; of duplicate fields the last one counts. */
#ifndef SANDBOXD_JSON_BODY_H
#define SANDBOXD_JSON_BODY_H

#include "lib/buffer.h"
#include "problem.h"

#include <stdint.h>

struct json_body;

/* An empty text stands for an empty object. The result is freed with json_body_free. */
int json_body_parse(const char *text, size_t length, struct json_body **out, struct problem *problem);
void json_body_free(struct json_body *body);

/* Each sets its output only when the field is there, and fails when its type is another. `field` may name a member of a
 * nested object: "resources.cpus". Strings live as long as the body and hold no NUL. */
int json_body_string(struct json_body *body, const char *field, const char **value, struct problem *problem);
/* Any bytes of a string, without a check: where it is none there are none. */
void json_body_bytes(struct json_body *body, const char *field, const char **bytes, size_t *length);
int json_body_integer(struct json_body *body, const char *field, int64_t lowest, int64_t highest, int64_t *value,
                      struct problem *problem);
int json_body_boolean(struct json_body *body, const char *field, bool *value, struct problem *problem);
/* A map of string to string that can be an environment, appended to `pairs` as NAME NUL VALUE NUL. */
int json_body_environment(struct json_body *body, const char *field, sbx__buffer *pairs, struct problem *problem);

#endif
