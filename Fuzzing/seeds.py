"""Writes the seeds of the fuzzers, a folder each: small sound archives, documents, pipelines and schemas.

usage: seeds.py FOLDER
"""
import bz2, gzip, io, json, lzma, os, pathlib, subprocess, sys, tarfile, zipfile

root = pathlib.Path(sys.argv[1])
checkout = pathlib.Path(__file__).resolve().parent.parent
NAMES = ["x.tar", "x.tar.gz", "x.tar.zst", "x.tar.xz", "x.tar.bz2", "x.tar.lz4", "x.zip", "x.7z", "x.cpio", "x"]


def write(fuzzer, name, data):
    folder = root / fuzzer
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def put(name, kind, data):
    """An archive, with the byte that names its kind in front."""
    write("FuzzArchive", name, bytes([NAMES.index(kind)]) + data)


def tar(format, long=False, extra={}):
    file = io.BytesIO()
    archive = tarfile.open(fileobj=file, mode="w", format=format, pax_headers=extra)
    for name, data in [("n" * (130 if long else 3) + ".json", b'{"a": 1}'), ("big", b"b" * 1500), ("b.json", b"{}" * 300)]:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.SYMTYPE, "big"
    archive.addfile(link)
    archive.close()
    return file.getvalue()


def run(*command, input):
    return subprocess.run(command, input=input, stdout=subprocess.PIPE, check=True).stdout


tars = {
    "ustar": tar(tarfile.USTAR_FORMAT),
    "gnu": tar(tarfile.GNU_FORMAT, long=True),
    "pax": tar(tarfile.PAX_FORMAT, long=True, extra={"comment": "g"}),
}
for name, data in tars.items():
    put(name, "x.tar", data)
    put(name + "-unnamed", "x", data)
    put(name + ".gz", "x.tar.gz", gzip.compress(data))
    put(name + ".xz", "x.tar.xz", lzma.compress(data))
    put(name + ".bz2", "x.tar.bz2", bz2.compress(data))
    put(name + ".zst", "x.tar.zst", run("zstd", "-qc", input=data))
    put(name + ".lz4", "x.tar.lz4", run("lz4", "-qc", input=data))
for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("a.json", '{"a": 1}')
        archive.writestr("big", b"b" * 900)
    put(f"zip{method}", "x.zip", file.getvalue())
for kind in ("newc", "odc"):
    put("cpio-" + kind, "x.cpio", run("bsdtar", "--format", kind, "-cf", "-", "-C", os.path.dirname(os.path.abspath(__file__)), "seeds.py", input=b""))
put("7z", "x.7z", run("bsdtar", "--format", "7zip", "-cf", "-", "-C", os.path.dirname(os.path.abspath(__file__)), "seeds.py", input=b""))

# Choices, a zero byte, a text.
execution = {"features": {"data_size": 10, "coefficient_of_variation": float("nan")}, "n_jobs": 1, "tags": ["\u00e9", "a/b~c", []]}
for number, text in enumerate(
    [json.dumps(execution, indent=2), json.dumps(execution, separators=(",", ":")), "[1e-05, -0.0, 1E400]\n", "{}", "[ ]"]
):
    for choice in range(8):
        write("FuzzJSON", f"{number}-{choice}", bytes([1, 2, choice + 1, choice % 4 + 1]) + b"\0" + text.encode())

# A file, a zero byte, a document.
example = b"\0" + json.dumps(execution).encode()
for path in (checkout / "pipelines").glob("*/pipeline.yaml"):
    write("FuzzPipeline", path.parent.name, path.read_bytes() + example)
HEAD = "uprev: 1\nname: x\nformats:\n  - name: f\n    files: ['*.json']\n    version: {at: /version, type: integer, missing: 1}\n"
STEPS = [
    "{op: add, path: /a, value: 1}", "{op: move, from: /n_jobs, path: /features/n}", "{op: test, path: '', value: {}}",
    "{op: copy, from: /tags, path: /tags/-}", "{op: remove, path: /tags/0}", "default: {at: /g, value: null}",
    "rename: {at: /n_jobs, to: jobs}", "each: {at: /tags, steps: [{op: replace, path: '', value: [1]}]}",
    "convert: {at: /n_jobs, multiply: 0.001}\n            when: {at: /n_jobs, type: number}", "convert: {at: /n_jobs, as: string}",
]
for number, step in enumerate(STEPS):
    text = f"{HEAD}    current: 2\n    migrations:\n      - from: 1\n        to: 2\n        steps:\n          - {step}\n"
    write("FuzzPipeline", f"step-{number}", text.encode() + example)

# A schema, a zero byte, a document.
for path in (checkout / "pipelines").glob("*/schemas/*.json"):
    write("FuzzSchema", f"{path.parent.parent.name}-{path.name}", path.read_bytes() + example)
for number, schema in enumerate(
    [
        {"$defs": {"n": {"type": "integer", "minimum": 0}}, "properties": {"n_jobs": {"$ref": "#/$defs/n"}}, "unevaluatedProperties": False},
        {"$dynamicAnchor": "x", "additionalProperties": {"$dynamicRef": "#x"}, "patternProperties": {"^n_": {"multipleOf": 0.5}}},
        {"anyOf": [{"required": ["n_jobs"]}, {"not": {"type": "object"}}], "if": {"minProperties": 2}, "then": {"maxProperties": 9}},
        {"prefixItems": [{"const": 1}], "contains": {"pattern": "^(a|b)*$"}, "uniqueItems": True, "unevaluatedItems": False},
        {"$schema": "http://json-schema.org/draft-07/schema#", "dependencies": {"a": ["b"]}, "items": [True, False]},
    ]
):
    write("FuzzSchema", f"keywords-{number}", json.dumps(schema).encode() + example)
