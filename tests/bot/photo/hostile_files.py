"""More files to break a reader with: two formats in one, headers that lie, decoders' dark corners, endless scans."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image, PngImagePlugin, TiffImagePlugin

JPEG_HEAD = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def picture(chance: random.Random) -> Image.Image:
    tiny = Image.frombytes("RGB", (16, 12), chance.randbytes(16 * 12 * 3))
    return tiny.resize((320, 240))


def more_cases(seed: int = 9) -> Iterator[tuple[str, bytes]]:
    """Yield (what it is, its bytes); the same seed makes the same bytes."""
    chance = random.Random(seed)
    yield from _two_in_one(chance)
    yield from _lying_headers(chance)
    yield from _packed_bombs(chance)
    yield from _endless(chance)
    yield from _rare_modes(chance)
    yield from _pages()
    yield from _camera_notes(chance)


def _two_in_one(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    jpeg, gif, png = (saved(picture(chance), kind) for kind in ("JPEG", "GIF", "PNG"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", bytes(3_000_000))
    yield "jpeg with an archive behind it", jpeg + packed.getvalue()
    yield "gif with a script behind it", gif + b"=1;alert(document.cookie)//"
    yield "png with a jpeg behind it", png + jpeg
    yield "png with a page behind it", png + b"<script>alert(1)</script>"
    yield "jpeg head on a png", JPEG_HEAD + png
    yield "png head on a jpeg", png[:8] + jpeg
    yield "pdf mark inside a jpeg", jpeg[:20] + b"%PDF-1.7\n" + jpeg[20:]
    yield "pdf mark before a jpeg", b"%PDF-1.7\n" + jpeg
    yield "office document", packed.getvalue()
    yield "blanks before a png", b" \r\n" + png
    yield "utf-16 svg", "<svg xmlns='http://www.w3.org/2000/svg'/>".encode("utf-16")
    yield (
        "svg with a file inside",
        b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg>&x;</svg>",
    )
    yield "svg of a billion laughs", _laughs()
    yield "zeros", bytes(100_000)
    yield "ones", b"\xff" * 100_000
    yield "jpeg twice", jpeg + jpeg
    yield "mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(2000)
    yield "quicktime as heic", b"\x00\x00\x00\x14ftypqt  " + bytes(2000)
    yield "windows icon", saved(picture(chance).resize((64, 64)), "ICO")
    yield "targa", saved(picture(chance), "TGA")
    yield "portable pixmap", saved(picture(chance), "PPM")
    yield "photoshop", b"8BPS\x00\x01" + bytes(6) + struct.pack(">HIIHH", 3, 60_000, 60_000, 8, 3) + bytes(300)
    yield "postscript in disguise", b"\xc5\xd0\xd3\xc6" + bytes(26) + b"%!PS\n(%pipe%id) (w) file\n"
    yield (
        "picture script",
        b"push graphic-context\nviewbox 0 0 640 480\nfill 'url(https://example.com/|id)'\npop graphic-context",
    )
    yield "jpeg 2000", b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(500)
    yield "web font", b"wOFF" + bytes(300)


def _laughs() -> bytes:
    rows = [b'<!ENTITY a0 "ha">'] + [
        b'<!ENTITY a%d "%s">' % (number, b"&a%d;" % (number - 1) * 10) for number in range(1, 10)
    ]
    return b"<?xml version='1.0'?><!DOCTYPE svg [" + b"".join(rows) + b"]><svg>&a9;</svg>"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(*chunks: bytes, size: tuple[int, int] = (60, 40), depth: int = 8, colour: int = 2) -> bytes:
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + _chunk(b"IEND", b"")


def _lying_headers(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    body = _chunk(b"IDAT", zlib.compress(bytes(181 * 40)))
    yield "png of no width", _png(body, size=(0, 40))
    yield "png of no size", _png(body, size=(0, 0))
    yield "png with too little in it", _png(_chunk(b"IDAT", zlib.compress(bytes(181 * 3))))
    yield "png with too much in it", _png(_chunk(b"IDAT", zlib.compress(bytes(181 * 4000))))
    yield "png of sixteen colours without them", _png(body, colour=3)
    yield "png of an unknown depth", _png(body, depth=7)
    yield "png of an unknown colour", _png(body, colour=5)
    yield "png with a wrong sum", _png(body)[:-30] + b"\0\0\0\0" + _png(body)[-26:]
    yield "png whose chunk is two gigabytes", b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 2**31 - 1) + b"IHDR" + bytes(99)
    yield "png without an end", _png(body)[:-12]
    yield "png with a thousand parts", _png(*(_chunk(b"IDAT", b"") for _ in range(1000)), body)
    yield "png with a broken profile", _png(_chunk(b"iCCP", b"x\0\0" + chance.randbytes(400)), body)
    for name, at, value in (
        ("width", 18, 2**31 - 1),
        ("height", 22, -(2**31)),
        ("bits", 28, 9),
        ("packing", 30, 77),
        ("start", 10, 2**31 - 1),
    ):
        bmp = bytearray(saved(picture(chance), "BMP"))
        bmp[at : at + (2 if name == "bits" else 4)] = struct.pack("<h" if name == "bits" else "<i", value)
        yield f"bmp with a lying {name}", bytes(bmp)
    gif = bytearray(saved(picture(chance), "GIF"))
    gif[10] |= 0x87
    yield "gif with a lying palette", bytes(gif)
    yield (
        "gif whose frame is larger than itself",
        b"GIF89a\x10\0\x10\0\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;",
    )
    webp = bytearray(saved(picture(chance), "WEBP"))
    webp[4:8] = b"\xff\xff\xff\xff"
    yield "webp with a lying length", bytes(webp)
    heif = bytearray(saved(picture(chance), "HEIF"))
    place = heif.index(b"ispe") + 8
    heif[place : place + 8] = struct.pack(">II", 60_000, 60_000)
    yield "heic with a lying size", bytes(heif)


def _packed_bombs(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    yield (
        "png text bomb",
        _png(
            _chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(5_000_000), 9)),
            _chunk(b"IDAT", zlib.compress(bytes(181 * 40))),
        ),
    )
    yield (
        "png profile bomb",
        _png(
            _chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(5_000_000), 9)),
            _chunk(b"IDAT", zlib.compress(bytes(181 * 40))),
        ),
    )
    yield (
        "png of a thousand notes",
        _png(*(_chunk(b"tEXt", b"k%d\0v" % n) for n in range(1000)), _chunk(b"IDAT", zlib.compress(bytes(181 * 40)))),
    )
    yield "largest png that is let in", saved(Image.new("1", (5000, 5000)), "PNG")
    yield "one pixel more", saved(Image.new("1", (5000, 5001)), "PNG")
    yield "tiff bomb", _tiff_claiming(20_000)
    yield "webp of 16,383 squared", _webp_claiming(16_383, chance)
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", "<x>" * 50_000)
    yield "deep xmp", saved(picture(chance), "PNG", pnginfo=info)


def _tiff_claiming(side: int) -> bytes:
    tiff = bytearray(saved(Image.new("L", (64, 64)), "TIFF"))
    where = struct.unpack_from("<I", tiff, 4)[0]
    for at in range(where + 2, where + 26, 12):  # the first two entries: width and height
        struct.pack_into("<HHII", tiff, at, struct.unpack_from("<H", tiff, at)[0], 4, 1, side)
    return bytes(tiff)


def _webp_claiming(side: int, chance: random.Random) -> bytes:
    body = chance.randbytes(300)
    bits = (side - 1) | ((side - 1) << 14)
    vp8l = b"\x2f" + struct.pack("<I", bits) + body
    chunk = b"VP8L" + struct.pack("<I", len(vp8l)) + vp8l + (b"\0" if len(vp8l) % 2 else b"")
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def scans(more: int) -> bytes:
    """A progressive JPEG whose last scan is sent again and again: each goes over the whole picture."""
    jpeg = saved(Image.new("RGB", (300, 200)), "JPEG", progressive=True)
    start = jpeg.rindex(b"\xff\xda")
    return jpeg[:-2] + jpeg[start:-2] * more + b"\xff\xd9"


def _endless(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    yield "jpeg of ninety scans", scans(80)
    yield "jpeg of thirty thousand scans", scans(30_000)
    yield (
        "jpeg of ten thousand notes",
        b"\xff\xd8" + b"\xff\xfe\x00\x06hihi" * 10_000 + saved(picture(chance), "JPEG")[2:],
    )
    yield "jpeg that never ends", saved(picture(chance), "JPEG")[:-2] + b"\xff\xd0" * 50_000
    frame = picture(chance).resize((40, 30))
    yield (
        "gif of three hundred frames",
        saved(frame, "GIF", save_all=True, append_images=[frame.rotate(n) for n in range(1, 31)] * 10),
    )
    yield "tiff of three hundred pages", saved(frame, "TIFF", save_all=True, append_images=[frame] * 300)
    tiff = bytearray(saved(frame, "TIFF"))
    where = struct.unpack_from("<I", tiff, 4)[0]
    entries = struct.unpack_from("<H", tiff, where)[0]
    struct.pack_into("<I", tiff, where + 2 + 12 * entries, where)
    yield "tiff whose pages go in a circle", bytes(tiff)
    struct.pack_into("<I", tiff, 4, 4)
    yield "tiff that points at itself", bytes(tiff)
    yield "animated png", saved(frame, "PNG", save_all=True, append_images=[frame.rotate(9)] * 100)


def _rare_modes(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    small = picture(chance)
    for mode in ("CMYK", "YCbCr", "LAB", "L", "1", "P", "RGBA", "I;16"):
        image = (
            Image.new("I;16", (120, 90), 40_000)
            if mode == "I;16"
            else small.convert("RGBA" if mode == "RGBA" else "RGB")
        )
        image = image if mode in {"I;16", "RGBA", "LAB"} else image.convert(mode)
        yield f"tiff in {mode}", saved(image, "TIFF")
    yield "tiff of signed numbers", saved(Image.new("I", (120, 90), -40_000), "TIFF")
    yield "tiff of infinities", saved(Image.fromarray(np.full((90, 120), np.inf, np.float32)), "TIFF")
    deep = _chunk(b"IDAT", zlib.compress(bytes((60 * 6 + 1) * 40)))
    yield "png of forty-eight bits", _png(deep, depth=16)
    yield "grey jpeg", saved(small.convert("L"), "JPEG")
    yield "cmyk jpeg turned inside out", saved(small.convert("CMYK"), "JPEG", quality=5)
    yield "see-through palette", saved(small.convert("P"), "GIF", transparency=0)
    yield "lossless webp", saved(small.convert("RGBA"), "WEBP", lossless=True)
    yield "avif", saved(small, "AVIF")
    yield "interlaced gif", saved(small, "GIF", interlace=1)
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[700] = bytes(200_000)
    yield "tiff with a large note", saved(small, "TIFF", tiffinfo=tags)


def _pages() -> Iterator[tuple[str, bytes]]:
    head, tail = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n", b"trailer<</Root 1 0 R>>\n%%EOF"
    yield "pdf whose pages go in a circle", head + b"2 0 obj<</Type/Pages/Kids[2 0 R]/Count 1>>endobj\n" + tail
    yield "pdf that claims a billion pages", head + b"2 0 obj<</Type/Pages/Kids[]/Count 1000000000>>endobj\n" + tail
    yield (
        "pdf that runs a script",
        head + b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n3 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj\n" + tail,
    )
    boxes = {
        "pdf of no size": b"0 0 0 0",
        "pdf of negative size": b"0 0 -5 -5",
        "pdf of endless size": b"0 0 1e30 1e30",
    }
    for name, box in boxes.items():
        page = b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[" + box + b"]>>endobj\n"
        yield name, head + b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" + page + tail
    drawn = b"q 1 0 0 1 0 0 cm " * 50_000
    stream = b"4 0 obj<</Length %d>>stream\n" % len(drawn) + drawn + b"\nendstream endobj\n"
    page = b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>endobj\n"
    yield (
        "pdf of fifty thousand saves",
        head + b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" + page + stream + tail,
    )
    yield "pdf of brackets", head + b"2 0 obj" + b"[" * 100_000 + b"endobj\n" + tail


def _camera_notes(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    small = picture(chance)
    for name, tag, value in (
        ("of a year that never was", 0x9003, "9999:99:99 99:99:99"), ("of the year nought", 0x9003, "0000:00:00 00:00:00"),
        ("in letters", 0x9003, "\x00\xff不是时间"), ("of the first day", 0x9003, "0001:01:01 00:00:00"), ("of the last", 0x9003, "9999:12:31 23:59:59"),
    ):  # fmt: skip
        exif = Image.Exif()
        exif.get_ifd(0x8769)[tag] = value
        exif.get_ifd(0x8769)[0x9011] = "+23:59"
        yield f"camera's clock {name}", saved(small, "JPEG", exif=exif)
    for name, degrees in (
        ("nowhere", (999.0, 0.0, 0.0)),
        ("without a number", (TiffImagePlugin.IFDRational(1, 0), 0.0, 0.0)),
        ("half given", (31.0,)),
    ):
        exif = Image.Exif()
        exif.get_ifd(0x8825).update({1: "N", 2: degrees, 3: "E", 4: degrees})
        yield f"camera's place {name}", saved(small, "JPEG", exif=exif)
