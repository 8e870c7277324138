/* The known fields of each model, read through its typed accessors. */
#include "driver.h"

/* Sets a field unless it is absent; a null is not read through the accessor. */
static void put(sbx_json *fields, const char *name, sbx_presence presence, sbx_json *value)
{
	if (presence == SBX_PRESENT) {
		set(fields, name, value);
		return;
	}
	sbx_json_free(value);
	if (presence == SBX_NULL)
		set(fields, name, sbx_json_new_null());
}

#define PUT(model, field, value) put(fields, #field, sbx_##model##_has_##field(from), value)
#define PUT_STRING(model, field) \
	PUT(model, field, sbx_json_new_string(sbx_##model##_##field(from), sbx_##model##_##field##_length(from)))
#define PUT_NUMBER(model, field) PUT(model, field, sbx_json_new_number(sbx_##model##_##field(from)))
#define PUT_INTEGER(model, field) PUT(model, field, sbx_json_new_integer(sbx_##model##_##field(from)))
#define PUT_BOOLEAN(model, field) PUT(model, field, sbx_json_new_boolean(sbx_##model##_##field(from)))
#define PUT_MODEL(model, field, of) PUT(model, field, fields_of_##of(sbx_##model##_##field(from)))
#define PUT_LIST(model, field, of) \
	do { \
		sbx_json *list = built(sbx_json_new_array()); \
		for (size_t index = 0; index < sbx_##model##_##field##_count(from); index++) \
			sbx_json_append(list, fields_of_##of(sbx_##model##_##field##_at(from, index))); \
		PUT(model, field, list); \
	} while (0)

sbx_json *fields_of_sandbox(const sbx_sandbox *from)
{
	sbx_json *fields = built(sbx_json_new_object());

	PUT_STRING(sandbox, id);
	PUT_NUMBER(sandbox, cpu);
	PUT_STRING(sandbox, created_at);
	PUT_NUMBER(sandbox, disk_size);
	PUT_NUMBER(sandbox, memory);
	PUT_STRING(sandbox, name);
	PUT_STRING(sandbox, status);
	PUT_NUMBER(sandbox, storage);
	return fields;
}

static sbx_json *fields_of_pagination(const sbx_pagination *from)
{
	sbx_json *fields = built(sbx_json_new_object());

	PUT_NUMBER(pagination, page);
	PUT_NUMBER(pagination, page_size);
	PUT_NUMBER(pagination, total_items);
	PUT_NUMBER(pagination, total_pages);
	return fields;
}

sbx_json *fields_of_sandbox_list(const sbx_sandbox_list *from)
{
	sbx_json *fields = built(sbx_json_new_object());

	PUT_LIST(sandbox_list, data, sandbox);
	PUT_MODEL(sandbox_list, pagination, pagination);
	return fields;
}

sbx_json *fields_of_sandbox_deletion(const sbx_sandbox_deletion *from)
{
	sbx_json *fields = built(sbx_json_new_object());

	PUT_STRING(sandbox_deletion, id);
	PUT_STRING(sandbox_deletion, message);
	PUT_BOOLEAN(sandbox_deletion, snapshot_created);
	PUT_STRING(sandbox_deletion, snapshot_name);
	PUT_BOOLEAN(sandbox_deletion, storage_deleted);
	PUT_STRING(sandbox_deletion, storage_name);
	return fields;
}

static sbx_json *fields_of_sandbox_deletion_error(const sbx_sandbox_deletion_error *from)
{
	sbx_json *fields = built(sbx_json_new_object());

	PUT_STRING(sandbox_deletion_error, id);
	PUT_STRING(sandbox_deletion_error, error);
	return fields;
}

static sbx_json *deleted_ids(const sbx_sandbox_deletions *from)
{
	sbx_json *list = built(sbx_json_new_array());

	for (size_t index = 0; index < sbx_sandbox_deletions_deleted_ids_count(from); index++) {
		const char *id = sbx_sandbox_deletions_deleted_ids_at(from, index);
		size_t length = sbx_sandbox_deletions_deleted_ids_at_length(from, index);

		sbx_json_append(list, sbx_json_new_string(id, length));
	}
	return list;
}

sbx_json *fields_of_sandbox_deletions(const sbx_sandbox_deletions *from)
{
	sbx_json *fields = built(sbx_json_new_object());

	PUT_NUMBER(sandbox_deletions, deleted_count);
	PUT(sandbox_deletions, deleted_ids, deleted_ids(from));
	PUT_STRING(sandbox_deletions, message);
	PUT_LIST(sandbox_deletions, errors, sandbox_deletion_error);
	PUT_NUMBER(sandbox_deletions, storage_deleted_count);
	return fields;
}

sbx_json *fields_of_execution(const sbx_execution *from)
{
	sbx_json *fields = built(sbx_json_new_object());

	PUT_STRING(execution, id);
	PUT_STRING(execution, completed_at);
	PUT_STRING(execution, created_at);
	PUT_INTEGER(execution, execution_time_ms);
	PUT_INTEGER(execution, exit_code);
	PUT_STRING(execution, status);
	PUT_STRING(execution, stderr);
	PUT_STRING(execution, stdout);
	return fields;
}

sbx_json *fields_of_uploaded_file(const sbx_uploaded_file *from)
{
	sbx_json *fields = built(sbx_json_new_object());

	PUT_STRING(uploaded_file, message);
	PUT_STRING(uploaded_file, path);
	PUT_INTEGER(uploaded_file, size);
	return fields;
}

static sbx_json *fields_of_volume_mount(const sbx_volume_mount *from)
{
	sbx_json *fields = built(sbx_json_new_object());

	PUT_STRING(volume_mount, sandbox_id);
	PUT_STRING(volume_mount, sandbox_name);
	return fields;
}

sbx_json *fields_of_volume(const sbx_volume *from)
{
	sbx_json *fields = built(sbx_json_new_object());

	PUT_STRING(volume, id);
	PUT_STRING(volume, created_at);
	PUT_STRING(volume, name);
	PUT_STRING(volume, size);
	PUT_STRING(volume, status);
	PUT_BOOLEAN(volume, in_use);
	PUT_STRING(volume, type);
	PUT_MODEL(volume, mounted_by, volume_mount);
	PUT_STRING(volume, source_volume_id);
	PUT_STRING(volume, source_volume_name);
	return fields;
}

sbx_json *fields_of_volume_list(const sbx_volume_list *from)
{
	sbx_json *fields = built(sbx_json_new_object());

	PUT_LIST(volume_list, data, volume);
	PUT_MODEL(volume_list, pagination, pagination);
	return fields;
}

sbx_json *fields_of_volume_deletion(const sbx_volume_deletion *from)
{
	sbx_json *fields = built(sbx_json_new_object());

	PUT_STRING(volume_deletion, id);
	PUT_STRING(volume_deletion, message);
	PUT_STRING(volume_deletion, type);
	return fields;
}

sbx_json *fields_of_snapshot(const sbx_snapshot *from)
{
	sbx_json *fields = built(sbx_json_new_object());

	PUT_STRING(snapshot, id);
	PUT_STRING(snapshot, consistency);
	PUT_STRING(snapshot, created_at);
	PUT_STRING(snapshot, name);
	PUT_STRING(snapshot, sandbox_id);
	PUT_STRING(snapshot, sandbox_name);
	PUT_STRING(snapshot, status);
	PUT_STRING(snapshot, volume_id);
	PUT_STRING(snapshot, volume_name);
	return fields;
}
