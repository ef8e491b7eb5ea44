"""Python's engines, asked line by line on standard input; benches/peers/process.rs tells how."""

import gc
import json
import os
import platform
import sys
import time

os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import jinja2
import transformers
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast
from transformers.utils.chat_template_utils import _compile_jinja_template

WITH_TRANSFORMERS = "transformers' apply_chat_template"
WITH_JINJA2 = "jinja2 as transformers sets it up"

# The variables that are arguments or special tokens; all others are the template's own.
NAMED = {"messages", "tools", "documents", "bos_token", "add_generation_prompt"}


def tokenizer_for(bos_token):
    """The smallest tokenizer: prompts as text need none, but the method is one's."""
    vocabulary = Tokenizer(models.WordLevel({"a": 0}, unk_token="a"))
    return PreTrainedTokenizerFast(tokenizer_object=vocabulary, bos_token=bos_token)


def renders(source, context):
    """For each engine a function that renders the case."""
    compiled = _compile_jinja_template(source)
    tokenizer = tokenizer_for(context["bos_token"])
    tokenizer.chat_template = source
    kwargs = {name: value for name, value in context.items() if name not in NAMED}
    messages, tools, documents = (context.get(name) for name in ["messages", "tools", "documents"])
    prompt = context["add_generation_prompt"]

    def with_transformers():
        return tokenizer.apply_chat_template(
            messages, tools=tools, documents=documents, add_generation_prompt=prompt, tokenize=False, **kwargs
        )

    def with_jinja2():
        return compiled.render(**context)

    return {WITH_TRANSFORMERS: with_transformers, WITH_JINJA2: with_jinja2}


def batch(source, bos_token, path_in, path_out):
    """Renders chat requests as JSON lines, as `rolecall batch` does."""
    tokenizer = tokenizer_for(bos_token)
    tokenizer.chat_template = source
    with open(path_in, encoding="utf-8") as lines, open(path_out, "w", encoding="utf-8") as out:
        for line in lines:
            request = json.loads(line)
            prompt = tokenizer.apply_chat_template(
                request["messages"], add_generation_prompt=request["add_generation_prompt"], tokenize=False
            )
            out.write(json.dumps({"prompt": prompt}, ensure_ascii=False, separators=(",", ":")) + "\n")


def timed(run, runs):
    start = time.perf_counter_ns()
    for _ in range(runs):
        run()
    return time.perf_counter_ns() - start


def main():
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    # What a library prints is no answer.
    sys.stdout = sys.stderr
    loaded = {}

    def answer(request):
        nonlocal loaded
        match request["do"]:
            case "load":
                loaded = renders(request["source"], request["context"])
                gc.collect()
                return {"outputs": [loaded[name]() for name in [WITH_TRANSFORMERS, WITH_JINJA2]]}
            case "run":
                return {"nanoseconds": timed(loaded[request["engine"]], request["runs"])}
            case "batch":
                arguments = [request[name] for name in ["source", "bos_token", "input", "output"]]
                return {"nanoseconds": timed(lambda: batch(*arguments), 1)}
            case other:
                raise ValueError(f"nothing is called {other!r}")

    def say(value):
        print(json.dumps(value), file=answers, flush=True)

    versions = f"transformers {transformers.__version__}, jinja2 {jinja2.__version__}, Python {platform.python_version()}"
    say({"engines": [WITH_TRANSFORMERS, WITH_JINJA2], "versions": versions})
    for line in sys.stdin:
        try:
            say(answer(json.loads(line)))
        except Exception as error:
            say({"error": f"{type(error).__name__}: {error}"})


main()
