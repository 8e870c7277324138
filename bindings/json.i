/*
 * JSON values never reach a language as handles: a typemap of the language turns `const sbx_json *` into its own values and
 * back. So the type is known here and every function and constant on it is left out.
 */
%rename("$ignore", regextarget=1) "^sbx_json_";
%rename("$ignore", regextarget=1, %$isenumitem) "^SBX_JSON_";
%include <sandbox_sdk/json.h>
