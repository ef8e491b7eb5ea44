"""Compares rolecall with transformers; conformance/run starts it."""

import argparse
import collections
import datetime
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

OUR_CONVERSATIONS = ROOT / "crates/rolecall-cli/conversations"

# The time that templates see on both sides.
NOW = datetime.datetime(2026, 7, 4, 12, 34, 56)

# The files of a model that decide its prompts.
MODEL_FILES = [
    "tokenizer_config.json",
    "special_tokens_map.json",
    "chat_template.jinja",
    "chat_template.json",
    "processor_config.json",
    "preprocessor_config.json",
    "config.json",
]
VOCABULARIES = ["tokenizer.json", "tokenizer.model", "spiece.model", "vocab.json", "vocab.txt", "tekken.json"]

# The smallest vocabulary that the reference loads: prompts as text need none, but its loader does.
TINY_TOKENIZER = {
    "version": "1.0",
    "added_tokens": [],
    "model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"},
}

# Classes of errors by which rolecall refuses what it does not do exactly.
REFUSALS = {"LimitError", "UnsupportedError"}


class Unusable(Exception):
    """The comparison cannot be made."""


class Subject:
    """A model or a template that is compared: the model's folder, and the path that it came from."""

    def __init__(self, group, name, folder, path=None):
        self.group, self.name, self.folder, self.path = group, name, folder, path or folder

    @property
    def key(self):
        return f"{self.group}/{self.name}"


def read_json(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise Unusable(f"cannot read {path}: {error}") from error


def is_model(folder):
    return any((folder / name).is_file() for name in ["tokenizer_config.json", "chat_template.jinja"])


def models_in(group, folder):
    """The model in a folder, or those in the folders below it, however deep."""
    if is_model(folder):
        return [Subject(group, folder.name, folder)]
    found = [path.parent for name in ["tokenizer_config.json", "chat_template.jinja"] for path in folder.rglob(name)]
    folders = sorted({path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)})
    return [Subject(group, path.relative_to(folder).as_posix(), path) for path in folders]


def templates_in(group, folder, work):
    """Templates that belong to no model, each in a model's folder of its own."""
    subjects = []
    for path in sorted(folder.glob("*.jinja")):
        model = pathlib.Path(tempfile.mkdtemp(dir=work))
        shutil.copyfile(path, model / "chat_template.jinja")
        tokens = path.with_suffix(".json")
        config = read_json(tokens) if tokens.is_file() else {"bos_token": "<s>", "eos_token": "</s>"}
        (model / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
        subjects.append(Subject(group, path.stem, model, path))
    return subjects


def told_apart(subjects):
    """Each subject once. Those of one name are called by their paths."""
    subjects = list({(subject.group, subject.path): subject for subject in subjects}.values())
    names = collections.Counter(subject.key for subject in subjects)
    for subject in subjects:
        if names[subject.key] > 1:
            subject.name = subject.path.as_posix().removeprefix("/")
    return subjects


def subjects_of(arguments, work):
    subjects = []
    for folder in arguments.models:
        subjects += models_in("models", folder)
    for folder in arguments.templates:
        subjects += templates_in("templates", folder, work)
    if not arguments.models and not arguments.templates:
        cache = ROOT / "templates-cache"
        for subject in models_in("templates-cache", cache):
            built_in = subject.name.removeprefix("builtin/")
            is_built_in = built_in != subject.name
            group, name = ("built in", built_in) if is_built_in else ("pinned", subject.name)
            subjects.append(Subject(group, name, subject.folder))
        subjects += models_in("fixtures", ROOT / "crates/rolecall-testkit/models")
        subjects += templates_in("templates", ROOT / "conformance/templates", work)
    subjects = told_apart(subjects)
    if not subjects:
        raise Unusable("there are no models and no templates where they were looked for")
    return subjects


def conversations_in(folder):
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise Unusable(f"{folder} holds no conversations NAME.json")
    requests = {}
    for path in paths:
        request = read_json(path)
        requests[path.stem] = chat_request(path, request)
    return requests


def chat_request(path, request):
    """A chat request as an object. What is none could not even be given to the reference."""
    if isinstance(request, list):
        return {"messages": request}
    if not isinstance(request, dict) or "messages" not in request:
        raise Unusable(f"{path} is no chat request: it should be a list of messages, or an object with messages")
    if not isinstance(request.get("chat_template_kwargs") or {}, dict):
        raise Unusable(f"{path} is no chat request: chat_template_kwargs should be an object")
    return request


# ---- the reference


class Clock(datetime.datetime):
    """The computer's clock, which stands still."""

    @classmethod
    def now(cls, tz=None):
        return cls(*NOW.timetuple()[:6])


def load_reference(subject, work):
    """The reference's tokenizer of a model. One without a vocabulary is given the smallest."""
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    folder = subject.folder
    if not any((folder / name).is_file() for name in VOCABULARIES):
        folder = pathlib.Path(tempfile.mkdtemp(dir=work))
        for name in MODEL_FILES:
            if (subject.folder / name).is_file():
                shutil.copyfile(subject.folder / name, folder / name)
        additional = subject.folder / "additional_chat_templates"
        if additional.is_dir():
            shutil.copytree(additional, folder / additional.name)
        (folder / "tokenizer.json").write_text(json.dumps(TINY_TOKENIZER), encoding="utf-8")
    config = subject.folder / "tokenizer_config.json"
    has_class = (folder / "config.json").is_file() or (config.is_file() and "tokenizer_class" in read_json(config))
    # The reference does not choose a class where nothing names one.
    loader = AutoTokenizer if has_class else PreTrainedTokenizerFast
    return loader.from_pretrained(str(folder), local_files_only=True)


def reference_of(subjects, conversations, work):
    """What transformers gives for each subject and conversation, and why a subject could not be loaded."""
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_VERBOSITY="error", TOKENIZERS_PARALLELISM="false")
    import jinja2
    import transformers
    from transformers.utils import chat_template_utils

    chat_template_utils.datetime = Clock
    results, unloaded = {}, {}
    for subject in subjects:
        try:
            tokenizer = load_reference(subject, work)
        except Exception as error:  # noqa: BLE001 - whatever it is, the reference cannot do it
            is_ours = isinstance(error, Unusable)
            unloaded[subject.key] = str(error) if is_ours else f"{type(error).__name__}: {error}"
            continue
        results[subject.key] = {
            name: reference_render(tokenizer, request) for name, request in conversations.items()
        }
    versions = {
        "transformers": transformers.__version__,
        "jinja2": jinja2.__version__,
        "python": platform.python_version(),
    }
    return {"versions": versions, "results": results, "unloaded": unloaded}


def reference_render(tokenizer, request):
    options = {key: value for key, value in request.items() if key not in ("messages", "chat_template_kwargs")}
    options |= request.get("chat_template_kwargs") or {}
    try:
        return {"text": tokenizer.apply_chat_template(request["messages"], tokenize=False, **options)}
    except Exception as error:  # noqa: BLE001 - the class is a part of the result
        message = getattr(error, "message", None)
        return {"kind": type(error).__name__, "message": message if isinstance(message, str) else str(error)}


def recorded(path):
    """What the reference gave, as `--record` wrote it."""
    reference = read_json(path)
    if not isinstance(reference, dict) or not {"versions", "results", "unloaded"} <= reference.keys():
        raise Unusable(f"{path} was not written by --record")
    return reference


# ---- rolecall


def rolecall_of(rolecall, subjects, conversations):
    lines = "".join(json.dumps(request) + "\n" for request in conversations.values())
    results, unloaded = {}, {}
    for subject in subjects:
        command = [rolecall, "batch", "--loader", "tokenizer", "--now", NOW.isoformat(), "--model", subject.folder]
        done = subprocess.run(command, input=lines, capture_output=True, text=True, encoding="utf-8")
        # Where lines fail, the exit code is 1; where the model does, there are no lines.
        answers = [json.loads(line) for line in done.stdout.split("\n") if line]
        if len(answers) != len(conversations):
            unloaded[subject.key] = done.stderr.strip()
            continue
        results[subject.key] = {
            name: {"text": answer["prompt"]} if "prompt" in answer else answer["error"]
            for name, answer in zip(conversations, answers)
        }
    return results, unloaded


def version_of(rolecall):
    try:
        done = subprocess.run([rolecall, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Unusable(f"cannot run {rolecall}: {error}") from error
    return done.stdout.split()[-1]


# ---- the comparison


def reason(expected, found):
    """Why a case is not exact; nothing if it is."""
    if "text" in expected and "text" in found:
        return None if expected["text"] == found["text"] else other_text(expected["text"], found["text"])
    if "text" not in found and found["kind"] in REFUSALS:
        return f"refused by name: {found['message']}"
    if "text" in expected:
        return f"rolecall fails where the reference does not: {found['kind']}: {found['message']}"
    if "text" in found:
        return f"rolecall renders what the reference refuses: {expected['kind']}: {expected['message']}"
    if expected["kind"] != found["kind"]:
        return f"another class of error: {expected['kind']} in the reference, {found['kind']} here: {found['message']}"
    if expected["message"] != found["message"]:
        return f"another message of {found['kind']}: {expected['message']!r} in the reference, {found['message']!r} here"
    return None


def other_text(expected, found):
    at = next((at for at, (a, b) in enumerate(zip(expected, found)) if a != b), min(len(expected), len(found)))

    def excerpt(text):
        return repr(text[max(0, at - 20) : at + 20])

    return f"other text from character {at}: {excerpt(expected)} in the reference, {excerpt(found)} here"


class Comparison:
    def __init__(self, subjects, conversations, reference, ours, unloaded):
        self.groups, self.names, self.differences = {}, {}, {}
        self.passed_over, self.cases, self.exact = [], 0, 0
        for subject in subjects:
            expected = reference["results"].get(subject.key)
            if expected is None:
                why = reference["unloaded"].get(subject.key, "there is no result of the reference")
                self.passed_over.append((subject.key, why))
                continue
            for name in conversations:
                if name not in expected:
                    self.passed_over.append((f"{subject.key} with {name}", "there is no result of the reference"))
                    continue
                if subject.key in ours:
                    why = reason(expected[name], ours[subject.key][name])
                else:
                    why = f"rolecall does not load the model: {unloaded[subject.key]}"
                self.count(subject, name, why)

    def count(self, subject, name, why):
        self.cases += 1
        self.exact += why is None
        for table, key in [(self.groups, subject.group), (self.names, name)]:
            cases, exact = table.get(key, (0, 0))
            table[key] = (cases + 1, exact + (why is None))
        if why is not None:
            self.differences.setdefault((subject.key, why), []).append(name)


def cell(text):
    """A text in a cell of a table, on one line."""
    return " ".join(text.replace("|", "\\|").split())


def summary(comparison, versions, today):
    return (
        f"{comparison.exact} of {comparison.cases} cases exact: transformers {versions['transformers']}, jinja2 "
        f"{versions['jinja2']}, Python {versions['python']}, rolecall {versions['rolecall']}, {today}"
    )


def report(comparison, versions, today, counts):
    lines = ["# Conformance", "", summary(comparison, versions, today), ""]
    lines += [
        f"Written by `conformance/run`. {counts[0]} models and templates were rendered with {counts[1]} conversations each,",
        "by the reference and by rolecall. A case is exact when both give the same text, or the same class of error with the",
        "same message.",
        "",
    ]
    for title, table in [("group", comparison.groups), ("conversation", comparison.names)]:
        lines += [f"| {title} | cases | exact | other |", "|---|---:|---:|---:|"]
        for name, (cases, exact) in table.items():
            lines.append(f"| {cell(name)} | {cases} | {exact} | {cases - exact} |")
        lines.append("")
    lines += ["## Differences", ""]
    if comparison.differences:
        lines += ["| model or template | conversations | reason |", "|---|---|---|"]
        for (key, why), names in comparison.differences.items():
            lines.append(f"| {cell(key)} | {cell(', '.join(names))} | {cell(why)} |")
    else:
        lines.append("None.")
    if comparison.passed_over:
        lines += ["", "## Passed over", "", "| what | reason |", "|---|---|"]
        lines += [f"| {cell(what)} | {cell(why)} |" for what, why in comparison.passed_over]
    return "\n".join(lines) + "\n"


def quote(line):
    """Lets the README quote the last run on the repository's own models and templates."""
    readme = ROOT / "README.md"
    lines = readme.read_text(encoding="utf-8").split("\n")
    quoted = [line if " cases exact: " in known else known for known in lines]
    if quoted != lines:
        readme.write_text("\n".join(quoted), encoding="utf-8")


def parse_arguments():
    parser = argparse.ArgumentParser(prog="conformance/run", description=__doc__)
    folder = {"type": pathlib.Path, "metavar": "DIR"}
    file = {"type": pathlib.Path, "metavar": "FILE"}
    parser.add_argument("--models", action="append", default=[], **folder)
    parser.add_argument("--templates", action="append", default=[], **folder)
    parser.add_argument("--conversations", default=OUR_CONVERSATIONS, **folder)
    parser.add_argument("--report", **file)
    parser.add_argument("--record", **file)
    parser.add_argument("--recorded", **file)
    parser.add_argument("--rolecall", required=True, metavar="FILE")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    for folder in [*arguments.models, *arguments.templates, arguments.conversations]:
        if not folder.is_dir():
            raise Unusable(f"there is no folder {folder}")
    conversations = conversations_in(arguments.conversations.resolve())
    arguments.models = [folder.resolve() for folder in arguments.models]
    arguments.templates = [folder.resolve() for folder in arguments.templates]
    version = version_of(arguments.rolecall)
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        subjects = subjects_of(arguments, work)
        ours, unloaded = rolecall_of(os.path.abspath(arguments.rolecall), subjects, conversations)
        if arguments.recorded:
            reference = recorded(arguments.recorded)
        else:
            reference = reference_of(subjects, conversations, work)
    if arguments.record:
        text = json.dumps(reference, indent=1, sort_keys=True, ensure_ascii=True)
        arguments.record.write_text(text + "\n", encoding="utf-8")
    comparison = Comparison(subjects, conversations, reference, ours, unloaded)
    versions = reference["versions"] | {"rolecall": version}
    today = datetime.date.today().isoformat()
    counts = (len(subjects), len(conversations))
    is_own = arguments.models or arguments.templates or arguments.conversations != OUR_CONVERSATIONS
    path = arguments.report or ROOT / "conformance" / ("own.md" if is_own else "report.md")
    # Halves of surrogate pairs in messages are no text.
    text = report(comparison, versions, today, counts)
    path.write_text(text, encoding="utf-8", errors="backslashreplace")
    if arguments.report is None and not is_own:
        quote(summary(comparison, versions, today))
    print(summary(comparison, versions, today))
    print(f"The report is {path}")
    return 0 if comparison.exact == comparison.cases and not comparison.passed_over else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Unusable, OSError) as problem:
        print(f"conformance/run: {problem}", file=sys.stderr)
        sys.exit(2)
