// A photo and a voice note to send without camera or microphone, made here.

export function drawSamplePhoto(canvas) {
  canvas.width = 640;
  canvas.height = 480;
  const c = canvas.getContext("2d");
  const sky = c.createLinearGradient(0, 0, 0, 480);
  sky.addColorStop(0, "#0d1a33");
  sky.addColorStop(0.7, "#33476b");
  sky.addColorStop(1, "#59618a");
  fill(c, sky, 0, 0, 640, 480);
  c.fillStyle = "#f3ead0";
  for (let n = 0; n < 40; n += 1) c.fillRect((n * 173) % 640, (n * 89) % 210, 2, 2);
  for (const [x, top, width, colour] of [[0, 250, 170, "#3b3350"], [170, 285, 150, "#463a4f"], [430, 265, 210, "#3a3148"]]) {
    fill(c, colour, x, top, width, 140);
    fill(c, "#f0c36a", x + 28, top + 40, 30, 36);
    fill(c, "#28233a", x + 92, top + 52, 34, 88);
  }
  fill(c, "#2b2d38", 0, 385, 640, 95);
  c.fillStyle = "#c9b458";
  for (let x = 20; x < 640; x += 90) c.fillRect(x, 432, 46, 5);
  fill(c, "#8b93a3", 360, 110, 9, 285);
  fill(c, "#8b93a3", 300, 108, 69, 8);
  c.fillStyle = "#1b1d25";
  c.beginPath();
  c.ellipse(300, 122, 26, 11, 0, 0, Math.PI * 2);
  c.fill();
  c.fillStyle = "#ffffff";
  c.font = "600 20px system-ui, sans-serif";
  c.fillText("Imagen de ejemplo", 20, 462);
}

function fill(context, colour, x, y, width, height) {
  context.fillStyle = colour;
  context.fillRect(x, y, width, height);
}

export function canvasBlob(canvas) {
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
}

const RATE = 8000;
const SECONDS = 3;

// Three soft notes as a WAV file: 44 bytes of header, then 16-bit samples.
export function sampleVoice() {
  const samples = RATE * SECONDS;
  const view = new DataView(new ArrayBuffer(44 + samples * 2));
  const ascii = (at, text) => [...text].forEach((letter, n) => view.setUint8(at + n, letter.charCodeAt(0)));
  ascii(0, "RIFF");
  view.setUint32(4, 36 + samples * 2, true);
  ascii(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  ascii(36, "data");
  view.setUint32(40, samples * 2, true);
  for (let n = 0; n < samples; n += 1) view.setInt16(44 + n * 2, tone(n / RATE), true);
  return { blob: new Blob([view.buffer], { type: "audio/wav" }), seconds: SECONDS };
}

function tone(second) {
  const pitch = [392, 440, 523][Math.floor(second)] ?? 392;
  const fade = Math.sin(Math.PI * (second % 1));
  return Math.round(6000 * fade * Math.sin(2 * Math.PI * pitch * second));
}

export function soundLength(blob) {
  return new Promise((resolve) => {
    const sound = new Audio(URL.createObjectURL(blob));
    const done = (seconds) => {
      URL.revokeObjectURL(sound.src);
      resolve(Math.min(3600, Math.max(1, Math.round(Number.isFinite(seconds) ? seconds : 1))));
    };
    sound.addEventListener("loadedmetadata", () => done(sound.duration));
    sound.addEventListener("error", () => done(1));
  });
}
