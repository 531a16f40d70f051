# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every cipher and digest that libcrypto's default and legacy providers list,
on fixed input, with the tag of those that authenticate.  Not those that draw a random IV or
exist on x86 only."""
import ctypes
import hashlib
import re
import subprocess

lib = ctypes.CDLL('libcrypto.so.3')
ptr = ctypes.c_void_p
for f in ('OSSL_PROVIDER_load', 'EVP_CIPHER_fetch', 'EVP_CIPHER_CTX_new',
          'EVP_MD_fetch', 'EVP_MD_CTX_new'):
    getattr(lib, f).restype = ptr
for name in (b'default', b'legacy'):
    lib.OSSL_PROVIDER_load(None, name)
KEY, IV = bytes(range(64)), bytes(range(100, 132))
DATA = bytes(i * 7 & 255 for i in range(4096))
GET_TAG = 0x10


def names(what):
    text = subprocess.run(['openssl', 'list', what, '-provider', 'default',
                           '-provider', 'legacy'],
                          stdout=subprocess.PIPE).stdout.decode()
    found = re.findall(r'^ *(?:\{ *(?:[\d.]+, )?)?([A-Za-z][\w-]*).* @ \w+$',
                       text, re.M)
    return sorted(set(found))


def cipher(name, enc, data):
    c = lib.EVP_CIPHER_fetch(None, name.encode(), None)
    ctx = ptr(lib.EVP_CIPHER_CTX_new())
    out, tag = ctypes.create_string_buffer(len(data) + 64), b''
    n, m = ctypes.c_int(), ctypes.c_int()
    ok = [lib.EVP_CipherInit_ex2(ctx, ptr(c), KEY, IV, enc, None)]
    ok.append(lib.EVP_CipherUpdate(ctx, out, ctypes.byref(n), data,
                                   len(data)))
    if ok[-1] == 1:
        ok.append(lib.EVP_CipherFinal_ex(ctx, ctypes.byref(out, n.value),
                                         ctypes.byref(m)))
    buf = ctypes.create_string_buffer(16)
    if lib.EVP_CIPHER_CTX_ctrl(ctx, GET_TAG, 16, buf) == 1:
        tag = buf.raw
    return ok, out.raw[:max(n.value + m.value, 0)], tag.hex()


def digest(name):
    d = lib.EVP_MD_fetch(None, name.encode(), None)
    ctx = ptr(lib.EVP_MD_CTX_new())
    out, n = ctypes.create_string_buffer(64), ctypes.c_uint()
    ok = [lib.EVP_DigestInit_ex(ctx, ptr(d), None)]
    for size in (1, 55, 64, 111, 1000, 2500):
        ok.append(lib.EVP_DigestUpdate(ctx, DATA, size))
    ok.append(lib.EVP_DigestFinal_ex(ctx, out, ctypes.byref(n)))
    return ok, out.raw[:n.value].hex()


for name in names('-cipher-algorithms'):
    if name == 'DES3-WRAP' or '-HMAC-' in name:
        continue
    ok, text, tag = cipher(name, 1, DATA)
    print(name, ok, hashlib.md5(text).hexdigest(), tag)
    if text and not tag:
        ok, back, _ = cipher(name, 0, text)
        print(name, ok, back == DATA)
for name in names('-digest-algorithms'):
    print(name, *digest(name))
