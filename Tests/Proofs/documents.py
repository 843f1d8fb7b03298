"""The documents of the proofs: texts that tell by themselves which save they are, and what Uprev makes of them."""

import io
import json
import os
import tarfile

STAMP = b'"version": 1'
END = b"\n}"


def text(name, sequence):
    """Save number `sequence` of the document `name`: no two saves share much, and their lengths differ.

    Every other one has no version, so that Uprev changes the length of it; the others keep theirs.
    """
    filler = f"{name}.{sequence:09d}." * (1 + sequence * 7919 % 120)
    stamp = ',\n  "version": 1' if sequence % 2 else ""
    return f'{{\n  "document": "{name}",\n  "sequence": {sequence},\n  "filler": "{filler}"{stamp}\n}}'.encode()


def migrated(before):
    """What Uprev makes of a text of ``text``, white space after it included."""
    if STAMP in before:
        return before.replace(STAMP, b'"version": 2')
    body, end, rest = before.rpartition(END)
    return body + b',\n  "version": 2' + end + rest


def identified(data, name):
    """(sequence, whether migrated) if `data` is exactly one save of the document, in its old or new form; else None."""
    try:
        sequence = json.loads(data)["sequence"]
        before = text(name, sequence)
    except (ValueError, KeyError, TypeError):
        return None
    found = data.rstrip(b" ")
    if found == before:
        return sequence, False
    if found == migrated(before):
        return sequence, True
    return None


def archived(name, data):
    """A tar with one document in it; always the same bytes for the same text, and what Uprev makes of it is the same made
    of the migrated text."""
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        member = tarfile.TarInfo(f"{name}.json")
        member.size, member.mtime = len(data), 1_700_000_000
        archive.addfile(member, io.BytesIO(data))
    return memory.getvalue()


def unarchived(data, name):
    """The document in a tar of ``archived``; None if it is not one, to the byte."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            text = archive.extractfile(f"{name}.json").read()
    except (tarfile.TarError, KeyError, AttributeError, EOFError):
        return None
    return text if archived(name, text) == data else None


def tree(count, folders):
    """{path: text} of a tree: `count` documents in `folders` folders, nested, and some files that are no documents."""
    result = {}
    for number in range(count):
        folder = number % folders
        parts = [f"folder-{digit}" for digit in str(folder)] if folder else []
        name = f"document-{number}"
        result["/".join([*parts, f"{name}.json"])] = text(name, number)
    result["notes.txt"] = b"no document\n"
    return result


def migrated_tree(before):
    return {path: migrated(data) if path.endswith(".json") else data for path, data in before.items()}


def write_tree(root, files):
    for path, data in files.items():
        place = os.path.join(root, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "wb") as file:
            file.write(data)


def read_tree(root):
    """{path: bytes} of every regular file below `root`; and the paths of all else that is no plain folder."""
    files, others = {}, []
    for folder, names, entries in os.walk(root):
        for name in [*names, *entries]:
            path = os.path.join(folder, name)
            inside = os.path.relpath(path, root)
            if os.path.islink(path) or not (os.path.isfile(path) or os.path.isdir(path)):
                others.append(inside)
            elif os.path.isfile(path):
                with open(path, "rb") as file:
                    files[inside] = file.read()
            elif name.startswith(".uprev-"):
                others.append(inside)
    return files, others
