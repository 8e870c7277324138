#include "request.h"

static struct MHD_Response *json_response(struct json_writer *writer)
{
	struct MHD_Response *response = NULL;

	if (!writer->text.failed)
		response =
		        MHD_create_response_from_buffer(writer->text.length, writer->text.data, MHD_RESPMEM_MUST_FREE);
	if (!response) {
		sbx__buffer_free(&writer->text);
		return NULL;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
	return response;
}

int request_json(struct request *request, struct json_body **body)
{
	/* The parser wants a NUL behind the text. */
	sbx__buffer_append(&request->body, "", 1);
	if (request->body.failed)
		return problem_memory(&request->problem);
	return json_body_parse(request->body.data, request->body.length - 1, body, &request->problem);
}

int request_answer(struct request *request, struct json_writer *writer, struct MHD_Response **response)
{
	struct MHD_Response *made = json_response(writer);
	if (!made)
		return problem_memory(&request->problem);
	*response = made;
	return 0;
}

struct MHD_Response *request_problem_answer(const struct request *request)
{
	struct json_writer writer = {0};

	problem_write(&request->problem, &writer);
	return json_response(&writer);
}
