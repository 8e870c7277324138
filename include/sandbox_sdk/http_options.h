/**
 * @file http_options.h
 * How a client's requests get to the server: proxies, certificates, connections and limits.
 */
#ifndef SANDBOX_SDK_HTTP_OPTIONS_H
#define SANDBOX_SDK_HTTP_OPTIONS_H

#include <sandbox_sdk/common.h>

SBX_BEGIN_DECLS

/** The oldest version of TLS that is taken. Since 0.1.0. */
typedef enum sbx_tls_version {
	SBX_TLS_DEFAULT = 0, /**< ::SBX_TLS_1_2 */
	SBX_TLS_1_2 = 1,     /**< TLS 1.2 (RFC 5246) */
	SBX_TLS_1_3 = 2      /**< TLS 1.3 (RFC 8446) */
} sbx_tls_version;

/** The version of HTTP that is spoken. Since 0.1.0. */
typedef enum sbx_http_version {
	SBX_HTTP_DEFAULT = 0, /**< ::SBX_HTTP_1_1 */
	SBX_HTTP_1_1 = 1,     /**< HTTP/1.1 (RFC 9112) */
	SBX_HTTP_2 = 2        /**< over `https` HTTP/2 (RFC 9113) where the server speaks it, else HTTP/1.1 */
} sbx_http_version;

/** Which answers are asked for compressed, with gzip or deflate (RFC 9110, section 8.4.1). What comes compressed
 * reaches the caller decompressed, whoever has asked for it. Since 0.1.0. */
typedef enum sbx_compression {
	SBX_COMPRESSION_DEFAULT = 0, /**< none */
	SBX_COMPRESSION_NONE = 1,    /**< none, and what comes compressed all the same reaches the caller as it came */
	SBX_COMPRESSION_DOCUMENTS =
	        2,              /**< those that are read whole into memory, such as JSON; no downloads and streams */
	SBX_COMPRESSION_ALL = 3 /**< all */
} sbx_compression;

/**
 * Options of the HTTP client. What they point to is copied; passwords and keys are overwritten when the copy is freed,
 * and are in no log and no error.
 *
 * What this build of libcurl cannot do, what contradicts itself and a file that is not what it should be is an error
 * (::SBX_ERROR_CONFIGURATION) where the client is made.
 *
 * Certificates, keys and lists of revoked certificates are in the PEM format (RFC 7468). Times are in seconds, sizes in
 * bytes; ::SBX_DEFAULT takes what is named here. Since 0.1.0.
 */
typedef struct sbx_http_options {
	size_t size; /**< set by ::SBX_HTTP_OPTIONS_INIT */

	/** The proxy of every request: `scheme://user:password@host:port`. The scheme is `http` (also when there is
	 * none), `https`, `socks4`, `socks4a`, `socks5` (names are resolved here) or `socks5h` (the proxy resolves
	 * them). "": no proxy. NULL: what the environment says. */
	const char *proxy;
	const char *proxy_username; /**< in the place of one in `proxy`; NULL: that one, or none */
	const char *proxy_password; /**< of `proxy_username`; NULL: none */
	/** Hosts that are reached without a proxy: names, which stand for their subdomains as well, addresses and
	 * networks
	 * (`10.0.0.0/8`) with commas between them; `*` is all. NULL: what the environment says, also beside `proxy`. */
	const char *no_proxy;
	/** Whether the environment says what is not given: `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy`, in
	 * either case; lower case goes first. `HTTP_PROXY` counts for nothing where `REQUEST_METHOD` is set, since in a
	 * CGI program it is a header of whoever calls it. It is read once, where the client is made. Default yes. */
	sbx_flag environment_proxies;

	/** Take any certificate of the server's: whoever is on the way can read and change everything. An HTTPS proxy's
	 * is checked all the same. Default no. */
	sbx_flag accept_invalid_certificates;
	sbx_tls_version minimum_tls; /**< for the server and an HTTPS proxy; default ::SBX_TLS_1_2 */
	sbx_http_version version;    /**< default ::SBX_HTTP_1_1 */
	const char *ca_file; /**< the authorities to trust; NULL: those of `SSL_CERT_FILE` and `SSL_CERT_DIR`, else the
	                        system's */
	const char *ca_directory; /**< a directory of them that `openssl rehash` was run on; NULL: none of one's own */
	const void *ca_data;      /**< the same as `ca_file` in memory, in its place; NULL: none */
	size_t ca_length;         /**< of `ca_data` */
	const char *certificate_file; /**< what the client shows of itself, with the chain up to its authority; NULL:
	                                 nothing */
	const void *certificate_data; /**< the same in memory, in its place; NULL: none */
	size_t certificate_length;    /**< of `certificate_data` */
	const char *key_file;         /**< the key of the certificate; NULL: it is in the certificate's file or data */
	const void *key_data;         /**< the same in memory, in its place; NULL: none */
	size_t key_length;            /**< of `key_data` */
	const char *key_password;     /**< that the key is encrypted with; NULL: none */

	const char *unix_socket; /**< path of a socket to connect to; the URL still says scheme and host. NULL: none */
	/** This machine's address to connect from; NULL: the system chooses. */
	const char *local_address;
	/** This machine's network interface to connect from, such as `eth0`; NULL: the system chooses. */
	const char *network_interface;
	/** Addresses of names, asked before any resolver: `host:port:address`, with more addresses after commas; the
	 * host may be `*`. */
	const char *const *name_overrides;
	size_t name_overrides_count; /**< how many */
	double keep_alive_interval;  /**< TCP asks after so much silence whether the other side is there; ::SBX_FOREVER:
	                              it does not; whole seconds; default 60 */

	sbx_compression compression; /**< default: none is asked for, and what comes compressed is decompressed */
	sbx_flag follow_redirects;   /**< else a redirect is an error, ::SBX_ERROR_STATUS; default yes */
	int max_redirects;           /**< how many a call follows; default 20 */
	int max_connections;      /**< open at once, idle ones included; further calls wait for `pool_timeout`; default
	                           100 */
	int max_idle_connections; /**< kept for later calls, blocking and started ones together; default 20 */
	int reserved;             /**< 0 */
	/** An idle connection that is older is not used again; whole seconds, 0: none is; ::SBX_FOREVER: however old it
	 * is. A server that closes one at that moment leaves the request in doubt: stay below the server's own time.
	 * Default 5. */
	double idle_expiry;
	int64_t max_header_bytes; /**< of all headers of an answer; default 256 KiB. libcurl takes no line above 100 KiB
	                           */
	int64_t max_document_bytes;   /**< of an operation's JSON, and of the body of an error; default 256 MiB */
	int64_t max_event_line_bytes; /**< of one line of an event stream or of a stream read by lines; default 16 MiB
	                               */
	/** Of any body, counted after decompression; default 1 GiB for one that came compressed, 2 GiB for a download
	 * or custom request that is read into memory, no limit for others. */
	int64_t max_body_bytes;
	/** Lists of revoked certificates (RFC 5280, section 5): one of every authority of the chain. A certificate that
	 * is on one is refused, and so is one of whose authority there is no list, or only one that has expired. For
	 * the server and an HTTPS proxy. It is read for each new connection, so that it may be replaced while the
	 * client lives. NULL: nobody asks whether a certificate was revoked. */
	const char *crl_file;
} sbx_http_options;

/** Options that take every default. */
#define SBX_HTTP_OPTIONS_INIT \
	{sizeof(sbx_http_options), \
	 NULL, \
	 NULL, \
	 NULL, \
	 NULL, \
	 SBX_FLAG_DEFAULT, \
	 SBX_FLAG_DEFAULT, \
	 SBX_TLS_DEFAULT, \
	 SBX_HTTP_DEFAULT, \
	 NULL, \
	 NULL, \
	 NULL, \
	 0, \
	 NULL, \
	 NULL, \
	 0, \
	 NULL, \
	 NULL, \
	 0, \
	 NULL, \
	 NULL, \
	 NULL, \
	 NULL, \
	 NULL, \
	 0, \
	 SBX_DEFAULT, \
	 SBX_COMPRESSION_DEFAULT, \
	 SBX_FLAG_DEFAULT, \
	 SBX_DEFAULT, \
	 SBX_DEFAULT, \
	 SBX_DEFAULT, \
	 0, \
	 SBX_DEFAULT, \
	 SBX_DEFAULT, \
	 SBX_DEFAULT, \
	 SBX_DEFAULT, \
	 SBX_DEFAULT, \
	 NULL}

SBX_END_DECLS

#endif
