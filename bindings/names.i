/*
 * The names in a language's module. Apart from sandbox_sdk.i, so that a root file can put rules of its own after these: of two
 * rules by pattern the later one counts.
 */

/* sbx_client_new is client_new of the module, SBX_OK is OK. */
%rename("%(regex:/^(?:sbx|SBX)_(.*)/\\1/)s") "";
