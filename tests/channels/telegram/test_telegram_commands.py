"""Commands and texts that Telegram shows for us."""

from __future__ import annotations

import re

import pytest

from bot.channels.telegram import TelegramChannel, commands
from bot.messages import Address
from tests.channels.telegram.conftest import Store, until
from tests.fakes.bot_api import BotApi

ANA = Address("telegram", "201")
EVERY = [*commands.RESIDENT.values(), *commands.BY_ROLE.values()]


async def introduced(api: BotApi) -> None:
    await until(lambda: ("short_description", "en") in api.texts)


def test_every_name_and_text_fits() -> None:
    for each in EVERY:
        assert all(re.fullmatch(r"[a-z0-9_]{1,32}", name) for name in each)
        assert all(1 <= len(words) <= 256 for words in each.values())
    assert all(len(words) <= 512 for words in commands.DESCRIPTION.values())
    assert all(len(words) <= 120 for words in commands.SHORT_DESCRIPTION.values())


def test_every_language_has_every_command() -> None:
    assert commands.RESIDENT["en"].keys() == commands.RESIDENT["es"].keys()
    assert commands.RESIDENT.keys() == commands.DESCRIPTION.keys() == commands.SHORT_DESCRIPTION.keys()


async def test_residents_see_theirs_in_their_language(
    channel: TelegramChannel, api: BotApi, store: Store
) -> None:
    await channel.start(store.receive, store.noted)
    await introduced(api)
    names = [command["command"] for command in api.commands["all_private_chats", ""]]
    assert names == list(commands.RESIDENT["es"])
    assert "911" in api.texts["description", ""]
    assert "911" in api.texts["short_description", "en"]


async def test_texts_that_stand_already_are_not_written_again(
    channel: TelegramChannel, api: BotApi, store: Store
) -> None:
    for _ in range(2):
        api.commands.clear()
        await channel.start(store.receive, store.noted)
        await introduced(api)
        await channel.stop()
    assert len(api.requests("setMyDescription")) == len(commands.DESCRIPTION)


async def test_texts_that_cannot_be_set_hold_nobody_up(
    channel: TelegramChannel, api: BotApi, store: Store
) -> None:
    api.fail(429, times=2, method="setMyDescription")
    await channel.start(store.receive, store.noted)
    await until(lambda: len(api.requests("setMyDescription")) == 2)
    api.say(101, "hola")
    await store.holds(1)


async def test_residents_have_their_commands_where_the_texts_are_refused(
    channel: TelegramChannel, api: BotApi, store: Store
) -> None:
    for method in ("getMyDescription", "getMyShortDescription"):
        api.fail(404, times=10, method=method)
    await channel.start(store.receive, store.noted)
    await until(lambda: len(api.requests("setMyCommands")) == len(commands.RESIDENT))
    assert api.commands["all_private_chats", ""]


@pytest.mark.parametrize("role", ["officer", "supervisor"])
async def test_a_role_has_its_menu_until_it_ends(channel: TelegramChannel, api: BotApi, role: str) -> None:
    api.join(201)
    assert await channel.show_commands(ANA, role)
    assert [command["command"] for command in api.commands["chat201", ""]] == list(commands.BY_ROLE[role])
    assert await channel.show_commands(ANA, "resident")
    assert ("chat201", "") not in api.commands


async def test_a_menu_that_cannot_be_shown_stops_nothing(channel: TelegramChannel, api: BotApi) -> None:
    assert not await channel.show_commands(ANA, "officer"), "a chat that does not exist"
    assert not await channel.show_commands(Address("telegram", "nonsense"), "officer")


async def test_it_leaves_a_group(channel: TelegramChannel, api: BotApi) -> None:
    api.join(-900)
    await channel.leave(Address("telegram", "-900"))
    assert api.requests("leaveChat") == [{"chat_id": -900}]
