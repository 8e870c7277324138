"""A list of many sandboxes from Python: python_list.py BASE_URL WARMUP LISTS prints what that took as JSON.

This package and avm_sdk have the same names, so that one program serves both: the interpreter that runs it decides
which one is measured.
"""

import sys
import time

from sandbox_sdk import SandboxSDK

READS = 200_000


def nanoseconds_a_read(row):
    """Of a field of a model that has been read before: ten at a time, so that the loop counts for little."""
    start = time.process_time_ns()
    for _ in range(READS // 10):
        row.name, row.id, row.status, row.cpu, row.memory, row.name, row.id, row.status, row.cpu, row.memory  # noqa: B018
    return (time.process_time_ns() - start) / READS


def main(base_url, warmup, lists):
    client = SandboxSDK(api_key="bench-key", base_url=base_url)
    spent = {"listed": 0, "touched": 0, "freed": 0}
    for index in range(-warmup, lists):
        if index == 0:
            spent = dict.fromkeys(spent, 0)
        start = time.process_time_ns()
        page = client.sandboxes.list()
        listed = time.process_time_ns()
        for row in page.data:
            row.id  # noqa: B018
        touched = time.process_time_ns()
        last = page.data[-1]
        del page, row
        freed = time.process_time_ns()
        for name, until in (("listed", listed), ("touched", touched), ("freed", freed)):
            spent[name] += until - start
    once = [last.name, last.id, last.status, last.cpu, last.memory]
    if None in once:
        raise SystemExit("an answer that was not asked for")
    result = {f"{name}_ns": total / lists for name, total in spent.items()}
    result["read_ns"] = nanoseconds_a_read(last)
    print(str(result).replace("'", '"'))


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
