"""Break a program at each of its file-changing calls, and look at what is left.

`Server` keeps a process that has loaded the program and forks a child per trial, under a shim (crashshim.c, built with
gcc) that counts the calls below a folder and kills the child, cuts a write or fails a call at the n-th. `Disk` replays
the recorded calls of one run and gives what a power cut after any of them would have left.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

SHIM = Path(__file__).with_name("crashshim.c")


class Call(NamedTuple):
    """One file-changing call: what, on which path, where in the file, with which bytes."""

    kind: str
    path: str
    other: str
    offset: int
    data: bytes


def build(folder: Path) -> Path:
    """Compile the shim into `folder`; needs gcc."""
    library = folder / "crashshim.so"
    command = ["gcc", "-shared", "-fPIC", "-O2", "-w", "-o", str(library), str(SHIM), "-ldl", "-lpthread"]
    subprocess.run(command, check=True)
    return library


class Server:
    """A driver (a Python file that calls `serve`) under the shim."""

    def __init__(self, library: Path, driver: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(driver)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "LD_PRELOAD": str(library)},
        )

    def run(self, *arguments: str, root: Path, at: int = 0, mode: str = "kill", record: Path | None = None):
        """Run the driver once; its exit status (negative: killed by that signal) and how many calls it made."""
        count = root.parent / f"{root.name}.count"
        count.unlink(missing_ok=True)
        settings = {"CRASH_ROOT": root, "CRASH_AT": at, "CRASH_MODE": mode, "CRASH_COUNT": count}
        if record is not None:
            settings["CRASH_LOG"] = record
        order = {"arguments": arguments, "settings": {k: str(v) for k, v in settings.items()}}
        print(json.dumps(order), file=self._process.stdin, flush=True)
        status = int(self._process.stdout.readline())
        return status, int(count.read_text()) if count.exists() else None

    def close(self) -> None:
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


def serve(main) -> None:
    """The driver's side: for each order from stdin fork a child that calls `main(*arguments)`, and tell its status."""
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            os.environ.update(order["settings"])
            sys.exit(main(*order["arguments"]))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def recorded(log: Path) -> list[Call]:
    """The calls of a run that was recorded, in order."""
    data, at, calls = log.read_bytes(), 0, []
    while at < len(data):
        fields = []
        for _ in range(5):
            end = data.index(0, at)
            fields.append(data[at:end].decode("utf-8", "surrogateescape"))
            at = end + 1
        size = int(fields[4])
        calls.append(Call(fields[0], fields[1], fields[2], int(fields[3]), data[at : at + size]))
        at += size
    return calls


class Disk:
    """A folder as the system shows it, and as the disk holds it: contents and names last once they were synced."""

    def __init__(self, root: Path) -> None:
        self.root, self.files, self.serial = str(root), {}, 0
        self.names, self.kept_names, self.folders, self.kept_folders = {}, {}, set(), set()
        for folder, _, names in os.walk(root):
            self.folders.add(folder)
            for name in names:
                path = f"{folder}/{name}"
                self._new(path)
                content = Path(path).read_bytes()
                self.files[self.serial] = [bytearray(content), content]
        self.kept_names, self.kept_folders = dict(self.names), set(self.folders)

    def _new(self, path: str) -> None:
        self.serial += 1
        self.files[self.serial] = [bytearray(), b""]
        self.names[path] = self.serial

    def apply(self, call: Call) -> None:
        getattr(self, f"_{call.kind}")(call)

    def _create(self, call: Call) -> None:
        self._new(call.path)

    def _write(self, call: Call) -> None:
        if call.path in self.names:
            content = self.files[self.names[call.path]][0]
            content.extend(bytes(max(0, call.offset - len(content))))
            content[call.offset : call.offset + len(call.data)] = call.data

    def _truncate(self, call: Call) -> None:
        if call.path in self.names:
            content = self.files[self.names[call.path]][0]
            content.extend(bytes(max(0, call.offset - len(content))))
            del content[call.offset :]

    def _rename(self, call: Call) -> None:
        if call.path in self.names:
            self.names[call.other] = self.names.pop(call.path)

    def _link(self, call: Call) -> None:
        self.names[call.other] = self.names[call.path]

    def _unlink(self, call: Call) -> None:
        self.names.pop(call.path, None)

    def _mkdir(self, call: Call) -> None:
        self.folders.add(call.path)

    def _rmdir(self, call: Call) -> None:
        self.folders.discard(call.path)

    def _fsync(self, call: Call) -> None:
        if call.path in self.names:
            content = self.files[self.names[call.path]]
            content[1] = bytes(content[0])
        elif call.path in self.folders:

            def inside(paths):
                return {path for path in paths if str(Path(path).parent) == call.path}

            for name in inside(self.kept_names):
                del self.kept_names[name]
            self.kept_names.update({name: self.names[name] for name in inside(self.names)})
            self.kept_folders = (self.kept_folders - inside(self.kept_folders)) | inside(self.folders)
            self.kept_folders.add(call.path)

    def cut(self, destination: Path, *, names_last: bool) -> None:
        """Write what is left after a power cut now. `names_last`: names stay without a sync, contents do not."""
        names, folders = (self.names, self.folders) if names_last else (self.kept_names, self.kept_folders)
        for folder in sorted(folders):
            target = destination / os.path.relpath(folder, self.root)
            if target.parent.is_dir() or target == destination:
                target.mkdir(parents=True, exist_ok=True)
        for path, file in names.items():
            target = destination / os.path.relpath(path, self.root)
            if target.parent.is_dir():
                target.write_bytes(self.files[file][1])
