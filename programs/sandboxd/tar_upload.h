/* An upload whose body is a tar archive: a directory in one request. */
#ifndef SANDBOXD_TAR_UPLOAD_H
#define SANDBOXD_TAR_UPLOAD_H

#include "request.h"

#define TAR_TYPE "application/x-tar"

int tar_upload_begin(struct request *request);
int tar_upload_feed(struct request *request, const char *data, size_t length);
int tar_upload_finish(struct request *request, struct MHD_Response **response);
void tar_upload_free(struct request *request);

#endif
