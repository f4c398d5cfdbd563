"""T22, T26, T27, T28, T33: what is in files, in columns, in the repository, in the lock, and in the headers of every answer."""

from __future__ import annotations

import io
import re
import subprocess
from pathlib import Path

from PIL import Image, ImageCms, PngImagePlugin

from bot.channels.photos import BadPhoto, clean_in_child, clean_photo
from storage.schema import metadata
from tests.faults.evidence import Campaign
from tests.faults.premises import premises

ROOT = Path(__file__).parents[2]
MEDIA = Campaign("T22", "Photos with everything in them that a photo can hide")
COLUMNS = Campaign("T26", "How every column is kept")
SECRETS = Campaign("T27", "Secrets in the tree and its history")
FLOORS = Campaign("T28", "Dependencies at or above their floors")
WEB = Campaign("T33", "Headers of every answer")

HIDDEN = "Felipe Carrillo Puerto 123"
SIZES = ((1, 1), (16, 16), (320, 240), (1, 4000), (4000, 1), (900, 900))
MODES = ("RGB", "L", "CMYK", "1", "P", "RGBA", "LA", "I;16")

# Below these a known hole is open (reliability.md 5.2 and the findings F8 to F10).
FLOOR = {
    "starlette": (1, 3, 1), "pillow": (13, 0, 0), "aiohttp": (3, 12), "cryptography": (45,), "twilio": (9, 13),
    "python-telegram-bot": (22, 8), "uvicorn": (0, 35), "h11": (0, 16), "msgspec": (0, 19), "sqlalchemy": (2, 0, 43),
    "urllib3": (2, 5), "requests": (2, 32, 4), "jinja2": (3, 1, 6), "certifi": (2024, 7, 4), "idna": (3, 7),
}  # fmt: skip
SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bSK[0-9a-f]{32}\b"
    r"|\bxox[baprs]-[A-Za-z0-9-]{10,}|(?<!\d)\d{8,10}:AA[A-Za-z0-9_-]{33}\b"
)
# Made up, and known: the tokens of the doubles and of documents.
MADE_UP = ("123456789:AA", "700000001:AA")


def corpus() -> list[tuple[str, bytes]]:
    """Every format, mode and size with EXIF, GPS, XMP, comments, colour profiles and texts; and what is no photo at all."""
    found: list[tuple[str, bytes]] = []
    for mode in MODES:
        for size in SIZES:
            image = Image.new(mode, size)
            for kind in ("JPEG", "PNG", "WEBP"):
                made = _saved(image, kind)
                if made is not None:
                    found.append((f"{kind} {mode} {size}", made))
    whole = _saved(Image.new("RGB", (320, 240), "teal"), "JPEG") or b""
    found += [(f"cut at {n}", whole[: len(whole) * n // 40]) for n in range(40)]
    found += [(f"flipped at {n}", whole[: n * 37] + b"\xff" + whole[n * 37 + 1 :]) for n in range(1, 41)]
    found += [(f"with a tail {n}", whole + HIDDEN.encode() * n) for n in range(1, 11)]
    others = (
        b"",
        b"GIF89a",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"MZ",
        b"<svg>",
        b"BM",
        b"II*\x00",
        b"\x00" * 100,
        HIDDEN.encode(),
    )
    return found + [(f"no photo {n}", start + HIDDEN.encode()) for n, start in enumerate(others)]


def _saved(image: Image.Image, kind: str) -> bytes | None:
    exif = Image.Exif()
    exif[0x010E] = exif[0x010F] = HIDDEN
    exif.get_ifd(0x8825).update({1: "N", 2: (18.0, 30.0, 1.5), 29: HIDDEN})
    options: dict[str, object] = {"exif": exif}
    if kind == "JPEG":
        options |= {"comment": HIDDEN.encode(), "xmp": HIDDEN.encode()}
    if kind == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", HIDDEN)
        options["pnginfo"] = text
    if image.mode == "RGB":
        options["icc_profile"] = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    out = io.BytesIO()
    try:
        image.save(out, kind, **options)
    except (OSError, ValueError, KeyError):
        return None
    return out.getvalue()


async def test_only_pixels_leave_whatever_is_sent() -> None:
    files = corpus()
    kept = refused = hiding = 0
    for _, content in files:
        try:
            clean = clean_photo(content)
        except BadPhoto:
            refused += 1
            continue
        kept += 1
        left = Image.open(io.BytesIO(clean))
        hiding += (
            HIDDEN.encode() in clean
            or bool(left.getexif())
            or "icc_profile" in left.info
            or "comment" in left.info
        )
    in_child = MEDIA.size(ci=8, whole=len(files))
    alike = 0
    for _, content in MEDIA.random().sample(files, in_child):
        alike += await _child(content) == _here(content)
    MEDIA.record(
        files=len(files), kept=kept, refused=refused, hiding=hiding, in_the_child=in_child, alike=alike
    )
    assert len(files) >= 200
    assert kept > 80
    assert hiding == 0
    assert alike == in_child


async def _child(content: bytes) -> bytes | None:
    try:
        return await clean_in_child(content)
    except BadPhoto:
        return None


def _here(content: bytes) -> bytes | None:
    try:
        return clean_photo(content)
    except BadPhoto:
        return None


def test_every_column_is_declared() -> None:
    columns = [column for table in metadata.sorted_tables for column in table.columns]
    kept = {
        how: sum(c.info.get("kept") == how for c in columns) for how in ("clear", "sealed", "keyed", "ref")
    }
    COLUMNS.record(
        tables=len(metadata.tables),
        columns=len(columns),
        undeclared=len(columns) - sum(kept.values()),
        **kept,
    )
    assert sum(kept.values()) == len(columns)


def test_no_secret_stands_in_the_tree_or_its_history() -> None:
    commits = _git("rev-list", "--all").splitlines()
    tree = _git("ls-files").splitlines()
    wrong = [name for name in tree if _secret(_read(ROOT / name))]
    deep = SECRETS.size(ci=60, whole=len(commits))
    told = "".join(_git("show", "--unified=0", "--no-color", commit) for commit in commits[:deep])
    in_history = [found for found in SECRET.findall(told) if not found.startswith(MADE_UP)]
    SECRETS.record(
        files=len(tree),
        commits=min(deep, len(commits)),
        in_the_tree=len(wrong),
        in_the_history=len(in_history),
    )
    assert (wrong, in_history) == ([], [])


def _secret(text: str) -> bool:
    return any(not found.startswith(MADE_UP) for found in SECRET.findall(text))


def _read(path: Path) -> str:
    return path.read_text("utf-8", "replace") if path.is_file() else ""


def _git(*words: str) -> str:
    return subprocess.run(
        ("git", *words), cwd=ROOT, check=True, capture_output=True, text=True, errors="replace"
    ).stdout


def test_nothing_in_the_lock_is_below_its_floor() -> None:
    lock = dict(re.findall(r"^([a-z0-9_.-]+)==([0-9][\w.]*)", (ROOT / "requirements.lock").read_text(), re.M))
    known = {name: floor for name, floor in FLOOR.items() if name in lock}
    below = [name for name, floor in known.items() if _numbers(lock[name]) < floor]
    FLOORS.record(locked=len(lock), floors=len(known), below=len(below))
    assert below == []
    assert {"starlette", "pillow", "aiohttp", "cryptography", "twilio"} <= known.keys()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


WANTED = {
    "content-security-policy": "default-src 'none'", "x-content-type-options": "nosniff", "x-frame-options": "DENY",
    "referrer-policy": "no-referrer", "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin", "permissions-policy": "geolocation=()",
}  # fmt: skip


async def test_every_answer_carries_the_headers_and_no_cookie(tmp_path: Path) -> None:
    """There is no page with a session in `serve`: no cookie is ever set, so there is nothing to ride on (CSRF)."""
    answers = missing = 0
    async with premises(f"sqlite:///{tmp_path}/p.db") as place:
        paths = [getattr(route, "path", "/") for route in place.asgi.routes]
        for path in (*paths, "/", "/admin", "/%2e%2e/etc/passwd", "/docs", "/openapi.json"):
            for method in ("GET", "POST", "OPTIONS", "TRACE", "PUT"):
                for host in ("bot.example", "evil.example/%0d%0aSet-Cookie: a=b"):
                    async with place.twilio.session.request(
                        method,
                        place.twilio.webhook_url + path,
                        headers={"Host": host.partition("/")[0]},
                        allow_redirects=False,
                    ) as answer:
                        answers += 1
                        headers = answer.headers
                        missing += any(words not in headers.get(name, "") for name, words in WANTED.items())
                        missing += "set-cookie" in headers or "server" in headers or answer.status >= 500
    WEB.record(answers=answers, wanting=missing)
    assert missing == 0
