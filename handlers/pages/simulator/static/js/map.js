// The map of the sectors, drawn from what the server knows: no tiles, no request to anybody.

import { s } from "./dom.js";
import { box, cell, distance, distinct, path, projection, shaped } from "./geometry.js";

let land = null;

export function learnMap(shown) {
  const colonias = [...shown.colonias].sort((a, b) => b.pilot - a.pilot || a.name.localeCompare(b.name, "es"));
  if (!colonias.length) return;
  const pilots = colonias.filter((colonia) => colonia.pilot);
  const middle = average(pilots.length ? pilots : colonias);
  const { toXY, toPoint } = projection(middle);
  const sites = colonias.map((colonia) => ({ ...colonia, ...toXY(colonia) }));
  const apart = distinct(sites);
  const colours = new Map(shown.sectors.map((sector, n) => [sector.slug, n % 6]));
  const pieces = shown.polygons
    ? drawnPolygons(shown.polygons, toXY)
    : apart.map((site) => ({ d: path(cell(site, apart)), sector: site.sector, pilot: site.pilot }));
  land = { colonias, sectors: shown.sectors, pilots, sites: apart, pieces, colours, toXY, toPoint };
}

export function knownColonias() {
  return land ? land.colonias : [];
}

export function knownSectors() {
  if (!land) return [];
  const used = new Set(land.pilots.map((colonia) => colonia.sector));
  return land.sectors
    .filter((sector) => used.has(sector.slug))
    .map((sector) => ({ ...sector, colour: land.colours.get(sector.slug) }));
}

export function nearestName(point) {
  const spot = land.toXY(point);
  const nearest = land.sites.reduce((a, b) => (distance(spot, a) <= distance(spot, b) ? a : b));
  return distance(spot, nearest) < 1500 ? nearest.name : "";
}

// A small still map around a point, for a bubble.
export function miniMap(point, label) {
  const map = s("svg", { class: "map map-mini", role: "img", "aria-label": label });
  if (!land) return map;
  const { x, y } = land.toXY(point);
  setView(map, { left: x - 700, top: y - 380, width: 1400, height: 760 });
  map.append(...ground(), ...names({ left: x - 700, top: y - 380, width: 1400, height: 760 }, 68), pinAt(x, y, 3.2));
  return map;
}

// The map on which a place is chosen with the pointer; the list beside it does the same for the keyboard.
export function chooserMap(onPick) {
  const map = s("svg", { class: "map map-chooser", role: "img", "aria-label": "Mapa de los sectores" });
  if (!land) return { map, show: () => {} };
  const all = box((land.pilots.length ? land.pilots : land.colonias).map(land.toXY), 700);
  let spot = null;
  const draw = () => {
    const { width, height } = map.getBoundingClientRect();
    if (!width || !height) return;
    const usual = shaped(all, width / height);
    const view = spot ? holding(usual, spot) : usual;
    const pixel = view.width / width; // in metres
    const pin = spot && pinAt(spot.x, spot.y, pixel * 0.6);
    map.replaceChildren(...ground(), ...names(view, pixel * 12), ...(pin ? [pin] : []));
    setView(map, view);
  };
  new ResizeObserver(draw).observe(map);
  map.addEventListener("click", (event) => onPick(land.toPoint(spotOf(map, event))));
  const show = (point) => {
    spot = land.toXY(point);
    draw();
  };
  return { map, show };
}

function average(points) {
  const sum = (name) => points.reduce((total, point) => total + point[name], 0) / points.length;
  return { lat: sum("lat"), lon: sum("lon") };
}

function drawnPolygons(collection, toXY) {
  return collection.features.map(({ geometry, properties }) => {
    const parts = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const rings = parts.flat().map((ring) => path(ring.map(([lon, lat]) => toXY({ lat, lon }))));
    return { d: rings.join(""), sector: properties.sector, pilot: true };
  });
}

function ground() {
  const pieces = land.pieces.map(({ d, sector, pilot }) =>
    s("path", { d, class: pilot ? `piece sector-${land.colours.get(sector) ?? 5}` : "piece" }),
  );
  return [...pieces, ...land.sites.map(({ x, y }) => s("circle", { cx: x, cy: y, r: 14, class: "dot" }))];
}

// A name stands under its point, or else over it, or else is left out. Pilot colonias come first, so theirs stay.
function names(view, size) {
  const taken = [];
  const shown = [];
  for (const site of land.sites) {
    const text = site.name.replace(/^Fraccionamiento /, "").slice(0, 26);
    const half = (text.length * size * 0.54) / 2;
    for (const middle of [site.y + size * 0.85, site.y - size * 0.85]) {
      const area = { left: site.x - half, right: site.x + half, top: middle - size * 0.6, bottom: middle + size * 0.6 };
      if (!within(area, view) || taken.some((other) => meets(area, other))) continue;
      taken.push(area);
      shown.push(label(text, site, middle + size * 0.35, size));
      break;
    }
  }
  return shown;
}

function label(text, site, y, size) {
  const element = s("text", { x: site.x, y, class: site.pilot ? "name pilot" : "name" });
  element.setAttribute("font-size", size.toFixed(0));
  element.textContent = text;
  return element;
}

function within(area, { left, top, width, height }) {
  return area.left > left && area.right < left + width && area.top > top && area.bottom < top + height;
}

function meets(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function pinAt(x, y, scale) {
  return s(
    "g",
    { class: "pin", transform: `translate(${x.toFixed(0)} ${y.toFixed(0)}) scale(${(scale * 1.6).toFixed(2)})` },
    s("ellipse", { cx: 0, cy: 0, rx: 8, ry: 3, class: "pin-shadow" }),
    s("path", { d: "M0 0C-9-12-14-18-14-26a14 14 0 0 1 28 0C14-18 9-12 0 0z", class: "pin-body" }),
    s("circle", { cx: 0, cy: -26, r: 5.5, class: "pin-eye" }),
  );
}

function setView(map, { left, top, width, height }) {
  map.setAttribute("viewBox", [left, top, width, height].map((n) => n.toFixed(0)).join(" "));
}

// The usual view, or the same view moved to a spot that lies outside of it.
function holding(view, spot) {
  const [right, bottom] = [view.left + view.width, view.top + view.height];
  const inside = spot.x > view.left && spot.x < right && spot.y > view.top && spot.y < bottom;
  return inside ? view : { ...view, left: spot.x - view.width / 2, top: spot.y - view.height / 2 };
}

function spotOf(map, event) {
  return new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
}
