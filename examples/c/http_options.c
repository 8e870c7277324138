/*
 * Lists sandboxes through a proxy, with authorities of one's own, and lets no surprise come from outside.
 *
 * Usage: http_options PROXY CA_FILE, with the key and the URL in SANDBOX_SDK_API_KEY and SANDBOX_SDK_BASE_URL
 */
#include <sandbox_sdk.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: http_options PROXY CA_FILE\n");
		return 2;
	}
	sbx_client *client = NULL;
	sbx_sandbox_list *list = NULL;
	sbx_error *error = NULL;
	int exit_code = 1;

	sbx_http_options http = SBX_HTTP_OPTIONS_INIT;
	http.proxy = argv[1];                         /* "http://user:password@proxy.example:3128" */
	http.environment_proxies = SBX_FLAG_NO;       /* nothing else says where requests go */
	http.ca_file = argv[2];                       /* these authorities, and not the system's */
	http.minimum_tls = SBX_TLS_1_3;               /* no older version is spoken */
	http.compression = SBX_COMPRESSION_DOCUMENTS; /* JSON may come compressed */
	http.follow_redirects = SBX_FLAG_NO;          /* an answer that points elsewhere is an error */
	http.max_document_bytes = 16 << 20;           /* as is one that is larger */

	sbx_client_options options = SBX_CLIENT_OPTIONS_INIT;
	options.http = &http;
	if (sbx_client_new(&client, &options, &error) < 0)
		goto done;
	if (sbx_sandboxes_list(client, NULL, NULL, &list, &error) < 0)
		goto done;
	printf("%.0f sandboxes\n", sbx_pagination_total_items(sbx_sandbox_list_pagination(list)));
	exit_code = 0;
done:
	if (error)
		fprintf(stderr, "http_options: %s\n", sbx_error_message(error));
	sbx_error_free(error);
	sbx_sandbox_list_free(list);
	sbx_client_free(client);
	return exit_code;
}
