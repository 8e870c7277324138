/* Finds and deletes the sandboxes that a program with this prefix has left behind. */
#include <sandbox_sdk.h>
#include <stdio.h>

static const char *const outcomes[] = {"found", "deleted", "gone already", "failed", "of unknown age"};

int main(void)
{
	sbx_client *client = NULL;
	sbx_session *crashed = NULL;
	sbx_leftovers *leftovers = NULL;
	sbx_error *error = NULL;
	int exit_code = 1;

	if (sbx_client_new_local(&client, NULL, &error) < 0)
		goto done;
	sbx_session_options session = SBX_SESSION_OPTIONS_INIT;
	session.name_prefix = "nightly-";
	session.keep = SBX_FLAG_YES; /* stands for a program that never got to its end */
	if (sbx_session_create(client, &session, NULL, &crashed, &error) < 0)
		goto done;

	sbx_leftovers_params params = SBX_LEFTOVERS_PARAMS_INIT;
	params.name_prefix = "nightly-";
	params.minimum_age = 0; /* an hour, where nothing is said: what still works is younger */
	if (sbx_leftovers_delete(client, &params, NULL, &leftovers, &error) < 0)
		goto done;
	for (size_t index = 0; index < sbx_leftovers_count(leftovers); index++) {
		const sbx_leftover *found = sbx_leftovers_at(leftovers, index);
		printf("%s %.8s…: %s\n", found->kind, found->name, outcomes[found->outcome]);
	}
	exit_code = sbx_leftovers_count_of(leftovers, SBX_LEFTOVER_FAILED) > 0;
done:
	if (error)
		fprintf(stderr, "leftovers: %s\n", sbx_error_message(error));
	sbx_error_free(error);
	sbx_leftovers_free(leftovers);
	sbx_session_free(crashed);
	sbx_client_free(client);
	return exit_code;
}
