#include "tool_sets.h"

#include "comfortable.h"
#include "dynamic.h"
#include "execute_code.h"
#include "handles.h"
#include "operation_tools.h"
#include "search.h"
#include "transfer.h"

const struct tool_set tool_sets[] = {
        {GROUP_OPERATIONS, false, comfortable_tools, &comfortable_tools_count, NULL},
        {GROUP_TRANSFER, false, transfer_tools, &transfer_tools_count, NULL},
        {GROUP_OPERATIONS, false, handle_tools, &handle_tools_count, NULL},
        {GROUP_OPERATIONS, false, NULL, &operation_tools_count, NULL},
        {GROUP_CODE, false, code_tools, &code_tools_count, code_reading_tools},
        {GROUP_DOCS, true, search_tools, &search_tools_count, NULL},
        {GROUP_DYNAMIC, true, dynamic_tools, &dynamic_tools_count, dynamic_reading_tools},
};

const size_t tool_sets_count = sizeof(tool_sets) / sizeof(tool_sets[0]);
