/*
 * The extension module sandbox_sdk._native. Nobody imports it but the package, so there are no proxy classes.
 */
%module _native

%include "typemaps.i"
%include "sandbox_sdk.i"
