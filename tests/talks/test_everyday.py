"""Everyday sentences, as people write them: what is a concern begins its report, what is none is left alone.

`everyday.tsv`: the kind that the talk begins with, "911" for danger now, "-" for anything that is no report; those
may be asked about once, but no consent card, no 911 card and no report of their own accord.
"""

from __future__ import annotations

from pathlib import Path

from bot.messages import Address
from tests.support.talker import Phone, Town, town

MOST_WRONG = 7  # two of them the 911 once too often
SENTENCES = [
    line.split("\t")
    for line in (Path(__file__).parent / "everyday.tsv").read_text(encoding="utf-8").splitlines()
]


async def begun(place: Town, who: Phone) -> str:
    """The kind of the running report, "911" for the card of danger, "-" for neither."""
    if "Llame al 911 AHORA" in who.last:
        return "911"

    def look(tx):
        person = tx.vault.person_at(Address("simulator", who.id), ())
        return [t.arguments["kind"] for t in tx.conversations.of(person) if t.active and t.flow == "report"]

    kinds = await place.read(look)
    return str(kinds[0]) if kinds else "-"


async def test_each_goes_where_a_neighbour_would_send_it(tmp_path: Path) -> None:
    assert len(SENTENCES) > 150
    wrong = []
    async with town(tmp_path) as place:
        for n, (wanted, said) in enumerate(SENTENCES):
            who = place.somebody(f"v{n}")
            await who.says(said)
            got = await begun(place, who)
            if got != wanted:
                wrong.append((said, wanted, got))
        assert place.demo.channel.problems == []
    print("not as a neighbour would send it:", wrong)
    assert [one for one in wrong if one[1] == "911"] == []
    assert len(wrong) <= MOST_WRONG
