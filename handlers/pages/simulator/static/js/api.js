// The only module that talks to the server.

export async function read(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

export async function command(name, body = {}) {
  const answer = await fetch(`/api/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Simulador": "1" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
}

// The browser reconnects by itself and repeats the id of the last event that it saw.
export function listen(seen, { onChange, onLost, onBack }) {
  const source = new EventSource(`/api/eventos?desde=${encodeURIComponent(seen)}`);
  source.addEventListener("message", (event) => onChange(JSON.parse(event.data)));
  source.addEventListener("error", onLost);
  source.addEventListener("open", onBack);
}

export function fileUrl(reference) {
  return `/api/archivo/${encodeURIComponent(reference)}`;
}

export function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result.slice(reader.result.indexOf(",") + 1)));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(blob);
  });
}
