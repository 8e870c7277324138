/* Generated from api/openapi.yaml by scripts/generate; do not edit. */
/**
 * @file resources.h
 * The typed functions of every operation.
 */
#ifndef SANDBOX_SDK_RESOURCES_H
#define SANDBOX_SDK_RESOURCES_H

#include <sandbox_sdk/sandboxes.h>
#include <sandbox_sdk/volumes.h>

#endif
