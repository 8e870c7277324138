/*
 * What every language's module is made of: the library's public headers, read as they are. This file knows no language.
 * A language's root file comes first with its typemaps, and then includes this one.
 *
 * A module wraps the functions on handles (client, operation, response, error). What is left out here is what each language
 * has something better for: JSON values are the language's own values, structs are its tables of options, and the typed
 * functions and models are written by the generator in the language itself, over sbx_client_invoke().
 */
%{
#include <sandbox_sdk.h>
%}

%include <stdint.i>

%include "names.i"

/* Memory is the binding's: a handle is freed when the language drops it. */
%ignore sbx_client_free;
%ignore sbx_error_free;
%ignore sbx_response_free;
%ignore sbx_string_free;

/* Crossed by typemaps: a table of the language with the members' names. */
%ignore sbx_client_options;
%ignore sbx_request_options;
%ignore sbx_http_options;
%ignore sbx_pair;
%ignore sbx_sink;
%ignore sbx_source;

/* Macros of C programs. */
%ignore SBX_API;
%ignore SBX_BEGIN_DECLS;
%ignore SBX_END_DECLS;
%ignore SBX_CLIENT_OPTIONS_INIT;
%ignore SBX_HTTP_OPTIONS_INIT;
%ignore SBX_REQUEST_OPTIONS_INIT;
%ignore SBX_SINK_INIT;
%ignore SBX_SOURCE_INIT;
%ignore SBX_ERROR_TYPEDEF;

%include <sandbox_sdk/common.h>
%include <sandbox_sdk/version.h>
%include <sandbox_sdk/status.h>
%include "json.i"
%include <sandbox_sdk/error.h>
%include <sandbox_sdk/log.h>
%include <sandbox_sdk/sink.h>
%include <sandbox_sdk/source.h>
%include <sandbox_sdk/response.h>
%include <sandbox_sdk/request_options.h>
%include <sandbox_sdk/client.h>
%include <sandbox_sdk/operation.h>
