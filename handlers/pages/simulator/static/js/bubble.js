// One bubble, in the look of its network.

import { fileUrl } from "./api.js";
import { h, icon } from "./dom.js";
import { miniMap } from "./map.js";
import { hour } from "./time.js";
import { voicePlayer } from "./voice.js";

const FATES = {
  sending: ["…", "enviando"],
  stored: ["✓✓", "recibido"],
  failed: ["!", "no se guardó"],
};

const LONGEST_PAIRED = 20; // a longer label has a line of its own, as on Telegram

export function drawBubble(bubble, act) {
  if (bubble.side === "note" || bubble.side === "problem") return drawNotice(bubble);
  const card = h(
    "div",
    { class: "card" },
    speaker(bubble),
    bubble.template && h("p", { class: "tag" }, "Plantilla aprobada"),
    bubble.title && h("p", { class: "title" }, bubble.title),
    text(bubble),
    bubble.pin && pin(bubble),
    ...bubble.files.map(file),
    footer(bubble),
  );
  return h(
    "article",
    { class: `bubble ${bubble.side} ${bubble.manner}`, id: `b-${bubble.id}` },
    card,
    choices(bubble, act),
  );
}

function drawNotice(bubble) {
  const problem = bubble.side === "problem";
  return h(
    "article",
    { class: `bubble ${bubble.side}`, id: `b-${bubble.id}` },
    h("p", {}, problem && h("strong", {}, "Límite roto. "), ...bubble.lines),
  );
}

function speaker(bubble) {
  return h("span", { class: "visually-hidden" }, bubble.side === "mine" ? "Usted: " : "Asistente: ");
}

function text(bubble) {
  return bubble.lines.map((line) => h("p", { class: "line" }, line));
}

function pin(bubble) {
  const name = bubble.pin_label || "Ubicación";
  return h("figure", { class: "place" }, miniMap(bubble.pin, `Mapa: ${name}`), h("figcaption", {}, icon("pin", 15), name));
}

function file(attachment) {
  const url = fileUrl(attachment.reference);
  if (attachment.kind === "photo" || attachment.kind === "sticker") {
    return h("img", { class: "photo", src: url, alt: "Foto de esta conversación", loading: "lazy" });
  }
  if (attachment.kind === "voice" || attachment.kind === "audio") return voicePlayer(url, attachment.seconds ?? 0);
  return h("p", { class: "file" }, icon("file", 18), "Archivo");
}

function footer(bubble) {
  const [tick, meaning] = FATES[bubble.fate] ?? [];
  return h(
    "p",
    { class: "foot" },
    bubble.protected && mark("lock", "No se puede reenviar"),
    bubble.quiet && mark("mute", "Llegó sin sonido"),
    bubble.edited && h("span", {}, "editado"),
    h("time", { dateTime: bubble.at }, hour(bubble.at)),
    tick && h("span", { class: `tick ${bubble.fate}` }, h("span", { "aria-hidden": "true" }, tick), hidden(meaning)),
  );
}

function mark(name, meaning) {
  return h("span", { class: "mark", title: meaning }, icon(name, 13), hidden(meaning));
}

function hidden(words) {
  return h("span", { class: "visually-hidden" }, ` ${words}`);
}

function choices(bubble, act) {
  const { buttons, rows, rows_label: word } = bubble.form;
  const press = (action) => (event) => act.tap(bubble, action, event.currentTarget);
  const shown = [];
  if (rows.length && bubble.manner === "whatsapp") {
    shown.push(button(word, { class: "opens", icon: "list", onclick: () => act.openList(bubble) }));
  } else {
    shown.push(...rows.map((action) => button(action.label, { class: "wide", onclick: press(action) })));
  }
  shown.push(...buttons.map((action) => button(action.label, { ...looks(bubble, action), onclick: press(action) })));
  if (bubble.copy) shown.push(button(`Copiar ${bubble.copy}`, { class: "wide", icon: "copy", onclick: () => act.copy(bubble.copy) }));
  if (bubble.asks_location) {
    shown.push(button("Enviar mi ubicación", { class: "wide", icon: "pin", onclick: () => act.openPlace() }));
  }
  return shown.length ? h("div", { class: "choices" }, shown) : null;
}

function looks(bubble, action) {
  if (bubble.manner === "whatsapp") return { icon: "reply" };
  const alone = action.style === "primary" || action.label.length > LONGEST_PAIRED;
  return { class: `${action.style} ${alone ? "wide" : ""}` };
}

function button(label, { icon: name, ...props }) {
  return h("button", { type: "button", ...props }, name && icon(name, 16), h("span", {}, label));
}
