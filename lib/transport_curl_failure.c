#include "transport_curl_failure.h"

#include <stdio.h>
#include <string.h>

/* Words for a failure that another attempt would meet again; NULL: there are none. */
typedef const char *words;

#define ASK_FOR_RENEWAL "; it has to be renewed, or this machine's clock is wrong"
#define TRUST_IT "; if it is to be trusted, name it in ca_file, ca_directory or ca_data"

/* What OpenSSL says of a certificate (X509_verify_cert(), X509_STORE_CTX_get_error(3ssl)). */
static words verification_words(long result, bool proxy)
{
	const struct {
		long result;
		words server;
		words proxy;
	} table[] = {
	        {3, "crl_file has no list of the authority of the server's certificate, or of one above it",
		 "crl_file has no list of the authority of the proxy's certificate, or of one above it"},
	        {9, "the server's certificate is not valid yet; is this machine's clock right?",
		 "the proxy's certificate is not valid yet; is this machine's clock right?"},
	        {10, "the server's certificate has expired" ASK_FOR_RENEWAL,
		 "the proxy's certificate has expired" ASK_FOR_RENEWAL},
	        {12, "a list of revoked certificates in crl_file has expired; it has to be renewed",
		 "a list of revoked certificates in crl_file has expired; it has to be renewed"},
	        {18, "the server's certificate is signed by itself" TRUST_IT,
		 "the proxy's certificate is signed by itself" TRUST_IT},
	        {19, "the server's certificate comes from an unknown authority" TRUST_IT,
		 "the proxy's certificate comes from an unknown authority" TRUST_IT},
	        {20, "the server's certificate comes from an unknown authority" TRUST_IT,
		 "the proxy's certificate comes from an unknown authority" TRUST_IT},
	        {21,
		 "the server does not send the whole chain of its certificate, or its authority is unknown" TRUST_IT,
		 "the proxy does not send the whole chain of its certificate, or its authority is unknown" TRUST_IT},
	        {23, "the server's certificate was revoked; it has to be replaced",
		 "the proxy's certificate was revoked; it has to be replaced"},
	};
	for (size_t index = 0; index < sizeof table / sizeof table[0]; index++)
		if (table[index].result == result)
			return proxy ? table[index].proxy : table[index].server;
	return NULL;
}

static words certificate_words(CURL *easy, const char *problem)
{
	long server = 0;
	long proxy = 0;
	curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &server);
	curl_easy_getinfo(easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &proxy);
	words said = verification_words(proxy ? proxy : server, proxy != 0);
	if (said)
		return said;
	/* The name is checked by libcurl and not by OpenSSL. */
	if (strstr(problem, "subject name"))
		return "the certificate is for another host; is the URL right?";
	return "the certificate is refused";
}

/* What the TLS library says of a handshake or a connection that the other side has ended with an alert (RFC 8446,
 * section 6.2). NULL: it is about something else, such as a connection that broke. */
static words handshake_words(const char *problem)
{
	static const struct {
		const char *part;
		words said;
	} table[] = {
	        {"wrong version number", "the other side does not speak TLS; is it https and is the port right?"},
	        {"packet length too long", "the other side does not speak TLS; is it https and is the port right?"},
	        {"http request", "the other side does not speak TLS; is it https and is the port right?"},
	        {"unsupported protocol", "the other side offers only versions of TLS before minimum_tls"},
	        {"protocol version", "the other side and this client have no version of TLS in common"},
	        {"no protocols available", "no version of TLS from minimum_tls on is allowed on this machine"},
	        {"certificate required", "the server wants a certificate of the client's; set certificate_file"},
	        {"alert bad certificate", "the server refuses the client's certificate"},
	        {"alert unsupported certificate", "the server refuses the client's certificate"},
	        {"alert certificate", "the server refuses the client's certificate"},
	        {"alert unknown ca", "the server does not know the authority of the client's certificate"},
	        {"alert access denied", "the server refuses the client's certificate"},
	        {"alert handshake failure",
		 "the server refuses the handshake; does it want a certificate of the client's?"},
	};
	for (size_t index = 0; index < sizeof table / sizeof table[0]; index++)
		if (strstr(problem, table[index].part))
			return table[index].said;
	return NULL;
}

/* A proxy that was asked for a tunnel and said no. */
static words tunnel_words(CURL *easy)
{
	long status = 0;
	curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status);
	if (status == 407)
		return "the proxy refuses the user name and the password, or wants some";
	if (status == 408 || status == 429)
		return NULL;
	return status >= 400 && status < 500 ? "the proxy refuses to connect to the server" : NULL;
}

static words proxy_words(CURL *easy)
{
	long reason = 0;
	curl_easy_getinfo(easy, CURLINFO_PROXY_ERROR, &reason);
	if (reason == CURLPX_USER_REJECTED || reason == CURLPX_NO_AUTH)
		return "the proxy refuses the user name and the password, or wants some";
	return reason == CURLPX_REPLY_NOT_ALLOWED ? "the proxy refuses to connect to the server" : NULL;
}

/* The alert of a server that refuses a client's certificate comes, in TLS 1.3, when the client takes the handshake for
 * ended and may have sent its request already. No server reads one before it has taken the certificate. */
static words late_alert_words(CURL *easy, const char *problem)
{
	long status = 0;
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	return status == 0 && strstr(problem, " alert ") ? handshake_words(problem) : NULL;
}

static words final_words(CURL *easy, CURLcode code, const char *problem, bool connected)
{
	if (connected)
		return code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ? late_alert_words(easy, problem) : NULL;
	switch (code) {
	case CURLE_PEER_FAILED_VERIFICATION:
		return certificate_words(easy, problem);
	case CURLE_SSL_CONNECT_ERROR:
		return handshake_words(problem);
	case CURLE_SSL_CERTPROBLEM:
		return "the client's certificate cannot be used: it, its key or key_password is wrong";
	case CURLE_SSL_CACERT_BADFILE:
		return "the authorities to trust cannot be read; install the system's, often the package "
		       "ca-certificates, or name them in ca_file, ca_directory, ca_data or SSL_CERT_FILE";
	case CURLE_RECV_ERROR:
		return tunnel_words(easy);
	case CURLE_PROXY:
		return proxy_words(easy);
	case CURLE_UNSUPPORTED_PROTOCOL:
		return "this libcurl cannot speak it";
	case CURLE_SSL_CRL_BADFILE:
		return "the lists of revoked certificates in crl_file cannot be read";
	default:
		return NULL;
	}
}

void sbx__curl_failure_explain(sbx__curl_failure *failure, CURL *easy, CURLcode code, const char *problem,
                               bool connected)
{
	if (!*problem)
		problem = curl_easy_strerror(code);
	words said = final_words(easy, code, problem, connected);
	failure->end = said ? SBX__REFUSED : connected ? SBX__LOST : SBX__NOT_CONNECTED;
	if (said)
		snprintf(failure->words, sizeof failure->words, "%s (%s)", said, problem);
	else
		snprintf(failure->words, sizeof failure->words, "%s", problem);
}
