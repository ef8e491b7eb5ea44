"""Templates like those of chat models, put together from interchangeable parts, with realistic conversations."""

import itertools
import json

TOOLS = [
    {"type": "function", "function": {"name": "get_weather", "description": "The weather \"now\" & later", "parameters": {"type": "object", "properties": {
        "city": {"type": "string", "description": "Größe <b>"}, "unit": {"type": "string", "enum": ["C", "F"], "default": "C"}, "days": {"type": ["integer", "null"]}}, "required": ["city"]}}},
    {"type": "function", "function": {"name": "noop", "parameters": {"type": "object", "properties": {}}}},
]

CALL = {"role": "assistant", "content": "", "tool_calls": [
    {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": {"city": "Köln", "days": 2, "exact": True, "extra": None, "ratio": 1.0}}},
    {"id": "call_2", "type": "function", "function": {"name": "noop", "arguments": "{}"}},
]}

CONVERSATIONS = {
    "hello": {"messages": [{"role": "user", "content": "Hello, it's me!"}]},
    "system": {"messages": [{"role": "system", "content": "  Be brief.\n"}, {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes?\n"}, {"role": "user", "content": "Näher 日本 😀"}]},
    "reasoning": {"messages": [{"role": "user", "content": "2+2"}, {"role": "assistant", "content": "<think>\nhm\n</think>\n\n4", "reasoning_content": None}, {"role": "user", "content": "3+3"},
                               {"role": "assistant", "content": "6", "reasoning_content": "\nadd\n"}], "enable_thinking": True},
    "no thinking": {"messages": [{"role": "user", "content": "2+2"}, {"role": "assistant", "content": "x</think>4"}, {"role": "user", "content": "more"}], "enable_thinking": False},
    "tools": {"messages": [{"role": "system", "content": "Use tools."}, {"role": "user", "content": "Weather?"}, CALL, {"role": "tool", "tool_call_id": "call_1", "name": "get_weather", "content": "{\"t\": 21.5}"},
                           {"role": "tool", "tool_call_id": "call_2", "content": "ok"}, {"role": "assistant", "content": "21.5°"}], "tools": TOOLS},
    "tools asked": {"messages": [{"role": "user", "content": "Weather?"}, CALL], "tools": TOOLS},
    "images": {"messages": [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": " What is this? "}, {"type": "image", "url": "x.png"}, {"type": "video"}, {"type": "text", "text": ""}]},
                            {"role": "assistant", "content": [{"type": "text", "text": "A cat."}]}]},
    "empty": {"messages": []},
    "odd": {"messages": [{"role": "assistant", "content": "I start."}, {"role": "user", "content": None}, {"role": "user"}, {"role": "moderator", "content": 5}]},
    "nulls": {"messages": [{"role": "user", "content": "x", "name": None, "tool_calls": None}, {"role": "assistant", "content": None, "tool_calls": []}], "tools": None, "documents": None},
    "documents": {"messages": [{"role": "user", "content": "Q"}], "documents": [{"title": "A", "text": "aa"}, {"title": "B's", "text": "b\nb", "score": 0.5}], "custom": {"k": [1, 2.5]}},
    "bare bos": {"messages": [{"role": "user", "content": "\n\n x \t"}], "date_string": "26 Jul 2024", "reasoning_effort": "high"},
}

COMMON = {"bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": True}

# Parts for a template, each with ways to do it.
HEADS = [
    "{{ bos_token }}",
    "{{- bos_token }}\n{%- set loop_messages = messages %}\n",
    "{%- if not date_string is defined %}\n    {%- if strftime_now is defined %}\n        {%- set date_string = strftime_now(\"%d %b %Y\") %}\n    {%- else %}\n        {%- set date_string = \"26 Jul 2024\" %}\n    {%- endif %}\n{%- endif %}\n[{{ date_string }}]",
    "{%- if reasoning_effort is not defined %}{% set reasoning_effort = 'medium' %}{% endif %}Reasoning: {{ reasoning_effort|default('none')|upper }}\n",
    "{% set ns = namespace(system='', found=false) %}{% for m in messages %}{% if m['role'] == 'system' %}{% set ns.system = ns.system ~ m['content'] %}{% set ns.found = true %}{% endif %}{% endfor %}{{ ns.system }}{{ ns.found }}\n",
]

SYSTEMS = [
    "{% if messages and messages[0]['role'] == 'system' %}{% set system_message = messages[0]['content']|trim %}{% set messages = messages[1:] %}{% else %}{% set system_message = 'You are helpful.' %}{% endif %}<|sys|>{{ system_message }}<|end|>\n",
    "{%- if messages[0].role == 'system' %}\n    {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}\n{%- endif %}\n",
    "{%- set system = messages|selectattr('role', 'equalto', 'system')|map(attribute='content')|list %}{{ system|join('\\n')|trim }}|{{ system|length }}\n",
    "",
]

TOOL_LISTS = [
    "{%- if tools %}\n    {{- \"# Tools\\n<tools>\" }}\n    {%- for tool in tools %}\n        {{- \"\\n\" }}\n        {{- tool | tojson }}\n    {%- endfor %}\n    {{- \"\\n</tools>\\n\" }}\n{%- endif %}\n",
    "{% if tools is defined and tools is not none %}{% for t in tools %}{{ t|tojson(indent=4) }}{{ '\\n\\n' if not loop.last else '\\n' }}{% endfor %}{% endif %}",
    "{%- macro type_of(p) -%}\n{%- if p.type is string %}{{ p.type }}{% elif p.type is iterable %}{{ p.type|join(' | ') }}{% endif %}\n{%- if p.enum %} in {{ p.enum|tojson }}{% endif %}\n{%- if p.default is defined %} = {{ p.default|tojson }}{% endif %}\n{%- endmacro %}"
    "{% if tools is iterable and tools|length > 0 %}{% for tool in tools %}{% set f = tool.function if tool.function is defined else tool %}{{ f.name }}({% for k, v in f.parameters.properties.items() %}{{ k }}{{ '?' if k not in (f.parameters.required or []) }}: {{ type_of(v) }}{% if not loop.last %}, {% endif %}{% endfor %}) // {{ f.description|default('-') }}\n{% endfor %}{% endif %}",
    "",
]

TURNS = [
    # Every message alike.
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}",
    # Alternating roles, checked.
    "{% for message in messages %}\n{% if message['role'] == 'system' %}{% continue %}{% endif %}\n{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) and false %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}\n{% if message['role'] == 'user' %}{{ '[INST] ' ~ message['content'] ~ ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' ' ~ message['content'] ~ eos_token }}{% endif %}\n{% endfor %}",
    # Content as text or parts.
    "{%- macro render(content) %}\n{%- if content is string %}{{ content }}{%- elif content is iterable %}{%- for part in content %}{%- if part.type == 'image' or 'image' in part %}<image>{%- elif part.type == 'text' %}{{ part.text | trim }}{%- else %}<{{ part['type'] }}>{%- endif %}{%- endfor %}{%- elif content is none or content is undefined %}(none){%- else %}{{ raise_exception('Unexpected content type: ' ~ content) }}{%- endif %}\n{%- endmacro %}\n"
    "{%- for message in messages %}\n<start_of_turn>{{ 'model' if message.role == 'assistant' else message.role }}\n{{ render(message.content) }}<end_of_turn>\n{% endfor %}",
    # Reasoning, only after the last user message.
    "{%- set ns = namespace(last=-1) %}\n{%- for message in messages[::-1] %}\n    {%- set index = (messages|length - 1) - loop.index0 %}\n    {%- if ns.last == -1 and message.role == 'user' and message.content is string and not (message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}\n        {%- set ns.last = index %}\n    {%- endif %}\n{%- endfor %}\n"
    "{%- for message in messages %}\n    {%- set content = message.content if message.content is string else '' %}\n    {%- if message.role == 'assistant' %}\n        {%- set reasoning = '' %}\n        {%- if message.reasoning_content is string %}\n            {%- set reasoning = message.reasoning_content %}\n        {%- elif '</think>' in content %}\n            {%- set reasoning = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}\n            {%- set content = content.split('</think>')[-1].lstrip('\\n') %}\n        {%- endif %}\n"
    "        {%- if loop.index0 > ns.last and (loop.last or reasoning) %}\n            {{- '<|a|><think>\\n' + reasoning.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}\n        {%- else %}\n            {{- '<|a|>' + content }}\n        {%- endif %}\n        {{- '<|e|>\\n' }}\n    {%- else %}\n        {{- '<|' ~ message.role[0] ~ '|>' ~ content ~ '<|e|>\\n' }}\n    {%- endif %}\n{%- endfor %}",
    # Tool calls and their results.
    "{%- for message in messages %}\n{%- if message.tool_calls %}\n    {{- '<|assistant|>' ~ (message.content or '') }}\n    {%- for call in message.tool_calls %}\n        {%- set call = call.function if call.function else call %}\n        {{- '\\n<tool_call>\\n{\"name\": \"' ~ call.name ~ '\", \"arguments\": ' }}\n        {%- if call.arguments is string %}{{ call.arguments }}{%- else %}{{ call.arguments | tojson }}{%- endif %}\n        {{- '}\\n</tool_call>' }}\n    {%- endfor %}\n"
    "{%- elif message.role == 'tool' %}\n    {%- if loop.first or loop.previtem.role != 'tool' %}{{- '<|tool|>' }}{%- endif %}\n    {{- '<tool_response>' ~ message.content ~ '</tool_response>' }}\n    {%- if loop.last or loop.nextitem.role != 'tool' %}{{- '<|end|>\\n' }}{%- endif %}\n{%- else %}\n    {{- '<|' ~ message.role ~ '|>' ~ message.content ~ '<|end|>\\n' }}\n{%- endif %}\n{%- endfor %}",
    # Arguments one by one.
    "{% for m in messages %}{% if m.tool_calls is defined and m.tool_calls %}{% for c in m.tool_calls %}<{{ c.function.name }}{% if c.function.arguments is mapping %}{% for k, v in c.function.arguments|items %} {{ k }}={{ v if v is string else v|tojson }}{% endfor %}{% else %} {{ c.function.arguments }}{% endif %}/>{% endfor %}{% else %}{{ loop.index }}. {{ m.role|capitalize }}: {{ m.content|default('', true)|string|replace('\\n', ' ')|trim }}\n{% endif %}{% endfor %}",
    # Generation tags.
    "{% for message in messages %}\n{% if message.role == 'assistant' %}\n<|assistant|>\n{% generation %}{{ message.content }}{{ eos_token }}{% endgeneration %}\n\n{% else %}\n<|{{ message.role }}|>\n{{ message.content }}{{ eos_token }}\n{% endif %}\n{% endfor %}",
    # Merged turns of one role.
    "{% set ns = namespace(role='', buffer=[]) %}{% for m in messages %}{% if m.role == ns.role %}{% set ns.buffer = ns.buffer + [m.content] %}{% else %}{% if ns.buffer %}<{{ ns.role }}>{{ ns.buffer|join('\\n') }}</{{ ns.role }}>{% endif %}{% set ns.role = m.role %}{% set ns.buffer = [m.content] %}{% endif %}{% endfor %}{% if ns.buffer %}<{{ ns.role }}>{{ ns.buffer|join('\\n') }}{% endif %}",
    # Grouped and counted.
    "{% for role, group in messages|groupby('role') %}{{ role }}: {{ group|length }}{{ group|map(attribute='content')|list }}\n{% endfor %}{{ messages|map(attribute='role')|unique|join('>') }}{{ (messages|selectattr('role', 'eq', 'user')|list|last).content }}",
    # Call blocks.
    "{% macro turn(role, end='<|eot|>') %}<|h|>{{ role }}<|/h|>\n\n{{ caller() }}{{ end }}{% endmacro %}{% for m in messages %}{% call turn(m.role) %}{{ m['content'] if m['content'] is string else m['content']|tojson }}{% endcall %}{% endfor %}",
]

TAILS = [
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}\n",
    "{%- if add_generation_prompt %}\n    {{- '<|assistant|>' }}\n    {%- if enable_thinking is defined and enable_thinking is false %}\n        {{- '<think>\\n\\n</think>\\n\\n' }}\n    {%- endif %}\n{%- endif %}",
    "{% if documents %}{% for doc in documents %}\n## {{ doc.title }}\n{{ doc.text }}{% for k, v in doc|dictsort if k not in ['title', 'text'] %} {{ k }}={{ v }}{% endfor %}{% endfor %}{% endif %}{{ custom }}",
]


def cases():
    conversations = itertools.cycle(CONVERSATIONS.values())
    count = 0
    for head, turns in itertools.product(HEADS, TURNS):
        for system in SYSTEMS:
            # Each pair of the large parts meets some of the others and three conversations.
            tools = TOOL_LISTS[count % len(TOOL_LISTS)]
            tail = TAILS[(count // 2) % len(TAILS)]
            count += 1
            source = head + system + tools + turns + tail
            for _ in range(2):
                context = COMMON | next(conversations)
                context["add_generation_prompt"] = count % 3 != 0
                yield source, json.loads(json.dumps(context))
            next(conversations)
    # Every way to write the turns with every conversation.
    for turns, tail in zip(TURNS, itertools.cycle(TAILS)):
        for conversation in CONVERSATIONS.values():
            yield turns + tail, COMMON | conversation
    for tools in TOOL_LISTS[:3]:
        for name in ["tools", "nulls", "empty"]:
            yield tools, COMMON | CONVERSATIONS[name]


CASES = list(cases())
