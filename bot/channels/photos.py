"""A photo made anew from its pixels: no place, no camera, no comment, nothing hidden behind the picture.

Decoders are where pictures bite, so the work is done by a child process with little memory, little time, no
environment and no way to open a file or a socket. The child runs this very file, nothing of the bot.
"""

from __future__ import annotations

import asyncio
import codecs
import io
import sys
import warnings
from weakref import WeakKeyDictionary

MAX_PIXELS = 40_000_000
MAX_SIDE = 1600
QUALITY = 85
MEMORY = 768 * 1024 * 1024
CPU_SECONDS = 10
WALL_SECONDS = 20.0
AT_ONCE = 2
_MAGIC = ((b"\xff\xd8\xff", 0, "JPEG"), (b"\x89PNG\r\n\x1a\n", 0, "PNG"), (b"WEBP", 8, "WEBP"))


class BadPhoto(Exception):
    """Not a photo that we take: another kind of file, too large, broken, or made to harm."""


def kind_of(content: bytes) -> str:
    """The format by its first bytes. Raises BadPhoto for all but three."""
    for magic, at, kind in _MAGIC:
        if content[at : at + len(magic)] == magic and (kind != "WEBP" or content[:4] == b"RIFF"):
            return kind
    raise BadPhoto("not a JPEG, PNG or WebP")


def clean_photo(content: bytes) -> bytes:
    """The picture as a JPEG with nothing but pixels, upright, at most 1600 a side. Raises BadPhoto."""
    kind = kind_of(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _rebuilt(content, kind)
    except BadPhoto:
        raise
    except Exception as error:  # whatever a decoder stumbles over
        raise BadPhoto(type(error).__name__) from None


def _rebuilt(content: bytes, kind: str) -> bytes:
    from PIL import Image, ImageOps  # 30 ms, and only the child needs it

    with Image.open(io.BytesIO(content), formats=[kind]) as photo:
        if photo.width * photo.height > MAX_PIXELS:
            raise BadPhoto("too many pixels")
        photo.draft("RGB", (MAX_SIDE, MAX_SIDE))  # a large JPEG is decoded small
        wanted = "RGBA" if photo.has_transparency_data else "RGB"
        pixels = photo if photo.mode == wanted else photo.convert(wanted)  # no second copy of a large one
        pixels.thumbnail((MAX_SIDE, MAX_SIDE), reducing_gap=2.0)
        ImageOps.exif_transpose(pixels, in_place=True)
    opaque = Image.new(
        "RGB", pixels.size, "white"
    )  # a new picture: `save` would carry comments and profiles over
    opaque.paste(pixels, mask=pixels if pixels.mode == "RGBA" else None)
    out = io.BytesIO()
    opaque.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


_places: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


async def clean_in_child(content: bytes) -> bytes:
    """`clean_photo` behind a wall. A process for each photo: 0.1 s, and no photo meets another's remains."""
    kind_of(content)  # what is no photo does not cost a process
    async with _places.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE)):
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", __file__),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
            cwd="/",
        )
        return await _answer(child, content)


async def _answer(child: asyncio.subprocess.Process, content: bytes) -> bytes:
    try:
        async with asyncio.timeout(WALL_SECONDS):
            cleaned, _ = await child.communicate(content)
    except TimeoutError:
        raise BadPhoto("took too long") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0 or kind_of(cleaned) != "JPEG":
        raise BadPhoto("could not be read")
    return cleaned


def _confine() -> None:  # pragma: no cover  # in the child
    """From here on: little memory, little time, no new file or socket, no core to read the photo from."""
    import resource

    # What Pillow would import on its way (EXIF is read by the TIFF reader, texts by codecs): no file opens later.
    from PIL import Image, ImageOps, TiffImagePlugin, WebPImagePlugin  # noqa: F401

    Image.preinit()
    for codec in ("latin-1", "ascii", "utf-8", "utf-16"):
        codecs.lookup(codec)
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        resource.setrlimit(limit, (value, value))


def _child() -> int:  # pragma: no cover  # in the child
    content = sys.stdin.buffer.read()
    _confine()
    try:
        sys.stdout.buffer.write(clean_photo(content))
    except (BadPhoto, MemoryError):
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_child())
