"""The peers' side of ../peer.ts: a line of JSON in, a line of JSON out."""
import json
import sys
import time


def timed(work):
    began = time.perf_counter()
    work()
    return {"ms": 1000 * (time.perf_counter() - began)}


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
