/*
 * libcurl loaded and set up, and nothing else: what any program that uses it begins with.
 */
#include <curl/curl.h>

int main(void)
{
	return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : 1;
}
