"""Reads a report on standard input and checks it against a JSON Schema, the one argument.

It is an oracle of its own: Python's json for the text, and here the few keywords that the schema of reports
limits itself to. Beyond JSON Schema it demands that every member is described, that none stands twice, and that
members stand in the order in which the schema has them. Prints the first twenty faults, one a line; exits 1 for any.
"""

import json
import sys

ANNOTATIONS = {"$schema", "$id", "$comment", "title", "description"}
KEYWORDS = {"type", "required", "properties", "items", "enum", "const", "minimum"}
faults = []


def unique(pairs):
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            faults.append(f"the member {name!r} stands twice")
    return dict(pairs)


def kinds(value):
    if value is None:
        return {"null"}
    if isinstance(value, bool):
        return {"boolean"}
    if isinstance(value, int):
        return {"integer", "number"}
    if isinstance(value, float):
        return {"integer", "number"} if value.is_integer() else {"number"}
    return {str: {"string"}, list: {"array"}, dict: {"object"}}[type(value)]


def equal(left, right):
    return left == right and isinstance(left, bool) == isinstance(right, bool)


def check(value, schema, where):
    unknown = set(schema) - ANNOTATIONS - KEYWORDS
    if unknown:
        faults.append(f"{where}: the schema has the keywords {sorted(unknown)}")
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not kinds(value) & set(types):
        faults.append(f"{where}: {value!r} is none of {types}")
    if "enum" in schema and not any(equal(value, candidate) for candidate in schema["enum"]):
        faults.append(f"{where}: {value!r} is none of {schema['enum']}")
    if "const" in schema and not equal(value, schema["const"]):
        faults.append(f"{where}: {value!r} is not {schema['const']!r}")
    if "minimum" in schema and "number" in kinds(value) and value < schema["minimum"]:
        faults.append(f"{where}: {value!r} is below {schema['minimum']}")
    if isinstance(value, dict):
        for name in schema.get("required", []):
            if name not in value:
                faults.append(f"{where}: the member {name!r} is missing")
        properties = schema.get("properties")
        if properties is not None:
            if list(value) != [name for name in properties if name in value]:
                faults.append(f"{where}: {list(value)} is not the order of the schema, or has members it does not describe")
            for name, member in value.items():
                if name in properties:
                    check(member, properties[name], f"{where}/{name}")
    if isinstance(value, list) and "items" in schema:
        for position, element in enumerate(value):
            check(element, schema["items"], f"{where}/{position}")


with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
text = sys.stdin.buffer.read()
if not text.endswith(b"}\n"):
    faults.append("the text does not end with } and a newline")
report = json.loads(text.decode("utf-8", "strict"), object_pairs_hook=unique)
check(report, schema, "")
for fault in faults[:20]:
    print(fault)
sys.exit(1 if faults else 0)
