/* Generated from api/openapi.yaml by scripts/generate; do not edit. */
/*
 * The descriptors of the models.
 */
#ifndef SBX_LIB_GENERATED_MODEL_DESCRIPTORS_H
#define SBX_LIB_GENERATED_MODEL_DESCRIPTORS_H

#include "../model.h"

extern const sbx__model_descriptor sbx__sandbox_descriptor;
extern const sbx__model_descriptor sbx__pagination_descriptor;
extern const sbx__model_descriptor sbx__sandbox_list_descriptor;
extern const sbx__model_descriptor sbx__sandbox_deletion_descriptor;
extern const sbx__model_descriptor sbx__sandbox_deletion_error_descriptor;
extern const sbx__model_descriptor sbx__sandbox_deletions_descriptor;
extern const sbx__model_descriptor sbx__execution_descriptor;
extern const sbx__model_descriptor sbx__uploaded_file_descriptor;
extern const sbx__model_descriptor sbx__volume_mount_descriptor;
extern const sbx__model_descriptor sbx__volume_descriptor;
extern const sbx__model_descriptor sbx__volume_list_descriptor;
extern const sbx__model_descriptor sbx__volume_deletion_descriptor;
extern const sbx__model_descriptor sbx__snapshot_descriptor;

#endif
