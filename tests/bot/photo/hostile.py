"""Three hundred damaged, hostile or strange files, made from a seed."""

import io
import random
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import pillow_heif
import pypdfium2 as pdfium
from PIL import Image

from tests.bot.photo.hostile_files import more_cases, saved

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF")


@dataclass(frozen=True)
class Case:
    name: str
    data: bytes


def cases(seed: int = 5) -> Iterator[Case]:
    """Yield every case; the same seed makes the same bytes."""
    pillow_heif.register_heif_opener()
    chance = random.Random(seed)
    good = {name: saved(_picture(chance), name) for name in FORMATS} | {"PDF": pdf((595, 842))}
    yield from _cut_short(good)
    yield from _bits_flipped(good, chance)
    yield from _wrong_things(chance)
    yield from _bombs()
    yield from _strange_but_good(chance)
    yield from (Case(name, data) for name, data in more_cases())


def pdf(size: tuple[int, int], pages: int = 1) -> bytes:
    document = pdfium.PdfDocument.new()
    for _ in range(pages):
        document.new_page(*size)
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def png_header(width: int, height: int, *, depth: int = 8, colour: int = 2, body: bytes = b"") -> bytes:
    """A PNG whose header claims any size, whatever follows."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")


def _picture(chance: random.Random) -> Image.Image:
    tiny = Image.new("RGB", (16, 12))
    tiny.putdata([(chance.randrange(256), chance.randrange(256), chance.randrange(256)) for _ in range(192)])
    return tiny.resize((320, 240))


def _cut_short(good: dict[str, bytes]) -> Iterator[Case]:
    for name, data in good.items():
        for share in (1, 3, 10, 30, 50, 70, 90, 97, 99):
            yield Case(f"{name} cut at {share} %", data[: len(data) * share // 100])


def _bits_flipped(good: dict[str, bytes], chance: random.Random) -> Iterator[Case]:
    for name, data in good.items():
        for number in range(8):
            spoilt = bytearray(data)
            for _ in range(1 + number * 4):
                spoilt[chance.randrange(4, len(spoilt))] = chance.randrange(256)
            yield Case(f"{name} with {1 + number * 4} wrong bytes", bytes(spoilt))


def _wrong_things(chance: random.Random) -> Iterator[Case]:
    yield Case("svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    yield Case("html", b"<!doctype html><img src=x onerror=alert(1)>")
    yield Case("zip", b"PK\x03\x04" + bytes(200))
    yield Case("program", b"\x7fELF" + bytes(500))
    yield Case("script", b"#!/bin/sh\nrm -rf /\n")
    yield Case("postscript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n")
    yield Case("only a jpeg mark", b"\xff\xd8\xff")
    yield Case("only a heic brand", b"\x00\x00\x00\x18ftypheic" + bytes(12))
    yield Case("only a pdf mark", b"%PDF-1.7\n")
    yield Case("pdf without pages", pdf((595, 842), pages=0))
    for number in range(12):
        yield Case(f"noise {number}", chance.randbytes(chance.randrange(1, 5000)))


def _bombs() -> Iterator[Case]:
    yield Case("png of 13,000 squared", png_header(13_000, 13_000, body=bytes(1000)))
    yield Case("png of 50,000 squared", png_header(50_000, 50_000))
    yield Case("png of the greatest size", png_header(2**31 - 1, 2**31 - 1))
    yield Case("png with no body", png_header(4000, 4000))
    yield Case("png 20,000 by 20", saved(Image.new("RGB", (20_000, 20)), "PNG"))
    yield Case("png 20 by 20,000", saved(Image.new("RGB", (20, 20_000)), "PNG"))
    small = bytearray(saved(Image.new("RGB", (64, 64)), "JPEG"))
    place = small.index(b"\xff\xc0") + 5
    small[place : place + 4] = b"\xff\xff\xff\xff"
    yield Case("jpeg of 65,535 squared", bytes(small))
    gif = bytearray(saved(Image.new("P", (64, 64)), "GIF"))
    gif[6:10] = b"\xff\xff\xff\xff"
    yield Case("gif of 65,535 squared", bytes(gif))
    bmp = bytearray(saved(Image.new("RGB", (64, 64)), "BMP"))
    bmp[18:26] = struct.pack("<ii", 100_000, -100_000)
    yield Case("bmp of 100,000 squared", bytes(bmp))
    yield Case("pdf page of a kilometre", pdf((2_000_000, 2_000_000)))
    yield Case("zipped comment", png_header(30, 30, body=bytes(91 * 30)) + zlib.compress(bytes(5_000_000)))


def _strange_but_good(chance: random.Random) -> Iterator[Case]:
    picture = _picture(chance)
    yield Case("one pixel", saved(Image.new("RGB", (1, 1)), "PNG"))
    yield Case("nine pixels high", saved(Image.new("RGB", (100, 9)), "PNG"))
    yield Case("cmyk", saved(picture.convert("CMYK"), "JPEG"))
    yield Case("sixteen bits", saved(Image.new("I;16", (120, 90), 40_000), "PNG"))
    yield Case("floats", saved(Image.new("F", (120, 90), float("nan")), "TIFF"))
    yield Case("one bit", saved(picture.convert("1"), "PNG"))
    yield Case("see-through", saved(Image.new("RGBA", (120, 90), (9, 9, 9, 0)), "PNG"))
    yield Case("moving gif", saved(picture, "GIF", save_all=True, append_images=[picture] * 50))
    yield Case("moving webp", saved(picture, "WEBP", save_all=True, append_images=[picture] * 5))
    yield Case("two-page tiff", saved(picture, "TIFF", save_all=True, append_images=[picture]))
    yield Case("progressive", saved(picture, "JPEG", progressive=True))
    yield Case("pdf of nine pages", pdf((200, 200), pages=9))
    yield Case("thin pdf page", pdf((3, 14_000)))
    for turn in (0, 1, 6, 9, 255, 65_535):
        exif = Image.Exif()
        exif[0x112] = turn
        exif[0x9003] = "not a date" * 20
        yield Case(f"turn {turn}", saved(picture, "JPEG", exif=exif))
    for number in range(10):
        yield Case(f"camera note {number}", saved(picture, "JPEG", exif=b"Exif\0\0" + chance.randbytes(60 * number)))
