// Plugs the page together: reads the screens once, then follows the changes.

import { listen, read } from "./api.js";
import { Columns } from "./columns.js";
import { closePanel, flashClock, setUpControls, showClock } from "./controls.js";
import { learnMap } from "./map.js";
import { Phone } from "./phone.js";
import { setNow } from "./time.js";

const phones = new Map();
let columns = null;

function announce(words) {
  document.getElementById("status").textContent = words;
}

function trouble(words) {
  const place = document.getElementById("trouble");
  place.textContent = words;
  place.hidden = !words;
}

function report(error) {
  const stopped = error instanceof TypeError; // fetch says so when nobody answers
  trouble(stopped ? "El simulador no contesta. ¿Sigue abierto?" : `No se pudo: el servidor contestó ${error.message}.`);
}

function build({ phones: shown, now }) {
  setNow(now);
  for (const owner of shown) phones.set(owner.id, new Phone(owner, { report, onNews: (phone) => columns.news(phone) }));
  columns = new Columns({
    main: document.getElementById("telefonos"),
    tabs: document.getElementById("tabs"),
    phones: [...phones.values()],
    report,
  });
  fill(shown);
}

function fill(shown) {
  for (const owner of shown) {
    const phone = phones.get(owner.id);
    setOwner(phone, owner);
    phone.forget();
    for (const bubble of owner.bubbles) phone.show(bubble, { fresh: false });
    phone.toEnd();
  }
  columns.readAll();
}

function setOwner(phone, owner) {
  phone.setOwner(owner);
  for (const input of phone.networkInputs ?? []) input.checked = input.value === owner.manner;
}

async function refill() {
  const { phones: shown, now } = await read("/api/pantallas");
  setNow(now);
  fill(shown);
  tick();
}

function tick() {
  showClock();
  for (const phone of phones.values()) phone.tick();
}

const HAPPENED = {
  bubble: (phone, change) => phone.show(change.bubble),
  removed: (phone, change) => phone.remove(change.bubble.id),
  phone: (phone, change) => setOwner(phone, change.owner),
  toast: (phone, change) => phone.showToast(change.text),
  reset: () => refill(),
  clock: () => flashClock(),
};

// One after the other: what was said while the screens are read anew is shown after them, not wiped by them.
let followed = Promise.resolve();

function onChange(change) {
  followed = followed.then(() => follow(change)).catch(report);
}

async function follow(change) {
  trouble("");
  setNow(change.now);
  await HAPPENED[change.what](phones.get(change.phone), change);
  tick();
}

async function start() {
  const [screens, map] = await Promise.all([read("/api/pantallas"), read("/api/mapa")]);
  learnMap(map);
  build(screens);
  setUpControls({
    announce,
    report,
    sayAsResident: (text) => {
      closePanel();
      columns.pickById("vecina").say(text);
    },
  });
  tick();
  setInterval(tick, 1000);
  listen(screens.seen, {
    onChange,
    onLost: () => trouble("Se perdió la conexión con el simulador. Intentando de nuevo…"),
    onBack: () => trouble(""),
  });
  document.documentElement.dataset.ready = "true";
}

start().catch(report);
