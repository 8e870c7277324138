#include "facts.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const state_names[] = {[FACT_OK] = "ok", [FACT_WARNING] = "warning", [FACT_FAILURE] = "failure"};

struct fact *facts_add(struct facts *facts, const char *name, enum fact_state state, const char *cure,
                       const char *found, ...)
{
	/* Beyond the last place it takes that of the last one: there are as many as this program has calls. */
	struct fact *fact = &facts->list[facts->count < FACTS_MAX ? facts->count++ : FACTS_MAX - 1];
	va_list arguments;

	*fact = (struct fact){.state = state};
	snprintf(fact->name, sizeof(fact->name), "%s", name);
	snprintf(fact->cure, sizeof(fact->cure), "%s", cure && state != FACT_OK ? cure : "");
	va_start(arguments, found);
	vsnprintf(fact->found, sizeof(fact->found), found, arguments);
	va_end(arguments);
	return fact;
}

bool facts_have(const struct facts *facts, enum fact_state state)
{
	for (size_t i = 0; i < facts->count; i++)
		if (facts->list[i].state == state)
			return true;
	return false;
}

void facts_write(const struct facts *facts, struct json_writer *writer)
{
	json_open(writer, '[');
	for (size_t i = 0; i < facts->count; i++) {
		const struct fact *fact = &facts->list[i];
		json_open(writer, '{');
		json_string(writer, "name", fact->name);
		json_string(writer, "state", state_names[fact->state]);
		json_string(writer, "found", fact->found);
		json_string(writer, "cure", fact->cure[0] ? fact->cure : NULL);
		json_close(writer, '}');
	}
	json_close(writer, ']');
}

void facts_print(const struct facts *facts)
{
	for (size_t i = 0; i < facts->count; i++) {
		const struct fact *fact = &facts->list[i];
		printf("%-8s %-18s %s\n", state_names[fact->state], fact->name, fact->found);
		if (fact->cure[0])
			printf("%-8s %-18s -> %s\n", "", "", fact->cure);
	}
}
