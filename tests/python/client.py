#!/usr/bin/env python3
"""A second client of okrd, written from proto/README.md and crates/okr-log/FORMAT.md alone.

Logs in with a one-time code, pulls the whole log and verifies it, pushes one check-in twice by calls and twice on a
stream, follows until it comes back, and prints a summary as JSON. It shares no code with the Rust client: where the two disagree, a document is wrong.

    client.py URL CODE SLUG VALUE [--confidence 0-10] [--note TEXT] [--reason TEXT]
"""

import argparse
import base64
import hashlib
import json
import secrets
import struct
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import grpc
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from grpc_tools import protoc

PROTO = Path(__file__).resolve().parents[2] / "proto"
EVENT, IDENTITY, SYNC = (f"okr/v1/{name}.proto" for name in ("event", "identity", "sync"))

# A call that takes longer than this has failed; the server's own limit is 30 s.
TIMEOUT_SECONDS = 40


class Integrity(Exception):
    """The server sent something that does not hold."""


def generate():
    """Makes the stubs from proto/ in a directory of their own, and imports them."""
    with tempfile.TemporaryDirectory() as directory:
        out = [f"--python_out={directory}", f"--grpc_python_out={directory}"]
        if protoc.main(["protoc", f"--proto_path={PROTO}", *out, EVENT, IDENTITY, SYNC]) != 0:
            raise SystemExit("the messages in proto/ do not compile")
        sys.path.insert(0, directory)
        from okr.v1 import event_pb2, identity_pb2, identity_pb2_grpc, sync_pb2, sync_pb2_grpc

        sys.path.remove(directory)
        return event_pb2, identity_pb2, identity_pb2_grpc, sync_pb2, sync_pb2_grpc


event_pb2, identity_pb2, identity_grpc, sync_pb2, sync_grpc = generate()


def sha256(data):
    return hashlib.sha256(data).digest()


@dataclass
class Record:
    """A stored change: FORMAT.md, section 1. An erased text is None."""

    position: int
    recorded_at_us: int
    author: bytes
    token: bytes
    change_id: bytes
    body: bytes
    texts: list
    leaf: bytes

    HEAD = struct.Struct("<BQq16s16s16sI")

    @classmethod
    def parse(cls, data):
        version, position, recorded_at_us, author, token, change_id, size = cls.HEAD.unpack_from(data, 0)
        if version != 1:
            raise Integrity(f"a record of version {version}, this client knows 1")
        at = cls.HEAD.size + size
        body = data[cls.HEAD.size : at]
        (count,) = struct.unpack_from("<H", data, at)
        at += 2
        # The leaf takes everything up to here as it stands, and each text by its hash: FORMAT.md, section 2.
        hashed, texts = [b"\x00", data[:at]], []
        for _ in range(count):
            flag = data[at]
            if flag == 0:
                salt = data[at + 1 : at + 17]
                (length,) = struct.unpack_from("<I", data, at + 17)
                text = data[at + 21 : at + 21 + length]
                hashed.append(sha256(salt + text))
                texts.append(text.decode("utf-8"))
                at += 21 + length
            elif flag == 1:
                hashed.append(data[at + 1 : at + 33])
                texts.append(None)
                at += 33
            else:
                raise Integrity(f"a text with the flag {flag}")
        if at != len(data):
            raise Integrity(f"a record of {len(data)} bytes ends at {at}")
        leaf = sha256(b"".join(hashed))
        return cls(position, recorded_at_us, author, token, change_id, body, texts, leaf)


@dataclass
class Tree:
    """An RFC 6962 tree that grows by leaves: its perfect subtrees from left to right, as (leaves, root)."""

    subtrees: list = field(default_factory=list)

    def push(self, leaf):
        size = 1
        while self.subtrees and self.subtrees[-1][0] == size:
            _, left = self.subtrees.pop()
            leaf, size = sha256(b"\x01" + left + leaf), size * 2
        self.subtrees.append((size, leaf))

    def root(self):
        if not self.subtrees:
            return sha256(b"")
        *rest, (_, root) = self.subtrees
        for _, left in reversed(rest):
            root = sha256(b"\x01" + left + root)
        return root


class Verifier:
    """What is pinned at login: the origin of the checkpoints and the key that signs them. FORMAT.md, section 3."""

    def __init__(self, origin, verifier_key):
        # A key name holds no "+", base64 may: the first two separate.
        self.name, key_id, encoded = verifier_key.split("+", 2)
        typed = base64.b64decode(encoded, validate=True)
        self.origin, self.key_id = origin, bytes.fromhex(key_id)
        if len(typed) != 33 or typed[0] != 1:
            raise Integrity("the verifier key is not an Ed25519 key")
        if sha256(self.name.encode() + b"\n" + typed)[:4] != self.key_id:
            raise Integrity("the id of the verifier key is not that of its key")
        self.key = Ed25519PublicKey.from_public_bytes(typed[1:])

    def verify(self, note):
        """Returns size and root of a checkpoint that our key signed."""
        text, _, signatures = note.partition("\n\n")
        text += "\n"
        ours = [line for line in signatures.splitlines() if line.startswith(f"\u2014 {self.name} ")]
        verified = 0
        for line in ours:
            signature = base64.b64decode(line.rsplit(" ", 1)[1], validate=True)
            if signature[:4] == self.key_id:
                try:
                    self.key.verify(signature[4:], text.encode())
                except InvalidSignature:
                    raise Integrity("a signature of the checkpoint does not verify") from None
                verified += 1
        if verified == 0:
            raise Integrity("the checkpoint is not signed by the pinned key")
        origin, size, root = text.splitlines()[:3]
        if origin != self.origin:
            raise Integrity(f"a checkpoint of {origin}, pinned is {self.origin}")
        return int(size), base64.b64decode(root, validate=True)


class Replica:
    """What was pulled and verified."""

    def __init__(self, verifier):
        self.verifier, self.tree = verifier, Tree()
        self.records, self.people = [], {}
        self.directory_version = self.checkpoints = self.heartbeats = 0

    @property
    def head(self):
        return len(self.records)

    def take(self, response):
        """Takes one message of a pull; returns whether a verified checkpoint covers everything so far."""
        kind = response.WhichOneof("what")
        if kind == "records":
            for data in response.records.records:
                self.append(Record.parse(data))
        elif kind == "directory":
            self.directory_version = response.directory.version
            self.people = {entry.person: entry.handle for entry in response.directory.entries}
        elif kind == "heartbeat":
            self.heartbeats += 1
        elif kind == "checkpoint":
            size, root = self.verifier.verify(response.checkpoint.note)
            if size != self.head:
                raise Integrity(f"a checkpoint of {size} changes after {self.head} records")
            if root != self.tree.root():
                raise Integrity(f"the root of {size} changes is not the one that the server signed")
            self.checkpoints += 1
            return True
        return False

    def append(self, record):
        if record.position != self.head + 1:
            raise Integrity(f"position {record.position} follows {self.head}")
        if self.records and record.recorded_at_us < self.records[-1].recorded_at_us:
            raise Integrity(f"the time goes backwards at position {record.position}")
        self.tree.push(record.leaf)
        self.records.append(record)

    def key_result(self, slug):
        """Finds the id of the key result that was created with this slug."""
        for record in self.records:
            for event in event_pb2.Change.FromString(record.body).events:
                created = event.key_result.created
                # A text is a number: 0 is none, n is the n-th of the record.
                if created.slug and record.texts[created.slug - 1] == slug:
                    return event.subject
        raise SystemExit(f"no key result was created as {slug}")

    def today(self):
        """Returns the day that it is in the organisation, in days since 1970; the first change says in which time zone."""
        created = event_pb2.Change.FromString(self.records[0].body).events[0].org.created
        return (datetime.now(ZoneInfo(created.time_zone)).date() - date(1970, 1, 1)).days


def uuid7():
    """Makes a UUIDv7 (RFC 9562): 48 bits of milliseconds, then random bits around version and variant."""
    value = time.time_ns() // 1_000_000 << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return uuid.UUID(int=value & ~(0x3 << 62) | 0x2 << 62).bytes


def number(value):
    """Makes an exact decimal in its lowest form."""
    sign, digits, exponent = Decimal(value).normalize().as_tuple()
    units = int("".join(map(str, digits))) * (-1 if sign else 1) * 10 ** max(exponent, 0)
    return event_pb2.Number(units=units, scale=max(-exponent, 0))


def check_in(key_result, day, arguments):
    """Makes a change with one check-in in its one encoding, and the id of the change."""
    texts = []

    def text(string):
        if not string:
            return 0
        texts.append(sync_pb2.Text(salt=secrets.token_bytes(16), text=string))
        return len(texts)

    # Texts are numbered in the order in which they are referred to: the reason (field 5) stands before the events (7).
    now_us = time.time_ns() // 1_000
    change = event_pb2.Change(id=uuid7(), authored_at_us=now_us, source=event_pb2.SOURCE_AUTOMATION)
    change.reason = text(arguments.reason)
    event = change.events.add(subject=uuid7())
    recorded = event.check_in.recorded
    recorded.key_result = key_result
    recorded.effective_day = day
    recorded.value.number.CopyFrom(number(arguments.value))
    if arguments.confidence is not None:
        recorded.confidence = arguments.confidence
    recorded.note = text(arguments.note)
    encoded = change.SerializeToString(deterministic=True)
    return change.id, sync_pb2.NewChange(change=encoded, texts=texts)


def outcome(response):
    """Returns what became of the only change of a push: its kind and its position."""
    (result,) = response.results
    kind = result.WhichOneof("outcome")
    if kind == "rejected":
        raise SystemExit(f"rejected: {result.rejected.code}: {result.rejected.message}")
    return {"outcome": kind, "position": getattr(result, kind).position}


def run(arguments):
    channel = grpc.insecure_channel(arguments.url.removeprefix("http://"))
    metadata = [("okr-protocol", "1")]
    identity, sync = identity_grpc.IdentityStub(channel), sync_grpc.SyncStub(channel)
    request = identity_pb2.LoginRequest(code=arguments.code, device="a second client")
    login = identity.Login(request, metadata=metadata, timeout=TIMEOUT_SECONDS)
    metadata.append(("authorization", f"Bearer {login.token}"))
    call = {"metadata": metadata, "timeout": TIMEOUT_SECONDS}

    replica = Replica(Verifier(login.identity.origin, login.identity.verifier_key))
    covered = False
    for response in sync.Pull(sync_pb2.PullRequest(), **call):
        covered = replica.take(response)
    if not covered:
        raise Integrity("the pull did not end with a checkpoint")
    pulled = replica.head

    # The stream is open before the push, so the change comes back through it.
    request = sync_pb2.PullRequest(after=pulled, follow=True, directory_version=replica.directory_version)
    follow = sync.Pull(request, **call)
    while not replica.take(next(follow)):
        pass

    change_id, change = check_in(replica.key_result(arguments.slug), replica.today(), arguments)
    push = sync_pb2.PushRequest(base_position=pulled, changes=[change])
    pushes = [outcome(sync.Push(push, **call)) for _ in range(2)]
    pushes += [outcome(answer) for answer in sync.PushStream(iter([push, push]), **call)]

    mine = None
    for response in follow:
        covered = replica.take(response)
        mine = mine or next((one for one in replica.records[pulled:] if one.change_id == change_id), None)
        if mine and covered:
            break
    follow.cancel()
    if not mine or mine.body != change.change or mine.texts != [one.text for one in change.texts]:
        raise Integrity("the check-in did not come back as it was pushed")
    return {
        "org": str(uuid.UUID(bytes=login.identity.org)),
        "person": str(uuid.UUID(bytes=login.identity.person)),
        "origin": replica.verifier.origin,
        "pulled": pulled,
        "people": sorted(replica.people.values()),
        "pushes": pushes,
        "position": mine.position,
        "author": str(uuid.UUID(bytes=mine.author)),
        "handle": replica.people.get(mine.author),
        "head": replica.head,
        "root": base64.b64encode(replica.tree.root()).decode(),
        "checkpoints": replica.checkpoints,
    }


def reason(error):
    """Returns the stable reason of a failed call, for programs, with its text, for people."""
    status = rpc_status.from_call(error)
    for detail in status.details if status else []:
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info) and info.domain == "okr.v1":
            return f"{info.reason}: {error.details()}"
    return f"{error.code().name}: {error.details()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("code")
    parser.add_argument("slug")
    parser.add_argument("value")
    parser.add_argument("--confidence", type=int)
    parser.add_argument("--note")
    parser.add_argument("--reason")
    try:
        print(json.dumps(run(parser.parse_args()), indent=2))
    except Integrity as error:
        raise SystemExit(f"integrity: {error}") from None
    except grpc.RpcError as error:
        raise SystemExit(reason(error)) from None


if __name__ == "__main__":
    main()
