// Cells around the points of the colonias, in metres, for municipalities that have no polygons yet.

const METRES_PER_DEGREE = 110574;
const REACH = 1100; // a cell ends this far from its point even where nobody else is near
const SAME = 60; // points closer than this are one place (shared postcodes)

export function projection(centre) {
  const east = Math.cos((centre.lat * Math.PI) / 180) * 111320;
  return {
    toXY: ({ lat, lon }) => ({ x: (lon - centre.lon) * east, y: (centre.lat - lat) * METRES_PER_DEGREE }),
    toPoint: ({ x, y }) => ({ lat: centre.lat - y / METRES_PER_DEGREE, lon: centre.lon + x / east }),
  };
}

export function distance(a, b) {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

// Pilot colonias come first, so where two share a point the pilot one is kept.
export function distinct(sites) {
  const kept = [];
  for (const site of sites) {
    if (kept.every((other) => distance(site, other) >= SAME)) kept.push(site);
  }
  return kept;
}

export function cell(site, others) {
  let corners = circle(site);
  for (const other of others) {
    if (other !== site && distance(site, other) < REACH * 2) corners = cut(corners, site, other);
  }
  return corners;
}

function circle({ x, y }) {
  return Array.from({ length: 28 }, (_, n) => {
    const angle = (n / 28) * Math.PI * 2;
    return { x: x + Math.cos(angle) * REACH, y: y + Math.sin(angle) * REACH };
  });
}

// Keeps the part of a polygon that is nearer to `site` than to `other`.
function cut(corners, site, other) {
  const middle = { x: (site.x + other.x) / 2, y: (site.y + other.y) / 2 };
  const side = (p) => (p.x - middle.x) * (other.x - site.x) + (p.y - middle.y) * (other.y - site.y);
  const kept = [];
  corners.forEach((corner, n) => {
    const next = corners[(n + 1) % corners.length];
    const [here, there] = [side(corner), side(next)];
    if (here <= 0) kept.push(corner);
    if (here * there < 0) {
      const part = here / (here - there);
      kept.push({ x: corner.x + (next.x - corner.x) * part, y: corner.y + (next.y - corner.y) * part });
    }
  });
  return kept;
}

export function path(corners) {
  return corners.length ? `M${corners.map(({ x, y }) => `${x.toFixed(0)} ${y.toFixed(0)}`).join("L")}Z` : "";
}

export function box(points, padding) {
  const [xs, ys] = [points.map((p) => p.x), points.map((p) => p.y)];
  const [left, top] = [Math.min(...xs) - padding, Math.min(...ys) - padding];
  return { left, top, width: Math.max(...xs) + padding - left, height: Math.max(...ys) + padding - top };
}

// Widens a box until it has the wanted proportion.
export function shaped({ left, top, width, height }, proportion) {
  const wide = Math.max(width, height * proportion);
  const tall = Math.max(height, wide / proportion);
  return { left: left - (wide - width) / 2, top: top - (tall - height) / 2, width: wide, height: tall };
}
