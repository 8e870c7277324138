#include "tar_upload.h"

int tar_upload_begin(struct request *request)
{
	struct service *service = request->service;
	struct sandbox sandbox = {0};
	struct use use;
	const char *path;

	if (request_path(request, &path) < 0)
		return -1;
	int result = request_sandbox(request, &use, &sandbox);
	if (result == 0)
		result = disk_check(service->disk, &sandbox, &request->problem);
	if (result == 0)
		disk_watch(service->disk, &sandbox);
	if (result == 0)
		result = service->engine->unpack(service->engine, &sandbox, path, &request->archive, &request->problem);
	use_end(&service->uses, &use);
	sandbox_free(&sandbox);
	return result;
}

/* Whatever is made in the sandbox is made within a use of it, so that its deletion waits for that, and only for that.
 */
int tar_upload_feed(struct request *request, const char *data, size_t length)
{
	struct sandbox sandbox = {0};
	struct use use;

	int result = request_sandbox(request, &use, &sandbox);
	if (result == 0)
		result = tar_unpack_feed(request->archive, data, length, &request->problem);
	use_end(&request->service->uses, &use);
	sandbox_free(&sandbox);
	return result;
}

int tar_upload_finish(struct request *request, struct MHD_Response **response)
{
	struct sandbox sandbox = {0};
	struct tar_unpacked done;
	struct json_writer writer = {0};
	struct use use;
	const char *path;

	int result = request_sandbox(request, &use, &sandbox);
	if (result == 0)
		result = tar_unpack_finish(request->archive, &done, &request->problem);
	if (result == 0)
		disk_watch(request->service->disk, &sandbox);
	use_end(&request->service->uses, &use);
	sandbox_free(&sandbox);
	if (result < 0 || request_path(request, &path) < 0)
		return -1;
	json_open(&writer, '{');
	json_string(&writer, "message", "Archive unpacked");
	json_string(&writer, "path", path);
	json_integer(&writer, "size", done.bytes);
	json_integer(&writer, "entries", done.entries);
	json_integer(&writer, "skipped", done.skipped);
	json_close(&writer, '}');
	return request_answer(request, &writer, response);
}

void tar_upload_free(struct request *request)
{
	struct use use;

	if (!request->archive)
		return;
	use_begin(&request->service->uses, &use, request->id);
	tar_unpack_free(request->archive);
	use_end(&request->service->uses, &use);
	request->archive = NULL;
}
