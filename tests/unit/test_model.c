/* Models: views on decoded answers that no server can make crash, read from any number of threads. */
#include <pthread.h>
#include <sandbox_sdk/models.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generated/model_descriptors.h"
#include "support.h"

static void *model_of(const sbx__model_descriptor *descriptor, const char *text)
{
	sbx__model *model = NULL;
	assert_int_equal(sbx__model_new(descriptor, json_of(text), false, &model, NULL), SBX_OK);
	return model;
}

/* ---- every accessor of every model ---- */

/* A document in which each field has a value of its own: a string is the field's name, a NUL and an x; a number is the
 * field's place and a half; an integer its place and a thousand. */
static sbx_json *own_document(const sbx__model_descriptor *descriptor)
{
	sbx_json *document = sbx_json_new_object();
	for (size_t index = 0; index < descriptor->fields_count; index++) {
		const sbx__field *field = &descriptor->fields[index];
		char text[64] = {0};
		sbx_json *value = NULL;
		strcpy(text, field->name);
		strcpy(text + strlen(text) + 1, "x");
		switch (field->type) {
		case SBX__STRING:
			value = sbx_json_new_string(text, strlen(text) + 2);
			break;
		case SBX__NUMBER:
			value = sbx_json_new_number((double)index + 0.5);
			break;
		case SBX__INTEGER:
			value = sbx_json_new_integer((int64_t)index + 1000);
			break;
		case SBX__BOOLEAN:
			value = sbx_json_new_boolean(1);
			break;
		case SBX__MODEL:
			value = own_document(field->model);
			break;
		case SBX__MODEL_LIST:
			value = sbx_json_new_array();
			sbx_json_append(value, own_document(field->model));
			sbx_json_append(value, own_document(field->model));
			break;
		case SBX__STRING_LIST:
			value = sbx_json_new_array();
			sbx_json_append(value, sbx_json_new_string(text, strlen(text) + 2));
			break;
		default:
			fail();
		}
		assert_int_equal(sbx_json_set(document, field->name, value), SBX_OK);
	}
	return document;
}

static size_t place_of(const sbx__model_descriptor *descriptor, const char *name)
{
	size_t index = 0;
	while (strcmp(descriptor->fields[index].name, name) != 0)
		index++;
	return index;
}

static sbx__model *own_model(const sbx__model_descriptor *descriptor)
{
	sbx__model *model = NULL;
	assert_int_equal(sbx__model_new(descriptor, own_document(descriptor), true, &model, NULL), SBX_OK);
	return model;
}

/* Each of these looks at a field of `model` in its three states: with its own value, absent (in an empty model) and
 * without a model. */
#define PRESENCE(type, field) \
	assert_int_equal(sbx_##type##_has_##field((const void *)own), SBX_PRESENT); \
	assert_int_equal(sbx_##type##_has_##field((const void *)empty), SBX_ABSENT); \
	assert_int_equal(sbx_##type##_has_##field(NULL), SBX_ABSENT)
#define STRING(type, field) \
	assert_string_equal(sbx_##type##_##field((const void *)own), #field); \
	assert_int_equal(sbx_##type##_##field##_length((const void *)own), strlen(#field) + 2); \
	assert_string_equal(sbx_##type##_##field((const void *)empty), ""); \
	assert_int_equal(sbx_##type##_##field##_length((const void *)empty), 0); \
	assert_string_equal(sbx_##type##_##field(NULL), ""); \
	PRESENCE(type, field)
#define NUMBER(type, field) \
	assert_true(sbx_##type##_##field((const void *)own) == \
	            (double)place_of(&sbx__##type##_descriptor, #field) + 0.5); \
	assert_true(sbx_##type##_##field((const void *)empty) == 0); \
	assert_true(sbx_##type##_##field(NULL) == 0); \
	PRESENCE(type, field)
#define INTEGER(type, field) \
	assert_int_equal(sbx_##type##_##field((const void *)own), place_of(&sbx__##type##_descriptor, #field) + 1000); \
	assert_int_equal(sbx_##type##_##field((const void *)empty), 0); \
	assert_int_equal(sbx_##type##_##field(NULL), 0); \
	PRESENCE(type, field)
#define BOOLEAN(type, field) \
	assert_int_equal(sbx_##type##_##field((const void *)own), 1); \
	assert_int_equal(sbx_##type##_##field((const void *)empty), 0); \
	assert_int_equal(sbx_##type##_##field(NULL), 0); \
	PRESENCE(type, field)
#define MEMBER(type, field) \
	assert_non_null(sbx_##type##_##field((const void *)own)); \
	assert_null(sbx_##type##_##field((const void *)empty)); \
	assert_null(sbx_##type##_##field(NULL)); \
	PRESENCE(type, field)
#define LIST(type, field) \
	assert_int_equal(sbx_##type##_##field##_count((const void *)own), 2); \
	assert_non_null(sbx_##type##_##field##_at((const void *)own, 1)); \
	assert_null(sbx_##type##_##field##_at((const void *)own, 2)); \
	assert_int_equal(sbx_##type##_##field##_count((const void *)empty), 0); \
	assert_null(sbx_##type##_##field##_at((const void *)empty, 0)); \
	assert_int_equal(sbx_##type##_##field##_count(NULL), 0); \
	assert_null(sbx_##type##_##field##_at(NULL, 0)); \
	PRESENCE(type, field)
/* Begins and ends with a model; what is between looks at its fields. */
#define MODEL(type, ...) \
	do { \
		sbx__model *own = own_model(&sbx__##type##_descriptor); \
		sbx__model *empty = model_of(&sbx__##type##_descriptor, "{}"); \
		char *text; \
		size_t length; \
		__VA_ARGS__; \
		sbx_json *document = own_document(&sbx__##type##_descriptor); \
		assert_true(sbx_json_equal(sbx_##type##_json((const void *)own), document)); \
		assert_null(sbx_##type##_json(NULL)); \
		sbx_json_free(document); \
		assert_int_equal(sbx_##type##_to_json((const void *)empty, 2, &text, &length, NULL), SBX_OK); \
		assert_string_equal(text, "{}"); \
		assert_int_equal(length, 2); \
		sbx_string_free(text); \
		assert_null(sbx_##type##_ref(NULL)); \
		sbx_##type##_free(NULL); \
		assert_ptr_equal(sbx_##type##_ref((void *)own), own); \
		sbx_##type##_free((void *)own); \
		sbx_##type##_free((void *)own); \
		sbx_##type##_free((void *)empty); \
	} while (0)

static void accessors_of_sandboxes(void **state)
{
	(void)state;
	MODEL(sandbox, STRING(sandbox, id); NUMBER(sandbox, cpu); STRING(sandbox, created_at);
	      NUMBER(sandbox, disk_size); NUMBER(sandbox, memory); STRING(sandbox, name); STRING(sandbox, status);
	      NUMBER(sandbox, storage));
	MODEL(pagination, NUMBER(pagination, page); NUMBER(pagination, page_size); NUMBER(pagination, total_items);
	      NUMBER(pagination, total_pages));
	MODEL(sandbox_list, LIST(sandbox_list, data); MEMBER(sandbox_list, pagination));
	MODEL(sandbox_deletion, STRING(sandbox_deletion, id); STRING(sandbox_deletion, message);
	      BOOLEAN(sandbox_deletion, snapshot_created); STRING(sandbox_deletion, snapshot_name);
	      BOOLEAN(sandbox_deletion, storage_deleted); STRING(sandbox_deletion, storage_name));
	MODEL(sandbox_deletion_error, STRING(sandbox_deletion_error, id); STRING(sandbox_deletion_error, error));
	MODEL(sandbox_deletions, NUMBER(sandbox_deletions, deleted_count); STRING(sandbox_deletions, message);
	      LIST(sandbox_deletions, errors); NUMBER(sandbox_deletions, storage_deleted_count);
	      PRESENCE(sandbox_deletions, deleted_ids));
	MODEL(execution, STRING(execution, id); STRING(execution, completed_at); STRING(execution, created_at);
	      INTEGER(execution, execution_time_ms); INTEGER(execution, exit_code); STRING(execution, status);
	      STRING(execution, stderr); STRING(execution, stdout));
	MODEL(uploaded_file, STRING(uploaded_file, message); STRING(uploaded_file, path); INTEGER(uploaded_file, size));
}

static void accessors_of_volumes(void **state)
{
	(void)state;
	MODEL(volume_mount, STRING(volume_mount, sandbox_id); STRING(volume_mount, sandbox_name));
	MODEL(volume, STRING(volume, id); STRING(volume, created_at); STRING(volume, name); STRING(volume, size);
	      STRING(volume, status); BOOLEAN(volume, in_use); STRING(volume, type); MEMBER(volume, mounted_by);
	      STRING(volume, source_volume_id); STRING(volume, source_volume_name));
	MODEL(volume_list, LIST(volume_list, data); MEMBER(volume_list, pagination));
	MODEL(volume_deletion, STRING(volume_deletion, id); STRING(volume_deletion, message);
	      STRING(volume_deletion, type));
	MODEL(snapshot, STRING(snapshot, id); STRING(snapshot, consistency); STRING(snapshot, created_at);
	      STRING(snapshot, name); STRING(snapshot, sandbox_id); STRING(snapshot, sandbox_name);
	      STRING(snapshot, status); STRING(snapshot, volume_id); STRING(snapshot, volume_name));
}

static void lists_of_texts(void **state)
{
	(void)state;
	sbx_sandbox_deletions *model =
	        model_of(&sbx__sandbox_deletions_descriptor, "{\"deleted_ids\":[\"a\",\"b\\u0000c\",3,null]}");
	assert_int_equal(sbx_sandbox_deletions_deleted_ids_count(model), 4);
	assert_string_equal(sbx_sandbox_deletions_deleted_ids_at(model, 0), "a");
	assert_int_equal(sbx_sandbox_deletions_deleted_ids_at_length(model, 1), 3);
	assert_memory_equal(sbx_sandbox_deletions_deleted_ids_at(model, 1), "b\0c", 4);
	assert_string_equal(sbx_sandbox_deletions_deleted_ids_at(model, 2), "");
	assert_string_equal(sbx_sandbox_deletions_deleted_ids_at(model, 3), "");
	assert_null(sbx_sandbox_deletions_deleted_ids_at(model, 4));
	assert_int_equal(sbx_sandbox_deletions_deleted_ids_at_length(model, (size_t)-1), 0);
	assert_null(sbx_sandbox_deletions_deleted_ids_at(NULL, 0));
	sbx_sandbox_deletions_free(model);
}

/* ---- what a server may get wrong ---- */

static void absent_null_and_present_are_told_apart(void **state)
{
	(void)state;
	sbx_execution *model =
	        model_of(&sbx__execution_descriptor, "{\"exit_code\":0,\"stdout\":null,\"stderr\":\"\"}");
	assert_int_equal(sbx_execution_has_exit_code(model), SBX_PRESENT);
	assert_int_equal(sbx_execution_exit_code(model), 0);
	assert_int_equal(sbx_execution_has_stdout(model), SBX_NULL);
	assert_string_equal(sbx_execution_stdout(model), "");
	assert_int_equal(sbx_execution_has_stderr(model), SBX_PRESENT);
	assert_int_equal(sbx_execution_has_id(model), SBX_ABSENT);
	sbx_execution_free(model);
}

static void wrong_types_read_as_nothing_and_stay(void **state)
{
	(void)state;
	static const char *const values[] = {"null", "true", "\"7\"", "[7]", "{\"a\":7}", "7", "7.5"};
	for (size_t index = 0; index < sizeof values / sizeof values[0]; index++) {
		char text[256];
		snprintf(text, sizeof text,
		         "{\"exit_code\":%s,\"stdout\":%s,\"data\":%s,\"pagination\":%s,\"cpu\":%s,\"in_use\":%s}",
		         values[index], values[index], values[index], values[index], values[index], values[index]);
		sbx_execution *run = model_of(&sbx__execution_descriptor, text);
		if (values[index][0] != '7')
			assert_int_equal(sbx_execution_exit_code(run), 0);
		assert_string_equal(sbx_execution_stdout(run), values[index][0] == '"' ? "7" : "");
		sbx_sandbox_list *list = model_of(&sbx__sandbox_list_descriptor, text);
		bool array = values[index][0] == '[', object = values[index][0] == '{';
		assert_int_equal(sbx_sandbox_list_data_count(list), array);
		assert_int_equal(sbx_sandbox_list_data_at(list, 0) != NULL, array);
		assert_string_equal(sbx_sandbox_id(sbx_sandbox_list_data_at(list, 0)), "");
		assert_int_equal(sbx_sandbox_list_pagination(list) != NULL, object);
		assert_true(sbx_pagination_page(sbx_sandbox_list_pagination(list)) == 0);
		sbx_sandbox *sandbox = model_of(&sbx__sandbox_descriptor, text);
		assert_true(sbx_sandbox_cpu(sandbox) == atof(values[index]));
		sbx_volume *volume = model_of(&sbx__volume_descriptor, text);
		assert_int_equal(sbx_volume_in_use(volume), strcmp(values[index], "true") == 0);
		char *printed;
		assert_int_equal(sbx_volume_to_json(volume, 0, &printed, NULL, NULL), SBX_OK);
		assert_string_equal(printed, text);
		sbx_string_free(printed);
		sbx_execution_free(run);
		sbx_sandbox_list_free(list);
		sbx_sandbox_free(sandbox);
		sbx_volume_free(volume);
	}
}

static void unknown_fields_stay(void **state)
{
	(void)state;
	static const char text[] = "{\"zzz\":[1,{\"q\":null}],\"id\":\"a\",\"id2\":\"b\",\"data\":[{\"new\":1}]}";
	char *printed;
	sbx_sandbox *model = model_of(&sbx__sandbox_descriptor, text);
	assert_string_equal(sbx_sandbox_id(model), "a");
	assert_string_equal(sbx_json_string(sbx_json_get(sbx_sandbox_json(model), "id2"), NULL), "b");
	assert_int_equal(sbx_sandbox_to_json(model, 0, &printed, NULL, NULL), SBX_OK);
	assert_string_equal(printed, text);
	sbx_string_free(printed);
	sbx_sandbox_free(model);
	sbx_sandbox_list *list = model_of(&sbx__sandbox_list_descriptor, text);
	assert_int_equal(sbx_json_integer(sbx_json_get(sbx_sandbox_json(sbx_sandbox_list_data_at(list, 0)), "new")), 1);
	sbx_sandbox_list_free(list);
}

static void lists_of_anything_are_survived(void **state)
{
	(void)state;
	sbx_sandbox_list *list = model_of(&sbx__sandbox_list_descriptor,
	                                  "{\"data\":[null,1,\"x\",[],{\"id\":\"a\"},{\"id\":5},[{\"id\":\"b\"}]]}");
	static const char *const ids[] = {"", "", "", "", "a", "", ""};
	assert_int_equal(sbx_sandbox_list_data_count(list), 7);
	for (size_t index = 0; index < 7; index++)
		assert_string_equal(sbx_sandbox_id(sbx_sandbox_list_data_at(list, index)), ids[index]);
	assert_null(sbx_sandbox_list_data_at(list, 7));
	assert_null(sbx_sandbox_list_data_at(list, (size_t)-1));
	sbx_sandbox_list_free(list);
}

static void only_an_object_is_a_model(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
	        {"null", "The answer is null in the place of an object"},
	        {"true", "The answer is a boolean in the place of an object"},
	        {"1", "The answer is an integer in the place of an object"},
	        {"1.5", "The answer is a number in the place of an object"},
	        {"\"x\"", "The answer is a string in the place of an object"},
	        {"[{}]", "The answer is an array in the place of an object"},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++)
		for (int strict = 0; strict <= 1; strict++) {
			sbx__model *model = NULL;
			sbx_error *error = NULL;
			assert_int_equal(sbx__model_new(&sbx__sandbox_descriptor, json_of(cases[index][0]), strict,
			                                &model, &error),
			                 SBX_ERROR_RESPONSE_VALIDATION);
			assert_string_equal(sbx_error_message(error), cases[index][1]);
			assert_null(model);
			sbx_error_free(error);
		}
}

#define PAGE "\"pagination\":{\"page\":1,\"page_size\":2,\"total_items\":3,\"total_pages\":4}"

static void strict_validation_names_what_is_wrong(void **state)
{
	(void)state;
	static const struct {
		const sbx__model_descriptor *descriptor;
		const char *text, *message;
	} cases[] = {
	        {&sbx__uploaded_file_descriptor, "{\"message\":\"m\",\"path\":\"p\",\"size\":1,\"more\":[]}", NULL},
	        {&sbx__uploaded_file_descriptor, "{\"message\":\"m\",\"path\":\"p\"}",
		 "The answer's uploaded_file has no size"},
	        {&sbx__uploaded_file_descriptor, "{\"message\":null,\"path\":\"p\",\"size\":1}",
		 "The answer's uploaded_file has no message"},
	        {&sbx__uploaded_file_descriptor, "{\"message\":\"m\",\"path\":7,\"size\":1}",
		 "The answer's uploaded_file has an integer as its path"},
	        {&sbx__uploaded_file_descriptor, "{\"message\":\"m\",\"path\":\"p\",\"size\":1.5}",
		 "The answer's uploaded_file has a number as its size"},
	        {&sbx__sandbox_list_descriptor, "{\"data\":[]," PAGE "}", NULL},
	        {&sbx__sandbox_list_descriptor, "{\"data\":{}," PAGE "}",
		 "The answer's sandbox_list has an object as its data"},
	        {&sbx__sandbox_list_descriptor, "{\"data\":[null]," PAGE "}",
		 "The answer has null in the place of a sandbox"},
	        {&sbx__sandbox_list_descriptor, "{\"data\":[{}]," PAGE "}", "The answer's sandbox has no id"},
	        {&sbx__sandbox_list_descriptor, "{\"data\":[],\"pagination\":[]}",
		 "The answer's sandbox_list has an array as its pagination"},
	        {&sbx__sandbox_list_descriptor, "{\"data\":[],\"pagination\":{\"page\":\"1\"}}",
		 "The answer's pagination has a string as its page"},
	        {&sbx__volume_deletion_descriptor, "{\"id\":\"a\",\"message\":\"m\",\"type\":null}", NULL},
	        {&sbx__volume_deletion_descriptor, "{\"id\":\"a\",\"message\":\"m\",\"type\":false}",
		 "The answer's volume_deletion has a boolean as its type"},
	        {&sbx__sandbox_deletions_descriptor,
		 "{\"deleted_count\":1,\"deleted_ids\":[\"a\",7],\"message\":\"m\"}",
		 "The answer's sandbox_deletions has an integer among its deleted_ids"},
	        {&sbx__sandbox_deletions_descriptor,
		 "{\"deleted_count\":1.0,\"deleted_ids\":[\"a\"],\"message\":\"m\"}", NULL},
	        {&sbx__sandbox_deletion_descriptor, "{\"id\":\"a\",\"message\":\"m\",\"storage_deleted\":1}",
		 "The answer's sandbox_deletion has an integer as its storage_deleted"},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx__model *model = NULL;
		sbx_error *error = NULL;
		sbx_status status =
		        sbx__model_new(cases[index].descriptor, json_of(cases[index].text), true, &model, &error);
		assert_int_equal(status, cases[index].message ? SBX_ERROR_RESPONSE_VALIDATION : SBX_OK);
		assert_string_equal(sbx_error_message(error), cases[index].message ? cases[index].message : "");
		assert_int_equal(model != NULL, cases[index].message == NULL);
		sbx_error_free(error);
		sbx__model_unref(model);
		/* Without it all of these are accepted. */
		sbx__model_unref(model_of(cases[index].descriptor, cases[index].text));
	}
}

/* A field of every type that the description may have, those included that no operation answers yet. */
static void every_type_is_validated(void **state)
{
	(void)state;
	static const struct {
		sbx__type type;
		const char *right, *wrong;
	} cases[] = {
	        {SBX__STRING, "\"\"", "1"},
	        {SBX__INTEGER, "1", "1.0"},
	        {SBX__NUMBER, "1", "\"1\""},
	        {SBX__NUMBER, "1.5", "true"},
	        {SBX__BOOLEAN, "false", "0"},
	        {SBX__STRING_MAP, "{}", "[]"},
	        {SBX__OBJECT, "{\"a\":1}", "1"},
	        {SBX__STRING_LIST, "[]", "{}"},
	        {SBX__STRING_LIST, "[\"a\"]", "[null]"},
	        {(sbx__type)99, NULL, "1"},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		const sbx__field field = {"f", cases[index].type, true, NULL};
		const sbx__model_descriptor descriptor = {"thing", &field, 1};
		const char *const values[] = {cases[index].right, cases[index].wrong};
		for (int wrong = 0; wrong <= 1; wrong++) {
			sbx__model *model = NULL;
			char text[64];
			if (!values[wrong])
				continue;
			snprintf(text, sizeof text, "{\"f\":%s}", values[wrong]);
			assert_int_equal(sbx__model_new(&descriptor, json_of(text), true, &model, NULL),
			                 wrong ? SBX_ERROR_RESPONSE_VALIDATION : SBX_OK);
			sbx__model_unref(model);
		}
	}
}

/* ---- lives ---- */

static void a_part_keeps_the_whole(void **state)
{
	(void)state;
	sbx_sandbox_list *list = model_of(&sbx__sandbox_list_descriptor,
	                                  "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"pagination\":{\"page\":3}}");
	sbx_sandbox *second = sbx_sandbox_ref(sbx_sandbox_list_data_at(list, 1));
	sbx_pagination *page = sbx_pagination_ref(sbx_sandbox_list_pagination(list));
	assert_ptr_equal(second, sbx_sandbox_list_data_at(list, 1));
	sbx_sandbox_list_free(list);
	assert_string_equal(sbx_sandbox_id(second), "b");
	sbx_sandbox_free(second);
	assert_true(sbx_pagination_page(page) == 3);
	sbx_pagination_free(page);
}

static void *use_a_list(void *argument)
{
	const sbx_sandbox_list *list = argument;
	for (size_t round = 0; round < 2000; round++) {
		char *text;
		sbx_sandbox *sandbox = sbx_sandbox_ref(sbx_sandbox_list_data_at(list, round % 3));
		if (strcmp(sbx_sandbox_id(sandbox), "abc") != 0 || sbx_sandbox_cpu(sandbox) != 2.5)
			return argument;
		if (round % 50 == 0) {
			if (sbx_sandbox_list_to_json(list, 2, &text, NULL, NULL) != SBX_OK)
				return argument;
			sbx_string_free(text);
		}
		sbx_sandbox_free(sandbox);
	}
	/* Each thread gives back a reference of its own; the last one frees. */
	sbx_sandbox_list_free((sbx_sandbox_list *)argument);
	return NULL;
}

static void many_threads_share_one_answer(void **state)
{
	(void)state;
	pthread_t threads[8];
	sbx_sandbox_list *list = model_of(&sbx__sandbox_list_descriptor,
	                                  "{\"data\":[{\"id\":\"abc\",\"cpu\":2.5},{\"id\":\"abc\",\"cpu\":2.5},"
	                                  "{\"id\":\"abc\",\"cpu\":2.5}],\"n\":1.25}");
	for (size_t index = 0; index < 8; index++)
		assert_int_equal(pthread_create(&threads[index], NULL, use_a_list, sbx_sandbox_list_ref(list)), 0);
	sbx_sandbox_list_free(list);
	for (size_t index = 0; index < 8; index++) {
		void *failed;
		assert_int_equal(pthread_join(threads[index], &failed), 0);
		assert_null(failed);
	}
}

static void an_integer_has_no_fraction(void **state)
{
	(void)state;
	sbx_execution *whole = model_of(&sbx__execution_descriptor, "{\"exit_code\":3.0}");
	sbx_execution *broken = model_of(&sbx__execution_descriptor, "{\"exit_code\":3.5}");
	assert_int_equal(sbx_execution_exit_code(whole), 3);
	assert_int_equal(sbx_execution_exit_code(broken), 0);
	sbx_execution_free(whole);
	sbx_execution_free(broken);
}

static void an_integer_of_more_bits_is_the_nearest(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t read;
	} cases[] = {
	        {"{\"exit_code\":9223372036854775807}", INT64_MAX},
	        {"{\"exit_code\":9223372036854775808}", INT64_MAX},
	        {"{\"exit_code\":18446744073709551615}", INT64_MAX},
	        {"{\"exit_code\":100000000000000000000}", INT64_MAX},
	        {"{\"exit_code\":1e20}", INT64_MAX},
	        {"{\"exit_code\":-9223372036854775808}", INT64_MIN},
	        {"{\"exit_code\":-9223372036854775809}", INT64_MIN},
	        {"{\"exit_code\":-1e300}", INT64_MIN},
	};
	for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
		sbx_execution *execution = model_of(&sbx__execution_descriptor, cases[index].text);
		assert_true(sbx_execution_exit_code(execution) == cases[index].read);
		sbx_execution_free(execution);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(an_integer_has_no_fraction),
	        cmocka_unit_test(an_integer_of_more_bits_is_the_nearest),
	        cmocka_unit_test(accessors_of_sandboxes),
	        cmocka_unit_test(accessors_of_volumes),
	        cmocka_unit_test(lists_of_texts),
	        cmocka_unit_test(absent_null_and_present_are_told_apart),
	        cmocka_unit_test(wrong_types_read_as_nothing_and_stay),
	        cmocka_unit_test(unknown_fields_stay),
	        cmocka_unit_test(lists_of_anything_are_survived),
	        cmocka_unit_test(only_an_object_is_a_model),
	        cmocka_unit_test(strict_validation_names_what_is_wrong),
	        cmocka_unit_test(every_type_is_validated),
	        cmocka_unit_test(a_part_keeps_the_whole),
	        cmocka_unit_test(many_threads_share_one_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
