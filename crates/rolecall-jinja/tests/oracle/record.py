"""Writes tests/cases/<topic>.jsonl: the sources of topics/<topic>.py with what the reference makes of them.

    python record.py [topic ...]

Runs oracle.py with the same Python, which must have transformers. A topic has a list or generator CASES of
sources, or of pairs of a source and a context; without one the source gets those variables of
topics/common.py that it names. Left out are cases without a reproducible result: memory addresses, the order
of sets, Python's recursion limit, lack of memory or time, and text that is not Unicode.
"""

import importlib
import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE.parent / "cases"
sys.path.insert(0, str(HERE / "topics"))
common = importlib.import_module("common")

IRREPRODUCIBLE = {"RecursionError", "MemoryError"}


def cases_of(topic):
    seen = set()
    for case in importlib.import_module(topic).CASES:
        source, context = case if isinstance(case, tuple) else (case, common.variables_of(case))
        key = (source, json.dumps(context))
        if key not in seen:
            seen.add(key)
            yield {"source": source, "context": context}


def line_of(case):
    """JSON, with escapes for what cannot be seen."""
    text = json.dumps(case, ensure_ascii=False)
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


def asked(cases):
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    run = subprocess.run(
        [sys.executable, HERE / "oracle.py"], input=lines, stdout=subprocess.PIPE, text=True, check=True
    )
    return [json.loads(line) for line in run.stdout.splitlines()]


def reproducible(case):
    if "error" not in case and "output" not in case:
        return False
    if case.get("error", {}).get("kind") in IRREPRODUCIBLE:
        return False
    return not re.search("[\ud800-\udfff]", json.dumps(case, ensure_ascii=False))


def record(topic):
    cases = list(cases_of(topic))
    kept = []
    # Two runs have other addresses, and other orders of sets.
    for case, answer, again in zip(cases, asked(cases), asked(cases), strict=True):
        del answer["id"], again["id"]
        if answer == again and reproducible(case | answer):
            kept.append(case | answer)
        else:
            print(f"{topic}: left out {case['source']!r}: {str(answer)[:60]}", file=sys.stderr)
    (CASES / f"{topic}.jsonl").write_text("".join(line_of(case) + "\n" for case in kept), encoding="utf-8")
    errors = sum("error" in case for case in kept)
    print(f"{topic}: {len(kept)} cases, {errors} of them errors")


def main():
    topics = sys.argv[1:] or sorted(path.stem for path in (HERE / "topics").glob("*.py"))
    CASES.mkdir(exist_ok=True)
    for topic in topics:
        if topic != "common":
            record(topic)


if __name__ == "__main__":
    main()
