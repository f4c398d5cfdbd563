"""T16b. Texts that break parsers, renderers, tables and screens, through every notice and the exported log."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from bot.channels.telegram.outbound import calls_for
from bot.channels.whatsapp.outbound import Manner, render
from bot.messages import Outgoing
from bot.texts import Texts
from handlers import wording
from handlers.log_export import write_csv
from storage import Transaction
from tests.faults.evidence import Campaign
from tests.faults.premises import HERE, MUNICIPALITY, opened_store
from tests.faults.test_fuzzed_webhooks import NAUGHTY
from tests.handlers.conftest import NOON, resident
from tests.handlers.test_wording import FACTS
from tests.support.reports import opened

TEXTS = Campaign("T16b", "Naughty texts through every renderer")
OF_PEOPLE = ("text", "note", "sentence", "street", "by", "officer", "handler", "name")

# Ours, in the manner of the known lists: what breaks parsers, renderers, tables and screens.
MORE_NAUGHTY = (
    *NAUGHTY,
    *("undefined", "true", "\\", '"', "'", "``", "<script>alert(1)</script>", "&lt;&amp;", "*_~`[]()", "__init__"),
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "%0d%0aSet-Cookie: x", "${jndi:ldap://x}", "{{7*7}}", "{0}", "%d"),
    *("ÅÍÎÏ", "田中さん", "הַלְלוּ", "الكل", "ﺍﻟﻜﻞ", "𝕋𝕙𝕖", "Ｔｈｅ", "ɐuƃɐɯ", "⒯⒣⒠", "🏳️‍🌈🇲🇽👩🏽‍⚕️", "️", "​‌‍﻿"),
    *("\u202eabc", "\u2066x\u2069", "\U000e0041", "\r\n\r\n", "\x1b[31m", "\x07", "\ufffe", "a\u0300" * 200, "x" * 4097),
)  # fmt: skip


def test_naughty_texts_leave_every_renderer_whole() -> None:
    """Every notice with every text in every place that takes one, for both networks: valid, within limits, no markup."""
    cards = wrong = 0
    moment = wording.Moment(t=Texts("es", MUNICIPALITY.time_zone, MUNICIPALITY.texts), here=HERE, at=NOON)
    for name, examples in FACTS.items():
        for facts in examples[:2]:
            for text in MORE_NAUGHTY:
                card = wording.render(name, with_text(facts, clean(text)), moment)
                cards += 1
                wrong += not telegram_whole(card) or not whatsapp_whole(card)
    TEXTS.record(texts=len(MORE_NAUGHTY), notices=len(FACTS), cards=cards, broken=wrong)
    assert wrong == 0


def clean(text: str) -> str:
    """As a channel hands it over: without NUL and half letters."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def with_text(facts: dict[str, Any], text: str) -> dict[str, Any]:
    """The words of people in these facts become this text."""
    return {
        key: [text] if key == "lines" else text if key in OF_PEOPLE else value for key, value in facts.items()
    }


def telegram_whole(card: Outgoing) -> bool:
    """Each call encodes, fits, and its markup is balanced."""
    for call in calls_for("1", card, keyboard_shown=False) if card.lines or card.title else ():
        text = str(call.params.get("text", ""))
        if len(text.encode("utf-16-le")) // 2 > 4096 * 2 or text.count("<b>") != text.count("</b>"):
            return False
        json.dumps(call.params, ensure_ascii=False, default=str).encode("utf-8")
    return True


def whatsapp_whole(card: Outgoing) -> bool:
    """Each part encodes and fits."""
    for part in render(card, Manner()):
        json.dumps(str(part), ensure_ascii=False).encode("utf-8")
    return True


async def test_naughty_texts_leave_the_log_a_table(tmp_path: Path) -> None:
    """No cell of the exported log begins a formula, and none holds what somebody wrote."""
    store = await opened_store(tmp_path)

    def work(tx: Transaction) -> None:
        for n, text in enumerate(MORE_NAUGHTY):
            opened(tx, n, text=clean(text)[:20_000], person_id=resident(tx))

    await store.run(work)
    table = await store.read(lambda tx: write_csv(tx, MUNICIPALITY))
    await store.close()
    cells = [cell.strip('"') for line in table.splitlines() for cell in line.split(",")]
    assert not [cell for cell in cells if re.match(r"[=+@\t\r]|-\D", cell)]
    assert "DROP TABLE" not in table
