"""Only pixels leave the cleaner, and nothing that is no photo gets through it."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import random
import struct
import sys
import zlib
from collections.abc import Callable

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from bot.channels import photos
from bot.channels.photos import MAX_SIDE, BadPhoto, clean_in_child, clean_photo

SECRET = b"Felipe Carrillo Puerto 123"
GPS, ORIENTATION, MAKE = 0x8825, 0x0112, 0x010F


def picture(width: int = 320, height: int = 240, mode: str = "RGB") -> Image.Image:
    colours = {
        "RGB": "teal",
        "RGBA": (0, 128, 128, 90),
        "L": 100,
        "CMYK": (9, 90, 90, 9),
        "P": 7,
        "1": 1,
        "LA": (9, 90),
    }
    return Image.new(mode, (width, height), colours[mode])


def saved(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(**tags: object) -> Image.Exif:
    made = Image.Exif()
    made[MAKE] = SECRET.decode()
    for name, value in tags.items():
        made[{"orientation": ORIENTATION}[name]] = value
    made.get_ifd(GPS).update(
        {1: "N", 2: (18.0, 30.0, 1.5), 3: "W", 4: (88.0, 18.0, 2.5), 29: SECRET.decode()}
    )
    return made


def png_text() -> PngImagePlugin.PngInfo:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SECRET.decode())
    text.add_itxt("XML:com.adobe.xmp", SECRET.decode(), zip=False)
    return text


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_bomb(width: int, height: int) -> bytes:
    """A header that promises more pixels than it costs to send."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\x00" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """60 MB of text in a small chunk."""
    whole = saved(picture(), "PNG")
    text = chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(b"x" * 60_000_000, 1))
    return whole[:33] + text + whole[33:]


GOOD: dict[str, tuple[Callable[[], bytes], tuple[int, int]]] = {
    "GPS": (lambda: saved(picture(), exif=exif()), (320, 240)),
    "JPEG comment": (lambda: saved(picture(), comment=SECRET), (320, 240)),
    "XMP": (lambda: saved(picture(), xmp=SECRET), (320, 240)),
    "ICC profile": (
        lambda: saved(
            picture(), icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + SECRET
        ),
        (320, 240),
    ),
    "PNG text": (lambda: saved(picture(), "PNG", pnginfo=png_text(), exif=exif()), (320, 240)),
    "WebP with EXIF and XMP": (lambda: saved(picture(), "WEBP", exif=exif(), xmp=SECRET), (320, 240)),
    "turned": (lambda: saved(picture(), exif=exif(orientation=6)), (240, 320)),
    "turned PNG": (lambda: saved(picture(), "PNG", exif=exif(orientation=8)), (240, 320)),
    "large": (lambda: saved(picture(4000, 3000)), (1600, 1200)),
    "large and turned": (lambda: saved(picture(4000, 3000), exif=exif(orientation=6)), (1200, 1600)),
    "40 Mpx PNG": (lambda: saved(picture(8000, 5000), "PNG"), (1600, 1000)),
    "40 Mpx RGBA PNG": (lambda: saved(picture(8000, 5000, "RGBA"), "PNG", compress_level=1), (1600, 1000)),
    "40 Mpx WebP": (lambda: saved(picture(8000, 5000), "WEBP", method=0), (1600, 1000)),
    "one pixel": (lambda: saved(picture(1, 1)), (1, 1)),
    "a line": (lambda: saved(picture(20_000, 1), "PNG"), (1600, 1)),
    "transparent": (lambda: saved(picture(mode="RGBA"), "PNG"), (320, 240)),
    "grey": (lambda: saved(picture(mode="L")), (320, 240)),
    "grey, transparent": (lambda: saved(picture(mode="LA"), "PNG"), (320, 240)),
    "palette": (lambda: saved(picture(mode="P"), "PNG", transparency=7), (320, 240)),
    "one bit": (lambda: saved(picture(mode="1"), "PNG"), (320, 240)),
    "print colours": (lambda: saved(picture(mode="CMYK")), (320, 240)),
    "progressive": (lambda: saved(picture(), progressive=True), (320, 240)),
    "JPEG and ZIP in one": (lambda: saved(picture()) + b"PK\x03\x04" + SECRET, (320, 240)),
    "JPEG and HTML in one": (lambda: saved(picture(), comment=b"<script>" + SECRET), (320, 240)),
    "PNG with a tail": (lambda: saved(picture(), "PNG") + SECRET, (320, 240)),
    "moving PNG": (
        lambda: saved(picture(), "PNG", save_all=True, append_images=[picture(), picture()]),
        (320, 240),
    ),
}

BAD: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "text": lambda: b"hola",
    "GIF": lambda: saved(picture(mode="P"), "GIF"),
    "BMP": lambda: saved(picture(), "BMP"),
    "TIFF": lambda: saved(picture(), "TIFF"),
    "PDF": lambda: b"%PDF-1.7\n",
    "SVG": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "EPS": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "ZIP": lambda: b"PK\x03\x04" + b"\x00" * 100,
    "WAV that begins like WebP": lambda: b"RIFF\x24\x00\x00\x00WAVEfmt ",
    "WebP without RIFF": lambda: b"XXXX\x24\x00\x00\x00WEBPVP8 ",
    "JPEG's first bytes": lambda: b"\xff\xd8\xff",
    "PNG's first bytes": lambda: b"\x89PNG\r\n\x1a\n",
    "PNG behind a JPEG's first bytes": lambda: b"\xff\xd8\xff" + saved(picture(), "PNG"),
    "GIF behind a PNG's first bytes": lambda: b"\x89PNG\r\n\x1a\n" + saved(picture(mode="P"), "GIF"),
    "JPEG cut": lambda: saved(picture(2000, 2000, "CMYK"))[:9000],
    "PNG cut": lambda: saved(Image.effect_noise((200, 200), 90), "PNG")[:5000],
    "WebP cut": lambda: saved(Image.effect_noise((200, 200), 90).convert("RGB"), "WEBP")[:2000],
    "81 Mpx": lambda: saved(Image.new("1", (9000, 9000)), "PNG"),
    "a promise of 3.6 Gpx": lambda: png_bomb(60_000, 60_000),
    "a promise of 39 Mpx": lambda: png_bomb(6_500, 6_000),
    "no pixels": lambda: png_bomb(0, 10),
    "a bomb of text": text_bomb,
}


@pytest.mark.parametrize(("made", "size"), GOOD.values(), ids=GOOD.keys())
async def test_pixels_only(made: Callable[[], bytes], size: tuple[int, int]) -> None:
    cleaned = await clean_in_child(made())
    assert SECRET not in cleaned
    with Image.open(io.BytesIO(cleaned)) as photo:
        assert (photo.format, photo.mode, photo.size) == ("JPEG", "RGB", size)
        assert max(photo.size) <= MAX_SIDE
        assert not photo.getexif()
        assert set(photo.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        photo.load()


@pytest.mark.parametrize("made", BAD.values(), ids=BAD.keys())
def test_what_is_no_photo_is_refused(made: Callable[[], bytes]) -> None:
    with pytest.raises(BadPhoto):
        clean_photo(made())


@pytest.mark.parametrize("name", ["text", "PNG cut", "a promise of 39 Mpx", "a bomb of text"])
async def test_the_child_refuses_alike(name: str) -> None:
    with pytest.raises(BadPhoto):
        await clean_in_child(BAD[name]())


async def test_half_a_see_through_picture_stands_on_white() -> None:
    half = picture(mode="RGBA")
    half.paste((0, 0, 0, 0), (0, 0, 160, 240))
    with Image.open(io.BytesIO(await clean_in_child(saved(half, "PNG")))) as photo:
        assert photo.getpixel((10, 10)) == (255, 255, 255)


def test_a_picture_comes_out_upright() -> None:
    """Orientation 6: the camera lay on its side; what it calls left is up."""
    image = picture(320, 240)
    image.paste("red", (0, 0, 160, 240))
    with Image.open(io.BytesIO(clean_photo(saved(image, exif=exif(orientation=6))))) as photo:
        red, green, _ = photo.getpixel((120, 20))
        assert red > 200 > 60 > green


def test_noise_in_the_file_never_escapes_as_another_error() -> None:
    dice = random.Random(7)
    originals = [
        saved(Image.effect_noise((64, 64), 90).convert("RGB"), kind) for kind in ("JPEG", "PNG", "WEBP")
    ]
    for _ in range(300):
        spoilt = bytearray(dice.choice(originals))
        for _ in range(dice.randint(1, 12)):
            spoilt[dice.randrange(len(spoilt))] = dice.randrange(256)
        with contextlib.suppress(BadPhoto):
            assert clean_photo(bytes(spoilt))[:3] == b"\xff\xd8\xff"


async def test_many_at_once_take_turns() -> None:
    photo = saved(picture())
    cleaned = await asyncio.gather(*(clean_in_child(photo) for _ in range(5)))
    assert len(set(cleaned)) == 1


async def test_a_child_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "WALL_SECONDS", 0.001)
    with pytest.raises(BadPhoto, match="long"):
        await clean_in_child(saved(picture()))


async def test_the_child_can_open_nothing_and_knows_nothing() -> None:
    """What a decoder taken over by a photo would find: no file, no socket, no setting, little memory."""
    probe = f"""
import os, runpy, socket, sys
child = runpy.run_path({photos.__file__!r})
child["_confine"]()
assert not [name for name in os.environ if name != "LC_CTYPE"], dict(os.environ)
for act in (lambda: open("/etc/passwd"), socket.socket, lambda: bytearray(child["MEMORY"])):
    try:
        act()
    except (OSError, MemoryError):
        continue
    sys.exit(1)
"""
    running = await asyncio.create_subprocess_exec(sys.executable, "-I", "-c", probe, env={}, cwd="/")
    assert await running.wait() == 0
    assert os.environ  # ours has some
