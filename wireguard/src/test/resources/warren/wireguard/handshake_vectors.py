#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints handshake.txt: whole handshakes with fixed keys, straight from the whitepaper's formulas
(sections 5.4.1 to 5.4.7), by hashlib's BLAKE2s and the `cryptography` package. Nothing here shares
code with the implementation under test."""

import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def h(*parts):
    return hashlib.blake2s(b"".join(parts)).digest()


def mac(key, data):
    return hashlib.blake2s(data, key=key, digest_size=16).digest()


def hm(key, data):
    return hmac.new(key, data, hashlib.blake2s).digest()


def kdf(n, key, data):
    t0 = hm(key, data)
    out, previous = [], b""
    for i in range(1, n + 1):
        previous = hm(t0, previous + bytes([i]))
        out.append(previous)
    return out


def aead(key, counter, plain, aad):
    return ChaCha20Poly1305(key).encrypt(struct.pack("<IQ", 0, counter), plain, aad)


def public(private):
    key = X25519PrivateKey.from_private_bytes(private).public_key()
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def dh(private, pub):
    ours = X25519PrivateKey.from_private_bytes(private)
    return ours.exchange(X25519PublicKey.from_public_bytes(pub))


def hchacha(key, nonce):
    # The ChaCha20 block is the permuted state plus the input state, word by word: subtract it.
    block = Cipher(algorithms.ChaCha20(key, nonce), None).encryptor().update(bytes(64))
    constants = struct.unpack("<4I", b"expand 32-byte k")
    state = constants + struct.unpack("<8I", key) + struct.unpack("<4I", nonce)
    words = [(w - s) % 2**32 for w, s in zip(struct.unpack("<16I", block), state)]
    return struct.pack("<8I", *(words[:4] + words[12:]))


def xaead(key, nonce, plain, aad):
    sub = hchacha(key, nonce[:16])
    return ChaCha20Poly1305(sub).encrypt(bytes(4) + nonce[16:], plain, aad)


def fixed(label):
    return hashlib.sha256(("warren handshake vector: " + label).encode()).digest()


def handshake(name, psk):
    si, sr, ei, er = (fixed(name + x) for x in (" si", " sr", " ei", " er"))
    si, sr = ((bytes([k[0] & 248]) + k[1:31] + bytes([k[31] & 127 | 64])) for k in (si, sr))
    index_i, index_r = fixed(name + " index i")[:4], fixed(name + " index r")[:4]
    timestamp = bytes.fromhex("4000000067748580") + bytes.fromhex("1d000000")
    payload = bytes.fromhex("4500002000000000401100000a0000010a000002") + bytes(range(12))

    ck = h(b"Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s")
    hash_ = h(h(ck, b"WireGuard v1 zx2c4 Jason@zx2c4.com"), public(sr))
    (ck,) = kdf(1, ck, public(ei))
    hash_ = h(hash_, public(ei))
    ck, k = kdf(2, ck, dh(ei, public(sr)))
    static = aead(k, 0, public(si), hash_)
    hash_ = h(hash_, static)
    ck, k = kdf(2, ck, dh(si, public(sr)))
    stamp = aead(k, 0, timestamp, hash_)
    hash_ = h(hash_, stamp)
    initiation = struct.pack("<I", 1) + index_i + public(ei) + static + stamp
    initiation += mac(h(b"mac1----", public(sr)), initiation) + bytes(16)

    (ck,) = kdf(1, ck, public(er))
    hash_ = h(hash_, public(er))
    (ck,) = kdf(1, ck, dh(er, public(ei)))
    (ck,) = kdf(1, ck, dh(er, public(si)))
    ck, tau, k = kdf(3, ck, psk)
    hash_ = h(hash_, tau)
    empty = aead(k, 0, b"", hash_)
    response = struct.pack("<I", 2) + index_r + index_i + public(er) + empty
    response += mac(h(b"mac1----", public(si)), response) + bytes(16)

    from_initiator, from_responder = kdf(2, ck, b"")
    keepalive = struct.pack("<I", 4) + index_r + struct.pack("<Q", 0)
    keepalive += aead(from_initiator, 0, b"", b"")
    first = struct.pack("<I", 4) + index_r + struct.pack("<Q", 0)
    first += aead(from_initiator, 0, payload, b"")
    data = struct.pack("<I", 4) + index_r + struct.pack("<Q", 1)
    data += aead(from_initiator, 1, payload, b"")
    reply = struct.pack("<I", 4) + index_i + struct.pack("<Q", 0)
    swapped = payload[:12] + payload[16:20] + payload[12:16] + payload[20:]
    reply += aead(from_responder, 0, swapped, b"")

    nonce, secret = fixed(name + " nonce")[:24], fixed(name + " cookie secret")
    cookie = mac(secret, bytes([192, 0, 2, 1]) + struct.pack(">H", 51820))
    sealed = xaead(h(b"cookie--", public(sr)), nonce, cookie, initiation[116:132])
    cookie_reply = struct.pack("<I", 3) + index_i + nonce + sealed
    second = initiation[:132] + mac(cookie, initiation[:132])
    return {
        "initiator": si, "responder": sr, "psk": psk,
        "ephemeral_initiator": ei, "ephemeral_responder": er,
        "index_initiator": index_i, "index_responder": index_r, "timestamp": timestamp,
        "initiation": initiation, "response": response, "keepalive": keepalive,
        "payload": payload, "first": first, "data": data, "reply": reply,
        "cookie_nonce": nonce, "cookie_secret": secret, "cookie_reply": cookie_reply,
        "initiation_with_cookie": second,
    }


print("# Source: handshake_vectors.py beside this file: the whitepaper's formulas (permanent")
print("# ID 4846ada1492f) over Python's hashlib and the cryptography package. The initiator is at")
print("# 192.0.2.1:51820. `reply` carries `payload` with its addresses swapped.")
for name, psk in (("without psk", bytes(32)), ("with psk", fixed("psk"))):
    print("\n# " + name)
    for key, value in handshake(name, psk).items():
        print(f"{key} = {value.hex()}")
