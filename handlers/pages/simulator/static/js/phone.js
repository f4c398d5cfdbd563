// One phone: frame, header of the network, the talk, the composer.

import { base64, command } from "./api.js";
import { drawBubble } from "./bubble.js";
import { h, icon, s } from "./dom.js";
import { clipSheet, listSheet, placeSheet } from "./sheets.js";
import { day, hour, now } from "./time.js";

const UNDER_NAME = { telegram: "bot", whatsapp: "cuenta de empresa" };
const FIRST_WORDS = {
  resident: "Escriba «hola» o toque un ejemplo de «Pruebe esto».",
  officer: "Aquí llegan los avisos de su sector cuando está en turno.",
  supervisor: "Aquí llega lo que espera demasiado, y se decide qué sigue.",
  group: "El grupo del sector. La supervisora escribe aquí: «grupos» en su chat da el código que lo vincula.",
};
const TOAST_STAYS = 5000;

export class Phone {
  constructor(owner, { report, onNews }) {
    this.owner = owner;
    this.report = report;
    this.onNews = onNews;
    this.talk = h("div", { class: "talk", role: "log", "aria-label": `Conversación de ${owner.name}`, tabIndex: 0 });
    this.input = h("textarea", { rows: 1, placeholder: "Mensaje", "aria-label": `Mensaje de ${owner.name}`, autocomplete: "off" });
    this.toast = h("p", { class: "toast", role: "status", hidden: true });
    this.window = h("p", { class: "window-closed", hidden: true }, "Ventana de 24 horas cerrada: solo plantillas");
    this.time = h("span", { class: "status-time" });
    this.underName = h("span", { class: "under-name" });
    this.composer = this.makeComposer();
    this.header = this.makeHeader();
    this.behind = [this.header, this.talk, this.composer];
    this.screen = h("div", { class: "screen" }, this.statusBar(), this.header, this.window, this.talk, this.composer, this.toast);
    this.frame = h("div", { class: "frame" }, this.screen);
    this.setOwner(owner);
    this.forget();
  }

  statusBar() {
    const battery = s("svg", { viewBox: "0 0 44 12", width: 44, height: 12, "aria-hidden": "true", class: "status-icons" },
      s("path", { d: "M1 11V8h2v3zM5 11V6h2v5zM9 11V4h2v7zM13 11V1h2v10zM22 2.5h17v7H22z" }),
      s("path", { d: "M40.5 4.5v3", class: "nub" }));
    return h("div", { class: "status-bar", "aria-hidden": "true" }, this.time, battery);
  }

  makeHeader() {
    const face = h("img", { src: "/simulador/icono.svg", alt: "", width: 36, height: 36 });
    return h("header", { class: "chat-header" }, h("span", { class: "face" }, face), h("div", {}, h("h3", {}, "Policía de Proximidad"), this.underName));
  }

  makeComposer() {
    const clip = h("button", { type: "button", class: "round clip", "aria-label": "Adjuntar", onclick: () => this.openClip() }, icon("clip", 22));
    const send = h("button", { type: "submit", class: "round send", "aria-label": "Enviar" }, icon("send", 21));
    const form = h("form", { class: "composer" }, clip, this.input, send);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.sendWritten();
    });
    this.input.addEventListener("input", () => this.fitInput());
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.sendWritten();
    });
    return form;
  }

  // --- what the owner does ---

  sendWritten() {
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    this.fitInput();
    this.say(text);
  }

  say(text) {
    return this.tell("decir", { text });
  }

  openClip() {
    clipSheet(this, {
      place: (point) => this.tell("ubicar", point),
      move: (point) => this.tell("mover", point).then(() => this.showToast("Su ubicación en vivo se movió")),
      photo: async (blob) => this.tell("foto", { content: await base64(blob), content_type: blob.type }),
      voice: async (blob, seconds) => this.tell("voz", { content: await base64(blob), content_type: blob.type, seconds }),
    });
  }

  async tap(bubble, action, button) {
    if (action.url) {
      window.open(action.url, "_blank", "noopener,noreferrer");
      return;
    }
    button?.setAttribute("aria-busy", "true");
    await this.tell("tocar", { bubble: bubble.id, token: action.token });
    button?.removeAttribute("aria-busy");
  }

  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      this.showToast(`Copiado: ${text}`);
    } catch {
      this.showToast(`No se pudo copiar: ${text}`);
    }
  }

  async tell(name, particulars) {
    try {
      await command(name, { phone: this.owner.id, ...particulars });
    } catch (error) {
      this.report(error);
    }
  }

  // --- what the server says ---

  setOwner(owner) {
    this.owner = owner;
    this.frame.dataset.manner = owner.manner;
    this.underName.textContent = UNDER_NAME[owner.manner];
    this.tick();
  }

  show(bubble, { fresh = true } = {}) {
    const old = this.talk.querySelector(`#b-${CSS.escape(bubble.id)}`);
    const drawn = drawBubble(bubble, this.acts());
    if (old) this.replace(old, drawn, bubble);
    else this.append(drawn, bubble, fresh);
  }

  acts() {
    return {
      tap: (bubble, action, button) => this.tap(bubble, action, button),
      openList: (bubble) => listSheet(this, bubble, (action) => this.tap(bubble, action)),
      openPlace: () => placeSheet(this, (point) => this.tell("ubicar", point), (point) => this.tell("mover", point)),
      copy: (text) => this.copy(text),
    };
  }

  replace(old, drawn, bubble) {
    const held = old.contains(document.activeElement);
    const atEnd = this.isAtEnd();
    old.replaceWith(drawn);
    if (atEnd) this.toEnd();
    if (bubble.edited) drawn.classList.add("changed");
    if (held) this.talk.focus({ preventScroll: true });
    if (bubble.edited) this.onNews(this, bubble);
  }

  append(drawn, bubble, fresh) {
    const atEnd = this.isAtEnd();
    this.empty?.remove();
    this.empty = null;
    if (this.lastDay !== day(bubble.at)) {
      this.lastDay = day(bubble.at);
      this.talk.append(h("p", { class: "day" }, this.lastDay));
    }
    if (fresh) drawn.classList.add("fresh");
    this.talk.append(drawn);
    if (atEnd || bubble.side === "mine") this.toEnd();
    if (fresh && bubble.side !== "mine") this.onNews(this, bubble);
  }

  remove(bubbleId) {
    this.talk.querySelector(`#b-${CSS.escape(bubbleId)}`)?.remove();
  }

  forget() {
    this.closeSheet?.();
    this.lastDay = "";
    this.empty = h("p", { class: "empty" }, FIRST_WORDS[this.owner.role]);
    this.talk.replaceChildren(this.empty);
  }

  showToast(text) {
    clearTimeout(this.toastTimer);
    this.toast.textContent = text;
    this.toast.hidden = false;
    this.toastTimer = setTimeout(() => {
      this.toast.hidden = true;
    }, TOAST_STAYS);
  }

  // --- the look ---

  tick() {
    this.time.textContent = hour(now());
    const closes = this.owner.window_closes_at;
    const open = !this.owner.windowed || !closes || new Date(closes) > now();
    if (this.window.hidden !== open) {
      this.window.hidden = open;
      this.toEnd();
    }
  }

  isAtEnd() {
    return this.talk.scrollHeight - this.talk.scrollTop - this.talk.clientHeight < 140;
  }

  toEnd() {
    this.talk.scrollTop = this.talk.scrollHeight;
  }

  fitInput() {
    this.input.style.setProperty("height", "auto");
    this.input.style.setProperty("height", `${Math.min(this.input.scrollHeight, 110)}px`);
  }
}
