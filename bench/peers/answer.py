"""The peers' side of ../peer.ts: a line of JSON in, a line of JSON out."""
import json
import statistics
import sys
import time

# Seconds that a turn lasts at least: ../measure.ts says why.
TURN = 0.1


def timed(work):
    runs = []
    end = time.perf_counter() + TURN
    while not runs or time.perf_counter() < end:
        began = time.perf_counter()
        work()
        runs.append(time.perf_counter() - began)
    return {"ms": 1000 * statistics.median(runs)}


def serve(ready, tasks):
    """tasks: name -> function(request) -> figures."""
    say({"ready": ready, "tasks": list(tasks)})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            say(tasks[request["task"]](request))
        except Exception as error:
            say({"error": f"{type(error).__name__}: {error}"})


def say(answer):
    print(json.dumps(answer), flush=True)
