/* Generated from api/openapi.yaml by scripts/generate; do not edit. */
/*
 * A table of all models, each with what checks its accessors.
 */
#ifndef SBX_TESTS_FUZZ_MODEL_CHECKS_H
#define SBX_TESTS_FUZZ_MODEL_CHECKS_H

#include "model.h"

typedef struct model_check {
	const sbx__model_descriptor *descriptor;
	void (*check)(const void *model); /* a model of that descriptor */
} model_check;

extern const model_check model_checks[];
extern const size_t model_checks_count;

#endif
