/**
 * @file client.h
 * A client: a server's address, a key, options, and the connections that they are used over.
 */
#ifndef SANDBOX_SDK_CLIENT_H
#define SANDBOX_SDK_CLIENT_H

#include <sandbox_sdk/attempt.h>
#include <sandbox_sdk/common.h>
#include <sandbox_sdk/error.h>
#include <sandbox_sdk/http_options.h>
#include <sandbox_sdk/json.h>
#include <sandbox_sdk/log.h>
#include <sandbox_sdk/status.h>
#include <sandbox_sdk/transport.h>

SBX_BEGIN_DECLS

/** A client; opaque. Its functions are safe from any thread, but sbx_client_free(). Since 0.1.0. */
typedef struct sbx_client sbx_client;

/**
 * Options of a client. What they point to is copied.
 *
 * Timeouts are in seconds; ::SBX_DEFAULT takes what is named here, ::SBX_FOREVER never ends the wait. Since 0.1.0.
 */
typedef struct sbx_client_options {
	size_t size;                      /**< set by ::SBX_CLIENT_OPTIONS_INIT */
	const char *api_key;              /**< NULL: `SANDBOX_SDK_API_KEY` */
	const char *base_url;             /**< NULL: `SANDBOX_SDK_BASE_URL`, else `https://api.avm.codes` */
	double timeout;                   /**< all four of the next ones at once */
	double connect_timeout;           /**< until a connection is made, TLS included; default 5 */
	double read_timeout;              /**< between two arrivals of bytes; default 60 */
	double write_timeout;             /**< between two departures of bytes; default 60 */
	double pool_timeout;              /**< until one of the connections is free; default 60 */
	double deadline;                  /**< for a whole call, retries and waits included; default ::SBX_FOREVER */
	int max_retries;                  /**< how often a request is sent again; default 2 */
	sbx_flag retry_unsafe;            /**< send again also what may then be done twice; default no */
	const sbx_pair *default_headers;  /**< sent with each request; a NULL value removes one */
	size_t default_headers_count;     /**< how many */
	const sbx_json *default_query;    /**< an object, sent with each request; NULL: none */
	sbx_flag replace_default_headers; /**< sbx_client_with_options(): replace the client's, not merge; default no */
	sbx_flag replace_default_query;   /**< sbx_client_with_options(): replace the client's, not merge; default no */
	sbx_flag strict_response_validation; /**< an answer with a field of a wrong type is an error; default no */
	sbx_flag lenient_arguments;          /**< sbx_client_invoke() sends values of any JSON type; default no */
	sbx_log_level log_level;             /**< how much is logged */
	int reserved;                        /**< 0 */
	sbx_log_callback log;                /**< receives the log; NULL: standard error */
	void *log_user_data;                 /**< given to `log`; must live as long as the client */
	const char *client_name;             /**< first word of the User-Agent; NULL: `SandboxSDK` */
	const char *language;                /**< of the caller, such as `Python`; NULL: `C` */
	const char *runtime;                 /**< that runs it, such as `CPython`; NULL: `libcurl` */
	const char *runtime_version;         /**< NULL: libcurl's */
	/** Proxies, certificates, connections, limits; NULL: the defaults, in a copy those of its client. */
	const sbx_http_options *http;
	sbx_attempt_callback on_attempt; /**< told of each attempt of each call; NULL: nobody is */
	void *on_attempt_user_data;      /**< given to `on_attempt`; must live as long as the client */
	/** Carries the requests in the place of the network; of the HTTP options only limits and redirects count then.
	 * NULL: the network, in a copy as in its client. */
	const sbx_transport *transport;
} sbx_client_options;

/** Options that take every default: key and URL from the environment. */
#define SBX_CLIENT_OPTIONS_INIT \
	{sizeof(sbx_client_options), \
	 NULL, \
	 NULL, \
	 SBX_DEFAULT, \
	 SBX_DEFAULT, \
	 SBX_DEFAULT, \
	 SBX_DEFAULT, \
	 SBX_DEFAULT, \
	 SBX_DEFAULT, \
	 SBX_DEFAULT, \
	 SBX_FLAG_DEFAULT, \
	 NULL, \
	 0, \
	 NULL, \
	 SBX_FLAG_DEFAULT, \
	 SBX_FLAG_DEFAULT, \
	 SBX_FLAG_DEFAULT, \
	 SBX_FLAG_DEFAULT, \
	 SBX_LOG_DEFAULT, \
	 0, \
	 NULL, \
	 NULL, \
	 NULL, \
	 NULL, \
	 NULL, \
	 NULL, \
	 NULL, \
	 NULL, \
	 NULL, \
	 NULL}

/**
 * Makes a client. Nothing is sent.
 *
 * @param client receives the client, freed with sbx_client_free()
 * @param options may be NULL
 * @param error receives the error; may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_CONFIGURATION (no key, a base URL that is none, HTTP options that cannot be
 *         fulfilled), ::SBX_ERROR_INVALID_ARGUMENT or ::SBX_ERROR_OUT_OF_MEMORY
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_client_new(sbx_client **client, const sbx_client_options *options, sbx_error **error);

/**
 * Starts a `sandboxd` of one's own on this machine and makes a client of it. The server and all that it keeps is gone
 * when the client and its copies are closed, or when this process ends, however that comes.
 *
 * The program is looked for at `SANDBOX_SDK_SANDBOXD`, beside the library, then on `PATH`.
 *
 * @param client receives the client, freed with sbx_client_free()
 * @param options may be NULL; its key and base URL must be NULL, and its transport too, and its HTTP options must name
 *        no proxy and no socket: the server is reached directly, whatever the environment says
 * @param error receives the error; may be NULL
 * @return ::SBX_OK, ::SBX_ERROR_LOCAL_SERVER (with the server's own words), or as sbx_client_new()
 *
 * Blocks until the server answers, at most 15 s. Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_status sbx_client_new_local(sbx_client **client, const sbx_client_options *options, sbx_error **error);

/**
 * Makes a client with other options that shares the connections of an existing one.
 *
 * Where HTTP options are given, they stand in the place of all of the existing client's. With them, or with a transport
 * of its own, the copy shares nothing with that client: it has connections, cookies and limits of its own, and is
 * closed on its own. A copy of a client of sbx_client_new_local() cannot have other ones.
 *
 * @param client a client
 * @param options what changes: what is not given stays as it is; headers and query are merged unless the `replace_`
 *        flags say otherwise
 * @param copy receives the new client, freed with sbx_client_free()
 * @param error receives the error; may be NULL
 * @return as sbx_client_new()
 *
 * Since 0.1.0.
 */
SBX_API sbx_status sbx_client_with_options(sbx_client *client, const sbx_client_options *options, sbx_client **copy,
                                           sbx_error **error);

/**
 * The key of a client.
 *
 * @param client a client
 * @return text owned by the client, valid until the key is set
 *
 * Since 0.1.0.
 */
SBX_API const char *sbx_client_api_key(const sbx_client *client);

/**
 * The base URL of a client, with a slash at its end.
 *
 * @param client a client
 * @return text owned by the client, valid until the base URL is set
 *
 * Since 0.1.0.
 */
SBX_API const char *sbx_client_base_url(const sbx_client *client);

/**
 * How often a client sends a request again.
 *
 * @param client a client
 * @return the number
 *
 * Since 0.1.0.
 */
SBX_API int sbx_client_max_retries(const sbx_client *client);

/**
 * The headers that each request of a client begins with: the library's own, the key's, and the client's default ones.
 *
 * @param client a client
 * @return an object of texts, null for a header that is removed, freed with sbx_json_free(); NULL where memory has run
 *         out or there is no client. The key is in it
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_json *sbx_client_default_headers(const sbx_client *client);

/**
 * The query that each request of a client to its base URL has.
 *
 * @param client a client
 * @return an object, freed with sbx_json_free(); NULL where memory has run out or there is no client
 *
 * Safe from any thread. Since 0.1.0.
 */
SBX_API sbx_json *sbx_client_default_query(const sbx_client *client);

/**
 * Changes options of a living client; calls that have begun keep what they began with.
 *
 * @param client a client
 * @param options what changes, as in sbx_client_with_options(); HTTP options and a transport are refused
 * @param error receives the error; may be NULL
 * @return as sbx_client_new()
 *
 * Not while another thread reads sbx_client_api_key() or sbx_client_base_url(). Since 0.1.0.
 */
SBX_API sbx_status sbx_client_set_options(sbx_client *client, const sbx_client_options *options, sbx_error **error);

/**
 * Closes the connections that a client shares with its copies, and the server that sbx_client_new_local() started.
 * Calls that are under way end with ::SBX_ERROR_CLOSED, as do later ones. Closing again does nothing.
 *
 * @param client a client; NULL is accepted
 *
 * Since 0.1.0.
 */
SBX_API void sbx_client_close(sbx_client *client);

/**
 * Whether a client, or one that shares its connections, was closed.
 *
 * @param client a client
 * @return 1 or 0
 *
 * Since 0.1.0.
 */
SBX_API int sbx_client_is_closed(const sbx_client *client);

/**
 * Frees a client. Its connections are closed when the last client that shares them is freed. A callback of one of its
 * calls may do so: that call then ends with ::SBX_ERROR_CLOSED. What makes many calls (sessions, sbx_run_many(),
 * sbx_leftovers_delete()) has a client of its own over the same connections, and goes on.
 *
 * @param client a client that no other thread is using; NULL is accepted
 *
 * Since 0.1.0.
 */
SBX_API void sbx_client_free(sbx_client *client);

SBX_END_DECLS

#endif
