"""One program that keeps documents in a tree while Uprev migrates it, and checks that it always reads what it saved.

Usage: live_writer.py RESULT-FILE JSON-OF-SETTINGS. Settings: folder, style, documents (names), seed, saves (at least),
seconds (at least), patience (seconds within which what it reads must settle).

It exits 0 when it has done its saves, and 1 when a save was lost, torn or resurrected; either way the result file says what
it did, and then also the last things that happened, with the monotonic clock's times.
"""

import base64
import collections
import json
import os
import random
import sys
import time

import documents as texts

# Pauses between two saves, seconds; one of them holds for a phase of at most PHASE seconds.
PAUSES = (0, 0, 0.0001, 0.0005, 0.002, 0.008, 0.03)
PHASE = 0.08


class Violation(Exception):
    pass


class Timeline:
    """The last things that happened, cheaply."""

    def __init__(self):
        self.events = collections.deque(maxlen=80)

    def note(self, *event):
        self.events.append((time.monotonic(), *event))

    def lines(self):
        return [f"{event[0]:.6f}  {' '.join(str(part) for part in event[1:])}" for event in self.events]


class Document:
    """A document, and the save of it that must be found."""

    def __init__(self, folder, name, settings, timeline):
        self.name, self.timeline = name, timeline
        self.is_archived = settings["style"] == "archive"
        self.path = os.path.join(folder, f"{name}.tar" if self.is_archived else f"{name}.json")
        self.sequence = 0
        self.is_there = False
        self.saved = self.becomes = b""
        self.patience = settings["patience"]
        # While a program writes in place, others may read it half written, Uprev too: such a text is taken back as an
        # older one is.
        self.may_be_torn = settings["style"] not in ("replace", "archive")
        self.transients = 0
        self.slowest = 0.0

    def next_text(self, size=0):
        self.sequence += 1
        self.saved = texts.text(self.name, self.sequence).ljust(size)
        self.becomes = texts.migrated(self.saved)
        if self.is_archived:
            self.saved, self.becomes = (texts.archived(self.name, text) for text in (self.saved, self.becomes))
        self.is_there = True
        return self.saved

    def identified(self, found):
        if self.is_archived:
            found = texts.unarchived(found, self.name)
        return None if found is None else texts.identified(found, self.name)

    def read(self):
        try:
            with open(self.path, "rb", buffering=0) as file:
                return file.read()
        except FileNotFoundError:
            return None

    def check(self):
        """What is there must be the last save, in its old or its new form; at the latest after a moment."""
        found = self.read()
        if self.is_right(found):
            return
        first = begun = time.monotonic()
        self.describe(found, "read")
        while True:
            self.refuse_at_once(found)
            if time.monotonic() - begun > self.patience:
                raise Violation(f"{self.name}: {self.what(found)} for {self.patience} s; last save {self.sequence}")
            time.sleep(0.0005)
            found = self.read()
            if self.is_right(found):
                break
        self.transients += 1
        self.slowest = max(self.slowest, time.monotonic() - first)
        self.describe(found, "settled")

    def is_right(self, found):
        if not self.is_there:
            return found is None
        return found == self.saved or found == self.becomes

    def refuse_at_once(self, found):
        if not self.is_there:
            raise Violation(f"{self.name}: deleted, and there again: {self.what(found)}; last save {self.sequence}")
        if found is None:
            raise Violation(f"{self.name}: missing; last save {self.sequence}")
        identity = self.identified(found)
        if identity is None and not self.may_be_torn:
            raise Violation(f"{self.name}: torn: {found[:200]!r}; last save {self.sequence}")
        if identity is not None and identity[0] > self.sequence:
            raise Violation(f"{self.name}: save {identity[0]} was never made; last save {self.sequence}")

    def what(self, found):
        if found is None:
            return "missing"
        identity = self.identified(found)
        if identity is None:
            return f"torn ({len(found)} bytes: {found[:60]!r}…)"
        return f"save {identity[0]}{', migrated' if identity[1] else ''}"

    def describe(self, found, verb):
        self.timeline.note(verb, self.name, self.what(found))

    # The styles of saving.

    def replace(self):
        """As the reference does: a temporary beside it, then replace."""
        data = self.next_text()
        with open(self.path + ".tmp", "wb", buffering=0) as file:
            file.write(data)
        os.replace(self.path + ".tmp", self.path)
        self.timeline.note("replaced", self.name, self.sequence)

    def truncate(self, pause):
        """In place: truncates, writes, closes; as `open(path, "w")` does. The name must lead somewhere."""
        file = os.open(self.path, os.O_WRONLY | os.O_TRUNC)
        try:
            if pause:
                time.sleep(pause)
            os.write(file, self.next_text())
        finally:
            os.close(file)
        self.timeline.note("wrote", self.name, self.sequence)

    def overwrite(self, pause):
        """In place, never shorter, through a descriptor that stays open a moment."""
        file = os.open(self.path, os.O_RDWR)
        try:
            if pause:
                time.sleep(pause)
            data = self.next_text(os.fstat(file).st_size)
            os.pwrite(file, data, 0)
            self.timeline.note("overwrote", self.name, self.sequence)
            if pause:
                time.sleep(pause)
        finally:
            os.close(file)
        self.timeline.note("closed", self.name, self.sequence)

    def delete(self):
        try:
            os.unlink(self.path)
        except FileNotFoundError:
            raise Violation(f"{self.name}: missing when it was to be deleted; last save {self.sequence}") from None
        self.is_there = False
        self.timeline.note("deleted", self.name, self.sequence)

    def create(self):
        """Anew, under a name that must be free."""
        data = self.next_text()
        try:
            file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        except FileExistsError:
            self.is_there = False
            raise Violation(f"{self.name}: deleted, and there again: {self.what(self.read())}") from None
        try:
            os.write(file, data)
        finally:
            os.close(file)
        self.timeline.note("created", self.name, self.sequence)


def step(document, style, choose):
    """One action; whether it was a save."""
    if document.sequence == 0:
        document.replace()
    elif not document.is_there:
        document.create()
    elif style == "recreate":
        if choose.random() < 0.6:
            document.delete()
            return False
        document.replace()
    elif style in ("replace", "archive"):
        document.replace()
    else:
        pause = choose.choice((0, 0, 0.0003, 0.003)) if choose.random() < 0.2 else 0
        (document.truncate if style == "truncate" else document.overwrite)(pause)
    return True


def main(result_file, settings):
    choose = random.Random(settings["seed"])
    timeline = Timeline()
    kept = [Document(settings["folder"], name, settings, timeline) for name in settings["documents"]]
    saves = checks = 0
    violation = None
    begun = time.monotonic()
    pause, phase_ends = 0, 0.0
    try:
        while saves < settings["saves"] or time.monotonic() - begun < settings["seconds"]:
            if time.monotonic() > phase_ends:
                pause, phase_ends = choose.choice(PAUSES), time.monotonic() + choose.random() * PHASE
            document = choose.choice(kept)
            # Now and then a program saves without having looked.
            if choose.random() < 0.9:
                document.check()
                checks += 1
            try:
                saves += step(document, settings["style"], choose)
            except FileNotFoundError as error:
                raise Violation(f"{document.name}: missing: {error}; last save {document.sequence}") from None
            if pause:
                time.sleep(pause)
            if choose.random() < 0.3:
                document.check()
                checks += 1
        for document in kept:
            document.check()
    except Violation as error:
        violation = str(error)
    with open(result_file, "w") as file:
        json.dump(
            {
                "style": settings["style"],
                "saves": saves,
                "checks": checks,
                "transients": sum(document.transients for document in kept),
                "slowest": max(document.slowest for document in kept),
                "violation": violation,
                "timeline": timeline.lines() if violation else [],
                # What is to be there when Uprev has run once more: base64, or null for nothing.
                "expected": {
                    os.path.basename(document.path): (
                        base64.b64encode(document.becomes).decode() if document.is_there else None
                    )
                    for document in kept
                },
                "sequences": {document.name: document.sequence for document in kept},
            },
            file,
        )
    return 1 if violation else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], json.loads(sys.argv[2])))
