/*
 * Redirects. They are followed here and not by libcurl, so that neither the key nor a body leaves its origin.
 */
#ifndef SBX_LIB_REDIRECT_H
#define SBX_LIB_REDIRECT_H

#include "call.h"
#include "cold.h"

/* Where the answer of the last attempt is a redirect, readies the call for its target or ends it with an error. False:
 * it is none. */
SBX__COLD bool sbx__redirect_follow(sbx__call *call);

#endif
