#include "request.h"

#include <string.h>

/* The text is used up. What is sent is counted: it is all there. */
static struct MHD_Response *text_response(struct request *request, sbx__buffer *text, const char *type)
{
	struct MHD_Response *response = NULL;

	if (!text->failed)
		response = MHD_create_response_from_buffer(text->length, text->data, MHD_RESPMEM_MUST_FREE);
	if (!response) {
		sbx__buffer_free(text);
		return NULL;
	}
	request->sent = text->length;
	request->answer = text->data;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	return response;
}

int request_client(const struct request *request)
{
	const union MHD_ConnectionInfo *info =
	        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	return info ? info->connect_fd : -1;
}

int request_sandbox(struct request *request, struct use *use, struct sandbox *sandbox)
{
	use_begin(&request->service->uses, use, request->id);
	return store_find(request->service->store, request->id, sandbox, &request->problem);
}

int request_path(struct request *request, const char **path)
{
	size_t length;
	if (MHD_lookup_connection_value_n(request->connection, MHD_GET_ARGUMENT_KIND, "path", 4, path, &length) !=
	            MHD_YES ||
	    !*path)
		return problem_set(&request->problem, PROBLEM_VALIDATION, "path", "path is required");
	if (strlen(*path) != length)
		return problem_set(&request->problem, PROBLEM_VALIDATION, "path", "path has a NUL character in it");
	return 0;
}

int request_json(struct request *request, struct json_body **body)
{
	/* The parser wants a NUL behind the text. */
	sbx__buffer_append(&request->body, "", 1);
	if (request->body.failed)
		return problem_memory(&request->problem);
	return json_body_parse(request->body.data, request->body.length - 1, body, &request->problem);
}

int request_answer_text(struct request *request, sbx__buffer *text, const char *type, struct MHD_Response **response)
{
	struct MHD_Response *made = text_response(request, text, type);
	if (!made)
		return problem_memory(&request->problem);
	*response = made;
	return 0;
}

int request_answer(struct request *request, struct json_writer *writer, struct MHD_Response **response)
{
	return request_answer_text(request, &writer->text, "application/json", response);
}

struct MHD_Response *request_problem_answer(struct request *request)
{
	struct json_writer writer = {0};

	problem_write(&request->problem, &writer);
	return text_response(request, &writer.text, "application/json");
}
