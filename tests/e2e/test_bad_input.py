"""What people, forgers and broken machines send: each gets a clear answer, and nothing is lost."""

from __future__ import annotations

import asyncio
import json

from tests.e2e.server import SECRET, until
from tests.e2e.street import LAMP, Street
from tests.fakes.twilio_people import signature

TRICKS = (
    "​‌‍﻿",  # nothing that can be seen
    "‮odatropeR‬ ﷽ Z̷̢̛͔̯͙͑a̴l̶g̴o̷",
    "👩‍👩‍👧‍👦🏴󠁧󠁢󠁷󠁬󠁳󠁿🇲🇽",
    "ｈｏｌａ ℌ𝔬𝔩𝔞 ①",
    "<b>hola</b> &amp; *neg* _cur_ `cod` [x](http://x)",
    "{folio} %s %(x)s ${x} {{1}} {0}",
    "'; DROP TABLE report; --",
    "/" * 200,
    "=cmd|' /C calc'!A0",
    "\n\n\n\t\r\n",
    "a\u2028b\u2029c\x0b\x0c\x1b[31m",
)


async def test_odd_texts_each_get_an_answer(street: Street) -> None:
    chats = [street.on_telegram(200 + number) for number in range(len(TRICKS))]
    phones = [street.on_whatsapp(f"+52198390000{number:02d}") for number in range(len(TRICKS))]
    for trick, chat, phone in zip(TRICKS, chats, phones, strict=True):
        street.api.say(chat.chat, trick)
        assert await street.twilio.say(phone.number, trick) == 200
    for who in (*chats, *phones):
        await until(lambda who=who: who.texts, what=repr(TRICKS))
    long, longer, empty = (
        street.on_telegram(301),
        street.on_telegram(302),
        street.on_whatsapp("+5219839999999"),
    )
    street.api.say(long.chat, "á" * 100_000)
    street.api.say(longer.chat, "hay una lámpara fundida " * 5_000)
    assert await street.twilio.say(empty.number, "") == 200
    await until(lambda: long.texts and longer.texts and empty.texts)
    huge = street.on_whatsapp("+5219838888888")
    assert await street.twilio.say(huge.number, "😀" * 100_000) == 200
    await until(lambda: huge.texts)
    half = '{"update_id":%d,"message":{"message_id":1,"date":1,"chat":{"id":303,"type":"private"},"text":"\\ud83d"}}'
    street.on_telegram(303)
    street.api.push(half.encode())
    await until(lambda: street.on_telegram(303).texts)
    assert street.server.count("dead_letter") == 0


async def test_odd_files_each_get_an_answer(street: Street) -> None:
    odd = (
        {"sticker": {"file_id": "s", "file_unique_id": "s", "width": 1, "height": 1, "type": "regular"}},
        {"dice": {"emoji": "🎲", "value": 3}},
        {"poll": {"id": "1", "question": "?", "options": []}},
        {"contact": {"phone_number": "983", "first_name": "Ana"}},
        {"invention_of_2030": {"x": [1, {"y": None}]}},
        {"document": {"file_id": "gone", "file_unique_id": "g", "mime_type": "application/x-msdownload"}},
        {"location": {"latitude": 19.4326, "longitude": -99.1332}},
    )
    chats = [street.on_telegram(400 + number) for number in range(len(odd))]
    for chat, content in zip(chats, odd, strict=True):
        street.api._message(chat.chat, content)
    phone = street.on_whatsapp()
    assert await street.twilio.send_media(phone.number, b"MZ\x90", "application/x-msdownload") == 200
    for who in (*chats, phone):
        await until(lambda who=who: who.texts)


async def test_an_update_that_cannot_be_read_is_set_aside_and_told(street: Street) -> None:
    street.api.push(b'{"update_id":%d,"message":{"message_id":"x","date":{},"chat":[]}}')
    street.api.push(b'{"update_id":%d,"message":{"message_id":"x","chat":{"id":101}}}')
    await street.neighbour.hears("quedó guardado con el número")
    await street.commander.hears("Aviso del sistema")
    await street.neighbour.says("hola", "Soy el asistente")
    assert street.server.count("dead_letter") == 2


async def test_forged_and_repeated_webhooks(street: Street) -> None:
    twilio, number = street.twilio, "whatsapp:+5219831234567"
    fields = twilio.inbound_fields(number, "hola")
    url = street.server.url + "/twilio/whatsapp"
    good = signature(twilio.auth_token, url, fields)
    forged = (
        "",
        "x",
        signature("another", url, fields),
        signature(twilio.auth_token, url + "x", fields),
        "ñ",
    )
    for mark in forged:
        headers = {"X-Twilio-Signature": mark} if mark.isascii() else {}
        async with twilio.session.post(url, data=fields, headers=headers) as answer:
            assert answer.status == 403
    assert street.server.count("inbox", "key LIKE 'tw:%'") == 0
    twilio.window_opened[number] = twilio.now()
    for _ in range(3):
        async with twilio.session.post(url, data=fields, headers={"X-Twilio-Signature": good}) as answer:
            assert answer.status == 200
    other = {**fields, "Body": "consejos"}
    async with twilio.session.post(url, data=other, headers={"X-Twilio-Signature": good}) as answer:
        assert answer.status == 403
    phone = street.on_whatsapp()
    await phone.hears("Soy el asistente")
    await phone.says("menú", "¿En qué le ayudo?")
    assert len(phone.texts) == 2


async def test_forged_and_repeated_updates_by_webhook(asleep: Street) -> None:
    asleep.server.settings["TELEGRAM_MODE"] = "webhook"
    await asleep.server.serve()
    api, neighbour = asleep.api, asleep.neighbour
    await until(lambda: api.webhook.url)
    message = {"message_id": 7, "date": 1, "chat": {"id": 101, "type": "private"}, "text": "hola"}
    body = json.dumps({"update_id": 777, "message": {**message, "from": {"id": 101}}}).encode()
    json_type = {"Content-Type": "application/json"}
    name = "X-Telegram-Bot-Api-Secret-Token"
    for headers in (json_type, {**json_type, name: SECRET + "x"}, {**json_type, name: ""}):
        assert (await api.webhook.post(body, headers))[0] == 403
    assert asleep.server.count("inbox", "key LIKE '%:777'") == 0
    assert [(await api.webhook.post(body))[0] for _ in range(3)] == [200, 200, 200]
    assert (await api.webhook.post(b"{"))[0] == 400
    await neighbour.hears("Soy el asistente")
    await neighbour.says("menú", "¿En qué le ayudo?")
    assert len(neighbour.texts) == 2


async def test_buttons_old_forged_and_of_others(street: Street) -> None:
    neighbour, stranger, api = street.neighbour, street.on_telegram(102), street.api
    await neighbour.says(LAMP)
    consent = await neighbour.card("acepte el aviso")
    token = consent["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await neighbour.taps("Acepto", "¿Está bien?")
    await street.report(street.on_telegram(103))
    alert = await street.canul.card("Col. Italia")
    claim = alert["reply_markup"]["inline_keyboard"][0][0]["callback_data"]

    api.tap(neighbour.chat, consent["message_id"], token)
    await neighbour.hears("Esa opción ya pasó")
    api.tap(neighbour.chat, consent["message_id"], token[:-1] + ("A" if token[-1] != "A" else "B"))
    await neighbour.hears("Esa opción ya no está activa")
    api.tap(stranger.chat, alert["message_id"], claim)
    await stranger.hears("Esa opción ya no está activa")
    api.tap(stranger.chat, 1, "")
    api.tap(stranger.chat, 1, "m.menu")
    await stranger.hears("Esa opción ya no está activa")
    assert street.server.count("report", "status = 'received'") == 1


async def test_two_officers_at_once(street: Street) -> None:
    await street.report(street.neighbour)
    await asyncio.gather(street.canul.hears("Col. Italia"), street.poot.hears("Col. Italia"))
    await asyncio.gather(street.canul.taps("Tomar"), street.poot.taps("Tomar"))
    won, lost = street.canul, street.poot
    await until(lambda: any("Es suyo" in text for who in (won, lost) for text in who.texts))
    if not any("Es suyo" in text for text in won.texts):
        won, lost = lost, won
    await lost.hears("Ya lo tomó")
    await street.neighbour.hears("ya tiene su reporte")
    assert sum("ya tiene su reporte" in text for text in street.neighbour.texts) == 1


async def test_strange_folios_and_places(street: Street) -> None:
    neighbour, stranger = street.neighbour, street.on_telegram(102)
    folio = await street.report(neighbour)
    answers = []
    for wrong in (folio, folio, "1234-5678", folio, folio, folio, folio):
        before = len(stranger.texts)
        await stranger.says(f"estado {wrong}")
        await until(lambda before=before: len(stranger.texts) > before)
        answers.append(stranger.texts[-1])
    assert len(set(answers[:-1])) == 1, "nobody learns which folio exists"
    assert "Van varios intentos" in answers[-1]
    assert not any("Recibido" in text for text in stranger.texts)
    await neighbour.says(f"estado {folio}", "Recibido")

    await stranger.says("hay una lámpara fundida que no prende desde hace una semana", "acepte el aviso")
    await stranger.taps("Acepto", "¿Dónde es?")
    street.api.send_location(stranger.chat, 20.9674, -89.5926)  # Mérida
    await stranger.hears("le toca a")
    assert street.server.count("report") == 1
