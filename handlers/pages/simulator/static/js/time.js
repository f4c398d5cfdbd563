// The demonstration's clock: the server's moment, going on at real speed. Chetumal keeps one hour all year.

const ZONE = "America/Cancun";
const HOUR = new Intl.DateTimeFormat("es-MX", { timeZone: ZONE, hour: "2-digit", minute: "2-digit", hour12: false });
const DAY = new Intl.DateTimeFormat("es-MX", { timeZone: ZONE, weekday: "long", day: "numeric", month: "long" });
const SHORT_DAY = new Intl.DateTimeFormat("es-MX", { timeZone: ZONE, weekday: "short", day: "numeric", month: "short" });

let ahead = 0; // milliseconds between the demonstration's clock and this computer's

export function setNow(iso) {
  ahead = new Date(iso).getTime() - Date.now();
}

export function now() {
  return new Date(Date.now() + ahead);
}

export function hour(moment) {
  return HOUR.format(new Date(moment));
}

export function day(moment) {
  return DAY.format(new Date(moment));
}

export function shortDay(moment) {
  return SHORT_DAY.format(new Date(moment)).replace(".", "");
}
