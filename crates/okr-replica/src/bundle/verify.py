#!/usr/bin/env python3
"""Checks an okr audit bundle with nothing but the standard library of Python.

    python3 verify.py [DIR] [KEY]

DIR is the bundle (the directory of this file unless given), KEY the verifier key that must have signed
it, which you got from somewhere else. README.md says what is proven."""
import base64, hashlib, json, os, struct, sys, uuid


class Wrong(Exception):
    """Something in the bundle does not hold."""


def sha256(data):
    return hashlib.sha256(data).digest()


# Ed25519 (RFC 8032), verification only, in extended coordinates.
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT = -121665 * pow(121666, P - 2, P) % P, pow(2, (P - 1) // 4, P)

def add(one, other):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = one, other
    a, b, c, d = (y1 - x1) * (y2 - x2), (y1 + x1) * (y2 + x2), 2 * t1 * t2 * D, 2 * z1 * z2
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P

def times(number, point):
    result = (0, 1, 1, 0)
    while number:
        result = add(result, point) if number & 1 else result
        point, number = add(point, point), number >> 1
    return result

def point(data):
    sign, y = data[31] >> 7, int.from_bytes(data, "little") & (2**255 - 1)
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    x = x if (v * x * x - u) % P == 0 else x * ROOT % P
    if y >= P or (v * x * x - u) % P or (x == 0 and sign):
        raise Wrong("a key or signature holds no point of the curve")
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P

def is_signed(key, message, signature):
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    k = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L
    base = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    (x1, y1, z1, _), (x2, y2, z2, _) = times(s, base), add(point(r), times(k, point(key)))
    is_weak = times(8, point(key))[0] == 0
    return s < L and not is_weak and (x1 * z2 - x2 * z1) % P == 0 and (y1 * z2 - y2 * z1) % P == 0


def checkpoint(note, origin, verifier_key):
    """Verifies a C2SP signed note and returns the size and the root that it states."""
    name, stated, encoded = verifier_key.split("+", 2)
    typed = base64.b64decode(encoded, validate=True)
    key_id = sha256(name.encode() + b"\n" + typed)[:4]
    if len(typed) != 33 or typed[0] != 1 or key_id.hex() != stated:
        raise Wrong("the verifier key is not an Ed25519 key with its id")
    text, _, signatures = note.partition("\n\n")
    signed = 0
    for line in signatures.splitlines():
        signature = base64.b64decode(line.rsplit(" ", 1)[1], validate=True)
        if line.startswith(f"\u2014 {name} ") and signature[:4] == key_id:
            if len(signature) != 68 or not is_signed(typed[1:], (text + "\n").encode(), signature[4:]):
                raise Wrong("the signature of the checkpoint does not verify")
            signed += 1
    lines = text.split("\n")
    if not signed or lines[0] != origin:
        raise Wrong("the checkpoint is not signed by this key for this log")
    return int(lines[1]), base64.b64decode(lines[2], validate=True)


def leaf(record):
    """Returns the leaf hash of a record, its fixed part and its texts; an erased text is None."""
    version, *fixed, size = struct.unpack_from("<BQq16s16s16sI", record, 0)
    (count,) = struct.unpack_from("<H", record, 69 + size)
    at = 71 + size
    hashed, texts = [b"\x00", record[:at]], []
    for _ in range(count):
        if record[at] == 0:
            (length,) = struct.unpack_from("<I", record, at + 17)
            text = record[at + 21 : at + 21 + length]
            hashed.append(sha256(record[at + 1 : at + 17] + text))
            texts.append(text.decode())
            at += 21 + length
        else:
            hashed.append(record[at + 1 : at + 33])
            texts.append(None)
            at += 33
    if version != 1 or at != len(record):
        raise Wrong("a record is cut off, too long or of another version")
    return sha256(b"".join(hashed)), fixed, texts


def root(leaves):
    if len(leaves) == 1: return leaves[0]
    left = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + root(leaves[:left]) + root(leaves[left:]))


def root_from(node, index, size, path):
    """Returns the root of the tree of that size in which the leaf stands at that index, from 0."""
    last = size - 1
    while last:
        if index % 2 or index < last:
            beside, *path = path
            node = sha256(b"\x01" + (beside + node if index % 2 else node + beside))
        index, last = index // 2, last // 2
    return None if path else node


def verify(directory, key):
    def read(name):
        with open(os.path.join(directory, name), encoding="utf-8", newline="\n") as file:
            return file.read()
    about = json.loads(read("bundle.json"))
    if key and key != about["verifier_key"]:
        raise Wrong("the bundle is signed by another key: " + about["verifier_key"])
    size, signed_root = checkpoint(read("checkpoint.txt"), about["origin"], about["verifier_key"])
    records, changes = (read(name).split("\n")[:-1] for name in ("records.jsonl", "changes.jsonl"))
    if not 0 < len(records) == len(changes) == about["changes"]:
        raise Wrong("records or changes are missing or too many")
    leaves, before = [], 0
    for line, change in zip(map(json.loads, records), map(json.loads, changes)):
        node, (position, recorded, *ids), texts = leaf(base64.b64decode(line["record"]))
        shown = [change[name] for name in ("position", "recorded_at_us", "author", "token", "change", "texts")]
        if shown != [position, recorded, *(str(uuid.UUID(bytes=one)) for one in ids), texts]:
            raise Wrong(f"change {position} is shown otherwise than it was recorded")
        if not before < position <= size or (about["complete"] and position != before + 1):
            raise Wrong(f"change {position} does not follow {before}")
        path = [] if about["complete"] else [bytes.fromhex(one) for one in line["path"]]
        if not about["complete"] and root_from(node, position - 1, size, path) != signed_root:
            raise Wrong(f"change {position} is not in the log that was signed")
        leaves.append(node)
        before = position
    if about["complete"] and (before != size or root(leaves) != signed_root):
        raise Wrong("the changes are not those that were signed")
    print(f"ok: {len(records)} of {size} changes of {about['origin']}, root {signed_root.hex()}")
    print("signed by " + about["verifier_key"] + ("" if key else "  (compare this key with one from elsewhere)"))


try:
    verify(sys.argv[1] if sys.argv[1:] else os.path.dirname(os.path.abspath(__file__)), (sys.argv[2:] + [None])[0])
except (Wrong, OSError, ValueError, LookupError, TypeError, struct.error) as error:
    sys.exit(f"WRONG: {error}")
