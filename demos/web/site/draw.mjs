// Draws the arena on a canvas. Python passes a JSON string in each frame, and receives the keys that were pressed.

const canvas = document.getElementById("arena");
const pen = canvas.getContext("2d");
const WIDTH = canvas.width;
const HEIGHT = canvas.height;
const ARENA_HEIGHT = 620;
const TRAIL = 130; // frames

const keys = [];
const trails = new Map();
const bursts = [];
const backdrop = paintBackdrop();

for (const kind of ["keydown", "keyup"]) {
  addEventListener(kind, (event) => {
    if (event.repeat) return;
    if (event.key.startsWith("Arrow") || event.key === " ") event.preventDefault();
    keys.push((kind === "keydown" ? "+" : "-") + event.code);
  });
}

/** Waits for the next frame; in a hidden tab, where none comes, for a second, so that the game goes on. */
export function nextFrame() {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, 1000);
    requestAnimationFrame(() => {
      clearTimeout(late);
      resolve();
    });
  });
}

/** Draws a frame. Returns the keys that went down (+) and up (-) since the last one. */
export function drawFrame(text) {
  const frame = JSON.parse(text);
  pen.drawImage(backdrop, 0, 0);
  drawStars(frame.stars, frame.caught, frame.now);
  for (const ship of frame.ships) drawTrail(ship);
  for (const ship of [...frame.ships].reverse()) drawShip(ship);
  drawTitle(frame.status, frame.connected ? "#68db9e" : "#ff8e7a");
  drawPilots(frame.pilots);
  drawNumbers(frame.numbers);
  drawGraph(frame.graph);
  if (frame.trouble) drawTrouble(frame.trouble);
  return keys.splice(0).join(" ");
}

/** Sends what the page has found, and a picture of it, to the server that served it. */
export async function screenshot(report) {
  const picture = await new Promise((resolve) => canvas.toBlob(resolve));
  const socket = new WebSocket(new URL("report", location.href.replace("http", "ws")));
  await new Promise((resolve) => (socket.onopen = resolve));
  socket.send(picture);
  socket.send(report);
  await new Promise((resolve) => (socket.onclose = resolve));
}

function paintBackdrop() {
  const night = new OffscreenCanvas(WIDTH, HEIGHT);
  const brush = night.getContext("2d");
  const sky = brush.createLinearGradient(0, 0, 0, HEIGHT);
  sky.addColorStop(0, "#090c1b");
  sky.addColorStop(1, "#141934");
  brush.fillStyle = sky;
  brush.fillRect(0, 0, WIDTH, HEIGHT);
  for (const [x, y, radius, hue] of [[260, 210, 520, 255], [1060, 520, 560, 210], [700, 60, 420, 300]]) {
    const light = brush.createRadialGradient(x, y, 0, x, y, radius);
    light.addColorStop(0, `hsla(${hue} 75% 40% / 0.22)`);
    light.addColorStop(1, `hsla(${hue} 75% 40% / 0)`);
    brush.fillStyle = light;
    brush.fillRect(0, 0, WIDTH, HEIGHT);
  }
  brush.strokeStyle = "rgb(140 165 255 / 0.05)";
  for (let x = 80; x < WIDTH; x += 80) brush.strokeRect(x, -1, 0, HEIGHT + 2);
  for (let y = 80; y < HEIGHT; y += 80) brush.strokeRect(-1, y, WIDTH + 2, 0);
  let seed = 7;
  const lot = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (let star = 0; star < 320; star += 1) {
    brush.fillStyle = `rgb(190 200 240 / ${0.15 + 0.6 * lot() ** 4})`;
    brush.beginPath();
    brush.arc(lot() * WIDTH, lot() * HEIGHT, 0.5 + lot(), 0, 7);
    brush.fill();
  }
  return night;
}

function glow(x, y, radius, color, strength) {
  const light = pen.createRadialGradient(x, y, 0, x, y, radius);
  light.addColorStop(0, `hsl(${color} / ${strength})`);
  light.addColorStop(1, `hsl(${color} / 0)`);
  pen.fillStyle = light;
  pen.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
}

function drawStars(stars, caught, now) {
  for (const [x, y] of caught) bursts.push([x, y, now]);
  while (bursts.length && now - bursts[0][2] > 0.6) bursts.shift();
  stars.forEach(([x, y], index) => {
    const pulse = 0.5 + 0.5 * Math.sin(now * 3 + index);
    glow(x, y, 34, "42 90% 60%", 0.3 + 0.15 * pulse);
    pen.fillStyle = "#ffe296";
    pen.beginPath();
    for (let ray = 0; ray < 8; ray += 1) {
      const length = (11 + 3 * pulse) * (ray % 2 ? 0.28 : 1);
      pen.lineTo(x + length * Math.cos((ray * Math.PI) / 4), y + length * Math.sin((ray * Math.PI) / 4));
    }
    pen.fill();
  });
  for (const [x, y, born] of bursts) {
    const age = (now - born) / 0.6;
    pen.strokeStyle = `rgb(255 232 170 / ${0.9 * (1 - age)})`;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(x, y, 12 + 44 * age, 0, 7);
    pen.stroke();
  }
}

function drawTrail({ name, x, y, hue, thrust, lost }) {
  const trail = trails.get(name) ?? [];
  trails.set(name, trail);
  trail.push(lost ? null : [x, y, thrust ? 1 : 0.5]);
  if (trail.length > TRAIL) trail.shift();
  trail.forEach((puff, index) => {
    if (puff) glow(puff[0], puff[1], 4 + (8 * index) / TRAIL, `${hue} 75% 55%`, (0.16 * puff[2] * index) / TRAIL);
  });
}

function drawShip({ name, x, y, heading, hue, thrust, lost }) {
  const saturation = lost ? 14 : 82;
  if (!lost) glow(x, y, 44, `${hue} 75% 50%`, 0.3);
  pen.save();
  pen.globalAlpha = lost ? 0.35 : 1;
  pen.translate(x, y);
  pen.rotate(heading);
  if (thrust && !lost) shape([[-11, 7], [-30, 0], [-11, -7]], `hsl(${hue + 20} ${saturation}% 82%)`);
  shape([[24, 0], [-16, 15], [-9, 0], [-16, -15]], `hsl(${hue} ${saturation}% 70%)`);
  shape([[24, 0], [-16, 15], [-9, 0]], `hsl(${hue} ${saturation}% 54%)`);
  pen.restore();
  write(name, x, y + 34, 15, lost ? "#8c98be" : `hsl(${hue} 60% 84%)`, "center");
}

function shape(points, color) {
  pen.fillStyle = color;
  pen.beginPath();
  for (const [x, y] of points) pen.lineTo(x, y);
  pen.fill();
}

function write(text, x, y, size, color, align = "left") {
  pen.font = `${size}px system-ui, sans-serif`;
  pen.fillStyle = color;
  pen.textAlign = align;
  pen.fillText(text, x, y);
}

function drawTitle(status, color) {
  pen.font = "14px system-ui, sans-serif";
  drawPanel(20, 20, Math.max(300, pen.measureText(status).width + 36), 70);
  write("wsclient arena", 38, 54, 22, "#ecf0ff");
  write(status, 38, 76, 14, color);
}

function drawPanel(x, y, width, height) {
  pen.fillStyle = "rgb(12 17 38 / 0.75)";
  pen.strokeStyle = "rgb(130 155 235 / 0.2)";
  pen.lineWidth = 1;
  pen.beginPath();
  pen.roundRect(x, y, width, height, 10);
  pen.fill();
  pen.stroke();
}

function drawPilots(pilots) {
  drawPanel(WIDTH - 210, 20, 190, 22 + 24 * pilots.length);
  pilots.forEach(([name, hue, score], index) => {
    write(name, WIDTH - 192, 46 + 24 * index, 15, `hsl(${hue} 70% 76%)`);
    write(String(score), WIDTH - 38, 46 + 24 * index, 15, "#ecf0ff", "right");
  });
}

function drawNumbers(numbers) {
  pen.fillStyle = "rgb(12 17 38 / 0.75)";
  pen.fillRect(0, ARENA_HEIGHT + 14, WIDTH, HEIGHT);
  numbers.forEach(([name, value], index) => {
    const x = 40 + (index * (WIDTH - 80)) / numbers.length;
    write(value, x, ARENA_HEIGHT + 58, 24, "#ecf0ff");
    write(name, x, ARENA_HEIGHT + 82, 14, "#8c98be");
  });
}

function drawGraph(steps) {
  for (const [what, color, x, y, width, height] of steps) {
    if (typeof what === "string") {
      write(what, x, y + 12, 12, color);
    } else {
      pen.fillStyle = color;
      pen.fillRect(x, y, width, height);
    }
  }
}

function drawTrouble(words) {
  pen.fillStyle = "rgb(60 16 22 / 0.8)";
  pen.fillRect(0, 300, WIDTH, 60);
  write(words, WIDTH / 2, 336, 16, "#ffd2c8", "center");
}
