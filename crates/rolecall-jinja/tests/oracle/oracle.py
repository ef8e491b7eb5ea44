"""The reference: renders templates as transformers does, one JSON line in, one JSON line out.

    {"id": ..., "source": "...", "context": {...}}
    {"id": ..., "output": "..."}                       with "generation": [[start, end], ...], in characters,
                                                       where the template has generation tags
    {"id": ..., "error": {"kind": "...", "message": "..."}}
    {"id": ..., "address": true}                       what is printed depends on a memory address
    {"id": ..., "timeout": true}

Needs transformers 5.23.0 and jinja2 3.1.6 on CPython 3.11. The time is always 2026-07-04 12:34:56.
"""

import datetime
import json
import os
import resource
import signal
import sys
import warnings

os.environ["TZ"] = "UTC"
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import transformers.utils.chat_template_utils as chat_templates  # noqa: E402

SECONDS_PER_CASE = 5
BYTES_OF_MEMORY = 3 << 30


class FixedClock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2026, 7, 4, 12, 34, 56, tzinfo=tz)


class OutOfTime(BaseException):
    pass


def on_alarm(signum, frame):
    raise OutOfTime


def render(source, context):
    template = chat_templates._compile_jinja_template(source)
    if "generation" not in source:
        return {"output": template.render(context)}
    # As transformers' _render_with_assistant_indices, which takes no other variables than a chat's.
    blocks, spans = [], []
    with template.environment.activate_tracker(blocks, spans):
        for block in template.generate(context):
            blocks.append(block)
    answer = {"output": "".join(blocks)}
    if spans:
        answer["generation"] = spans
    return answer


def answer_to(case):
    signal.setitimer(signal.ITIMER_REAL, SECONDS_PER_CASE)
    try:
        answer = render(case["source"], case["context"])
        signal.setitimer(signal.ITIMER_REAL, 0)
        text = answer["output"]
    except OutOfTime:
        return {"timeout": True}
    except Exception as error:
        signal.setitimer(signal.ITIMER_REAL, 0)
        text = str(error)
        answer = {"error": {"kind": type(error).__name__, "message": text}}
    return {"address": True} if " at 0x" in text.lower() else answer


def main():
    # Python's compiler has opinions about the code that Jinja2 writes.
    warnings.simplefilter("ignore")
    chat_templates.datetime = FixedClock
    resource.setrlimit(resource.RLIMIT_AS, (BYTES_OF_MEMORY, BYTES_OF_MEMORY))
    signal.signal(signal.SIGALRM, on_alarm)
    for line in sys.stdin:
        case = json.loads(line)
        print(json.dumps({"id": case.get("id"), **answer_to(case)}), flush=True)


if __name__ == "__main__":
    main()
