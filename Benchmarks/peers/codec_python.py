#!/usr/bin/env python3
"""What Python does with documents in memory, on one thread: prints figures as CodecBenchmark does.

usage: codec_python.py scan json|orjson FOLDER
       codec_python.py validate fastjsonschema|jsonschema FOLDER SCHEMA
"""

import json
import pathlib
import statistics
import sys
import time

LEAST_SECONDS = 2.0


def count(value):
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(count(child) for child in children)


def scanner(library):
    if library == "orjson":
        import orjson

        return orjson.loads
    return json.loads


def refusal(library, schema):
    """A function that says whether a value does not satisfy the schema."""
    if library == "fastjsonschema":
        import fastjsonschema

        # It has no draft 2020-12; of what this schema uses draft 7 says the same.
        check = fastjsonschema.compile({**schema, "$schema": "http://json-schema.org/draft-07/schema#"})

        def refuses(value):
            try:
                check(value)
            except fastjsonschema.JsonSchemaException:
                return True
            return False

        return refuses
    import jsonschema

    validator = jsonschema.validators.validator_for(schema)(schema)
    return lambda value: not validator.is_valid(value)


def measured(work, texts, checksum):
    seconds = []
    work()
    while sum(seconds) < LEAST_SECONDS or len(seconds) < 5:
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return {
        "documents": len(texts),
        "bytes": sum(map(len, texts)),
        "secondsPerPass": statistics.median(seconds),
        "passes": len(seconds),
        "checksum": checksum,
    }


def main(work, library, folder, schema=None):
    texts = [path.read_bytes() for path in sorted(pathlib.Path(folder).glob("*.json"))]
    if work == "scan":
        loads = scanner(library)

        def scan():
            for text in texts:
                loads(text)

        return measured(scan, texts, sum(count(loads(text)) for text in texts))
    refuses = refusal(library, json.loads(pathlib.Path(schema).read_bytes()))
    values = [json.loads(text) for text in texts]

    def validate():
        for value in values:
            refuses(value)

    return measured(validate, texts, sum(refuses(value) for value in values))


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
