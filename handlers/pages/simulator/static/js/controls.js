// The bar over the phones: the clock, what to try, and starting over.

import { command } from "./api.js";
import { h } from "./dom.js";
import { hour, now, shortDay } from "./time.js";

const SKIPS = [[3, "3 min"], [15, "15 min"], [60, "1 h"], [1440, "1 día"]];
const EXAMPLES = [
  ["Saludar", "hola"],
  ["Una lámpara fundida", "ay una lampara fundida en la leona vicario atras del domo ya tiene una semana"],
  ["Ruido los viernes", "mi vecino pone musica hasta las 4 todos los viernes pero no quiero problemas"],
  ["Peligro ahora", "estan adentro de mi casa ayudenme"],
];

export function setUpControls({ sayAsResident, announce, report }) {
  const skips = document.getElementById("skips");
  skips.append(...SKIPS.map(([minutes, label]) => h("button", { type: "button", "aria-label": `Adelantar ${label}`, onclick: () => skip(minutes, label) }, label)));
  const examples = document.getElementById("examples");
  examples.append(...EXAMPLES.map(([label, text]) => h("li", {}, h("button", { type: "button", title: `«${text}»`, onclick: () => sayAsResident(text) }, label))));
  setUpPanel();
  setUpReset(announce, report);

  async function skip(minutes, label) {
    try {
      await command("adelantar", { minutes });
      announce(`El reloj avanzó ${label}.`);
    } catch (error) {
      report(error);
    }
  }
}

function setUpPanel() {
  const toggle = document.getElementById("panel-toggle");
  const panel = document.getElementById("panel");
  toggle.addEventListener("click", () => {
    const open = panel.classList.toggle("open");
    toggle.setAttribute("aria-expanded", String(open));
  });
}

export function closePanel() {
  document.getElementById("panel").classList.remove("open");
  document.getElementById("panel-toggle").setAttribute("aria-expanded", "false");
}

function setUpReset(announce, report) {
  const dialog = document.getElementById("confirm-reset");
  document.getElementById("reset").addEventListener("click", () => {
    dialog.returnValue = "no";
    dialog.showModal();
  });
  dialog.addEventListener("close", async () => {
    if (dialog.returnValue !== "yes") return;
    try {
      await command("reiniciar");
      closePanel();
      announce("La demostración empezó de nuevo.");
    } catch (error) {
      report(error);
    }
  });
}

export function showClock() {
  const clock = document.getElementById("clock");
  clock.dateTime = now().toISOString();
  clock.replaceChildren(h("span", {}, shortDay(now())), h("strong", {}, hour(now())));
}

export function flashClock() {
  const clock = document.getElementById("clock");
  clock.classList.remove("moved");
  void clock.offsetWidth; // lets the same animation run a second time
  clock.classList.add("moved");
}
