"""Opens idle clients through a proxy (SCRAM-SHA-256) and tells the proxy's resident memory."""
import base64
import hashlib
import hmac
import os
import resource
import socket
import struct
import sys


def message(kind, body):
    return kind + struct.pack("!I", len(body) + 4) + body


def read(sock):
    head = receive(sock, 5)
    return head[:1], receive(sock, struct.unpack("!I", head[1:])[0] - 4)


def receive(sock, count):
    data = b""
    while len(data) < count:
        more = sock.recv(count - len(data))
        if not more:
            raise OSError("closed")
        data += more
    return data


KEYS = {}


def connect(port):
    sock = socket.create_connection(("127.0.0.1", port))
    body = struct.pack("!I", 196608) + b"user\0app\0database\0app\0\0"
    sock.sendall(struct.pack("!I", len(body) + 4) + body)
    read(sock)
    nonce = base64.b64encode(os.urandom(12)).decode()
    bare = f"n=,r={nonce}"
    first = ("n,," + bare).encode()
    sock.sendall(message(b"p", b"SCRAM-SHA-256\0" + struct.pack("!I", len(first)) + first))
    server = read(sock)[1][4:].decode()
    fields = dict(f.split("=", 1) for f in server.split(","))
    key = (fields["s"], fields["i"])
    if key not in KEYS:
        KEYS[key] = hashlib.pbkdf2_hmac("sha256", b"secret", base64.b64decode(key[0]), int(key[1]))
    salted = KEYS[key]
    client = hmac.digest(salted, b"Client Key", "sha256")
    final = f"c=biws,r={fields['r']}"
    signature = hmac.digest(
        hashlib.sha256(client).digest(), f"{bare},{server},{final}".encode(), "sha256"
    )
    proof = base64.b64encode(bytes(a ^ b for a, b in zip(client, signature))).decode()
    sock.sendall(message(b"p", f"{final},p={proof}".encode()))
    while True:
        kind, body = read(sock)
        if kind == b"E":
            raise OSError(body.decode(errors="replace"))
        if kind == b"Z":
            return sock


def resident(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) // 1024
    return 0


def main():
    port, count, pid, name = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    before = resident(pid)
    sockets = [connect(port) for _ in range(count)]
    print(f"{name}: {before} MB before, {resident(pid)} MB with {len(sockets)} idle clients")


main()
