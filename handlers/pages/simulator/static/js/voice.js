// A voice note that can be played; one at a time on the whole page.

import { h, icon } from "./dom.js";

const HEIGHTS = [5, 9, 14, 8, 17, 11, 20, 13, 7, 15, 19, 10, 6, 13, 18, 9, 12, 6];
let playing = null;

export function voicePlayer(url, seconds) {
  const sound = new Audio();
  sound.preload = "none";
  sound.src = url;
  const press = h("button", { type: "button", class: "play", "aria-label": "Escuchar la nota de voz" }, icon("play", 18));
  const show = (going) => {
    press.replaceChildren(icon(going ? "pause" : "play", 18));
    press.setAttribute("aria-label", going ? "Pausar la nota de voz" : "Escuchar la nota de voz");
  };
  press.addEventListener("click", () => (sound.paused ? start(sound) : sound.pause()));
  sound.addEventListener("play", () => show(true));
  sound.addEventListener("pause", () => show(false));
  return h("div", { class: "voice" }, press, bars(), h("span", { class: "length" }, length(seconds)));
}

function start(sound) {
  if (playing && playing !== sound) playing.pause();
  playing = sound;
  sound.play().catch(() => sound.pause());
}

function bars() {
  const drawn = HEIGHTS.map((height) => {
    const bar = h("i");
    bar.style.setProperty("height", `${height}px`);
    return bar;
  });
  return h("span", { class: "bars", "aria-hidden": "true" }, drawn);
}

function length(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
