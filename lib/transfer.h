/*
 * Files and directories between this machine and a session's sandbox. The API moves single files: a directory travels
 * in an archive, which tar makes or unpacks in the sandbox. transfer_send.c is the way there, transfer_receive.c the
 * way back. Where the sandbox has no tar the server is asked to do it, as transfer_by_server.c says.
 */
#ifndef SBX_LIB_TRANSFER_H
#define SBX_LIB_TRANSFER_H

#include "buffer.h"
#include "pack.h"
#include "sequence.h"
#include "session.h"
#include "unpack.h"

/* What a script says by its exit code: numbers that neither the shell nor its programs use. */
enum {
	SBX__NO_TAR = 113,
	SBX__NOT_THERE = 114,
	SBX__NO_DIRECTORY = 115,
};

/* A directory on its way. */
typedef struct sbx__transfer {
	sbx__sequence sequence;
	sbx_session *session; /* a reference */
	sbx_transfer_options options;
	char *local;
	char *remote;
	char *archive;     /* in the sandbox */
	bool by_server;    /* which packs and unpacks, for the sandbox has no tar */
	sbx_pair *headers; /* of the request that asks it to */
	char *url;
	sbx__pack *pack;
	int kept; /* the archive on this machine, where a loop fetches it; -1: not there */
	sbx__unpacking *unpacking;
	sbx_source source;
	sbx_sink sink;
	sbx_error *failure; /* that is told when all is cleaned up */
} sbx__transfer;

/* A file as the parameters of its upload or download. */
typedef struct sbx__file_params {
	sbx_source source;
	sbx_sink sink;
	sbx_sandboxes_upload_params upload;
	sbx_sandboxes_download_params download;
} sbx__file_params;

/* The options are copied, as sbx__unpack_begin() wants them. */
sbx_status sbx__transfer_new(sbx_session *session, const char *local, const char *remote,
                             const sbx_transfer_options *known, const sbx_request_options *options, bool started,
                             sbx__transfer **made, sbx_error **error);
static inline sbx__transfer *sbx__transfer_of(sbx__sequence *sequence)
{
	return (sbx__transfer *)sequence;
}
/* Next a command is run in the sandbox; the script is freed. */
void sbx__transfer_run(sbx__transfer *moved, sbx__buffer *script, sbx__sequence_then then);
/* What a command has said. */
sbx_status sbx__transfer_judge(const sbx__transfer *moved, const sbx_execution *execution, sbx_error **error);
/* That the sandbox has no tar, and its server does not do what tar does. */
sbx_status sbx__transfer_fail_without_tar(sbx_error **error);
/* Removes the archive from the sandbox, whatever comes of it, and then ends: with the failure, unless it is NULL. */
void sbx__transfer_clean_up(sbx__transfer *moved, sbx_error *failure);
/* The parameters of a file. They point to the paths, and to themselves. */
void sbx__transfer_read_file(sbx__file_params *params, const char *local, const char *remote);

/* Next the packed directory goes to the server, for it to unpack. */
void sbx__transfer_send_by_server(sbx__transfer *moved, sbx__sequence_then then);
/* Makes the request whose options these are one for a directory as an archive. */
sbx_status sbx__transfer_accept_archive(sbx__transfer *moved, sbx_request_options *options, sbx_error **error);
/* What a server that was asked has said: with an answer to a download, or the failure, which is taken over. */
sbx_status sbx__transfer_judge_server(const sbx_response *download, sbx_error *failure, sbx_error **error);

/* Makes the sequence that sends a directory, or fetches one, or a file where `directory` does not say which. */
sbx_status sbx__transfer_send(sbx_session *session, const char *local, const char *remote,
                              const sbx_transfer_options *known, const sbx_request_options *options, bool started,
                              sbx__sequence **sequence, sbx_error **error);
sbx_status sbx__transfer_receive(sbx_session *session, const char *local, const char *remote,
                                 const sbx_transfer_options *known, const sbx_request_options *options, bool started,
                                 sbx__sequence **sequence, sbx_error **error);

#endif
