// What slides up inside a phone: the list, the clip's menu, the map, the photo, the voice note.

import { h, icon } from "./dom.js";
import { chooserMap, knownColonias, knownSectors, nearestName } from "./map.js";
import { canvasBlob, drawSamplePhoto, sampleVoice, soundLength } from "./samples.js";

const ELSEWHERE = { name: "Mérida, Yucatán", lat: 20.9674, lon: -89.5926 };

// Opens a sheet over the rest of a phone, which can't be reached until it closes.
export function openSheet(phone, title, content, { wide = false } = {}) {
  const back = document.activeElement;
  const close = () => {
    sheet.remove();
    for (const part of phone.behind) part.inert = false;
    const goal = back?.isConnected && back !== document.body ? back : phone.input;
    goal.focus({ preventScroll: true });
  };
  phone.closeSheet?.();
  phone.closeSheet = () => {
    phone.closeSheet = null;
    close();
  };
  const shut = h("button", { type: "button", class: "shut", "aria-label": "Cerrar", onclick: () => phone.closeSheet?.() }, icon("close", 18));
  const heading = h("h3", { tabIndex: -1 }, title);
  const sheet = h(
    "div",
    { class: "sheet-holder" },
    h("div", { class: wide ? "sheet tall" : "sheet", role: "dialog", "aria-label": title }, h("header", {}, heading, shut), content),
  );
  sheet.addEventListener("keydown", (event) => event.key === "Escape" && phone.closeSheet?.());
  sheet.addEventListener("click", (event) => event.target === sheet && phone.closeSheet?.());
  for (const part of phone.behind) part.inert = true;
  phone.screen.append(sheet);
  (sheet.querySelector("[data-first]") ?? heading).focus({ preventScroll: true });
}

export function listSheet(phone, bubble, tap) {
  const rows = bubble.form.rows.map((action, n) =>
    h(
      "button",
      { type: "button", class: "row", "data-first": n === 0, onclick: () => pick(phone, () => tap(action)) },
      h("strong", {}, action.label),
      action.description && h("span", {}, action.description),
    ),
  );
  openSheet(phone, bubble.form.rows_label, h("div", { class: "rows" }, rows));
}

export function clipSheet(phone, send) {
  const ways = [
    ["pin", "Ubicación", () => placeSheet(phone, send.place, send.move)],
    ["photo", "Foto", () => photoSheet(phone, send.photo)],
    ["voice", "Nota de voz", () => voiceSheet(phone, send.voice)],
  ];
  const buttons = ways.map(([name, label, open], n) =>
    h("button", { type: "button", class: `way way-${name}`, "data-first": n === 0, onclick: open }, h("span", {}, icon(name, 24)), label),
  );
  openSheet(phone, "Adjuntar", h("div", { class: "ways" }, buttons));
}

export function placeSheet(phone, send, move) {
  let chosen = null;
  const go = h("button", { type: "button", class: "go", disabled: true }, "Mandar esta ubicación");
  const live = h("button", { type: "button", class: "go second", disabled: true }, "En vivo: ya estoy aquí");
  const said = h("p", { class: "said", role: "status" }, "Toque el mapa o elija una colonia de la lista.");
  const { map, show } = chooserMap((point) => choose(point, nearestName(point)));
  const select = coloniaSelect((colonia) => choose(colonia, colonia.name));
  const choose = (point, name) => {
    chosen = { lat: point.lat, lon: point.lon };
    said.textContent = name ? `Cerca de: ${name}` : "Lejos de las colonias conocidas";
    go.disabled = live.disabled = false;
    show(point);
  };
  go.addEventListener("click", () => pick(phone, () => send(chosen)));
  live.addEventListener("click", () => pick(phone, () => move(chosen)));
  const legend = h("ul", { class: "legend" }, knownSectors().map(({ name, colour }) => h("li", { class: `sector-${colour}` }, name)));
  openSheet(phone, "Mandar ubicación", h("div", { class: "chooser" }, map, legend, select, said, go, ...(phone.owner.manner === "telegram" && phone.owner.role !== "resident" ? [live] : [])), { wide: true });
}

function coloniaSelect(onChoose) {
  const places = [...knownColonias(), ELSEWHERE];
  const option = (place) => h("option", { value: places.indexOf(place) }, place.name);
  const group = (label, wanted) => h("optgroup", { label }, places.filter(wanted).map(option));
  const select = h(
    "select",
    { "data-first": true },
    h("option", { value: "" }, "Elegir una colonia…"),
    group("Colonias del programa piloto", (place) => place.pilot),
    group("Otras colonias y localidades", (place) => place.pilot === false),
    group("Fuera del municipio", (place) => place === ELSEWHERE),
  );
  select.addEventListener("change", () => select.value && onChoose(places[Number(select.value)]));
  return h("label", { class: "field" }, "Colonia", select);
}

function photoSheet(phone, send) {
  const canvas = h("canvas", { class: "sample", role: "img", "aria-label": "Foto de ejemplo: una calle de noche con la lámpara apagada" });
  drawSamplePhoto(canvas);
  const sample = async () => send(await canvasBlob(canvas));
  openSheet(
    phone,
    "Mandar foto",
    h("div", { class: "chooser" }, canvas, mainButton(phone, "Mandar esta foto de ejemplo", sample), fileButton(phone, "image/*", send)),
  );
}

function voiceSheet(phone, send) {
  const { blob, seconds } = sampleVoice();
  const fromFile = async (file) => send(file, await soundLength(file));
  openSheet(
    phone,
    "Mandar nota de voz",
    h(
      "div",
      { class: "chooser" },
      h("p", { class: "said" }, "El simulador no graba: manda un sonido de ejemplo o un archivo suyo."),
      mainButton(phone, `Mandar nota de ejemplo (${seconds} s)`, () => send(blob, seconds)),
      fileButton(phone, "audio/*", fromFile),
    ),
  );
}

function mainButton(phone, label, go) {
  return h("button", { type: "button", class: "go", "data-first": true, onclick: () => pick(phone, go) }, label);
}

function fileButton(phone, accept, send) {
  const input = h("input", { type: "file", accept, class: "visually-hidden" });
  input.addEventListener("change", () => input.files[0] && pick(phone, () => send(input.files[0])));
  return h("label", { class: "file-button" }, input, "Elegir un archivo…");
}

function pick(phone, then) {
  phone.closeSheet?.();
  then();
}
