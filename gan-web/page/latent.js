// What a model draws from: label, seed, latent codes, the way between two of them, and the grid.

const FRAMES = 64;
const COLUMNS = 10;
const GRID_ROWS = 16;

// The model that is shown, its label, what labels are called, and the file's name.
const state = { model: null, label: null, names: null, stem: "" };

const shapeOf = ({ width, height, channels }) => ({ width, height, channels });
const labelName = (label) => state.names?.[label] ?? String(label);
const takesImage = () => state.model.info.inputs.some(({ kind }) => kind === "image");
const hasLatent = () => state.model.info.latent > 0;

// Makes what comes out of what is set, and shows it.
function draw() {
  const { model, label } = state;
  model.draw(label);
  const { info } = model;
  const isImage = info.outputs === "image";
  byId("crc").textContent = model.crc();
  byId("image").hidden = !isImage;
  if (isImage) {
    show(byId("image"), model.pixels, shapeOf(info));
    const of = label === null ? "" : ` of label ${labelName(label)}`;
    const what = `${takesImage() ? "Result" : "Image"}${of}, CRC-32 ${model.crc()}`;
    byId("image").setAttribute("aria-label", what);
  } else {
    showNumbers();
  }
  showCodes();
}

// The seed that is typed, or null if it is none. Says so at the field.
function seed() {
  const field = byId("seed");
  const isNumber = /^\d{1,20}$/.test(field.value.trim());
  const value = isNumber ? BigInt(field.value.trim()) : null;
  const isSeed = value !== null && value < 1n << 64n;
  field.setAttribute("aria-invalid", String(!isSeed));
  byId("error").textContent =
    isSeed ? "" : `seed: expected 0 to 18446744073709551615, not "${field.value}"`;
  return isSeed ? value : null;
}

function index() {
  const value = Number(byId("index").value);
  return BigInt(Number.isSafeInteger(value) && value >= 0 ? value : 0);
}

const truncation = () => Number(byId("truncation").value);

// Draws the latent anew from seed, number and truncation.
function resample() {
  byId("truncation-value").textContent = (truncation() / 256).toFixed(3).replace(/\.?0+$/, "");
  const from = seed();
  if (from === null) return;
  if (hasLatent()) state.model.sample(from, index(), truncation());
  draw();
}

// As `resample`, and the grid and the numbers of other images, which begin with the seed too.
function reseed() {
  resample();
  if (seed() !== null) showGrid();
}

function makeLabels() {
  const { classes } = state.model.info;
  const buttons = Array.from({ length: classes }, (_, label) => {
    const button = element("button", { type: "button", "data-label": label }, labelName(label));
    button.addEventListener("click", () => setLabel(label));
    return button;
  });
  byId("labels").querySelector(".buttons").replaceChildren(...buttons);
  byId("labels").hidden = classes === 0;
}

function setLabel(label) {
  state.label = label;
  byId("labels").querySelectorAll("button").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset.label === String(label)));
  });
  draw();
  showEnds();
}

function makeCodes() {
  const sliders = Array.from(state.model.latent, (_, place) => {
    const slider = element("input", { type: "range", min: 0, max: 127 });
    slider.addEventListener("input", () => {
      state.model.latent[place] = Number(slider.value);
      draw();
    });
    return element("label", {}, `code ${place}`, slider, element("output"));
  });
  byId("codes").querySelector(".sliders").replaceChildren(...sliders);
  byId("codes").hidden = sliders.length === 0;
}

function showCodes() {
  const codes = state.model.latent;
  byId("codes").querySelectorAll(".sliders label").forEach((label, place) => {
    label.querySelector("input").value = codes[place];
    label.querySelector("output").textContent = codes[place];
  });
}

// Draws something else and leaves the latent as it was.
function aside(action) {
  const latent = state.model.latent.slice();
  action();
  state.model.latent.set(latent);
}

function showEnds() {
  if (byId("between").hidden) return;
  for (const [end, canvas] of [["from", byId("end-a")], ["to", byId("end-b")]]) {
    aside(() => {
      state.model.latent.set(state.model[end].slice());
      state.model.draw(state.label);
      show(canvas, state.model.pixels, shapeOf(state.model.info));
      const name = end === "from" ? "A" : "B";
      canvas.setAttribute("aria-label", `${name}, CRC-32 ${state.model.crc()}`);
    });
  }
}

function keep(end) {
  state.model[end].set(state.model.latent.slice());
  showEnds();
}

function setFrame(frame) {
  byId("frame").value = frame;
  byId("frame-value").textContent = frame;
  state.model.interpolate(frame, FRAMES);
  draw();
}

let playing = null;

function play() {
  const button = byId("play");
  if (playing) clearInterval(playing);
  playing = playing ? null : setInterval(() => {
    const at = (performance.now() / 40) % (2 * FRAMES);
    setFrame(Math.round(at < FRAMES ? at : 2 * FRAMES - at));
  }, 40);
  button.setAttribute("aria-pressed", String(playing !== null));
  button.textContent = playing ? "Stop" : "Play";
}

function stop() {
  if (playing) play();
}

function showGrid() {
  if (byId("grid-section").hidden) return;
  const { model } = state;
  const { width, height } = model.info;
  const rows = Math.min(model.info.classes || COLUMNS, GRID_ROWS);
  const canvas = byId("grid");
  [canvas.width, canvas.height] = [COLUMNS * (width + 1) - 1, rows * (height + 1) - 1];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const from = seed() ?? 0n;
  aside(() => {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < COLUMNS; column++) {
        const number = model.info.classes ? column : row * COLUMNS + column;
        model.sample(from, BigInt(number), truncation());
        model.draw(model.info.classes ? row : null);
        const image = imageData(model.pixels, shapeOf(model.info));
        context.putImageData(image, column * (width + 1), row * (height + 1));
      }
    }
  });
  canvas.setAttribute("aria-label", `${rows} rows of ${COLUMNS} images of seed ${from}`);
}

// Chooses the image of the grid under the pointer.
function choose(event) {
  const canvas = byId("grid");
  const { width, height, classes } = state.model.info;
  const scale = canvas.width / canvas.clientWidth;
  const column = Math.min(Math.floor((event.offsetX * scale) / (width + 1)), COLUMNS - 1);
  const row = Math.floor((event.offsetY * scale) / (height + 1));
  byId("index").value = classes ? column : row * COLUMNS + column;
  resample();
  if (classes) setLabel(Math.min(row, Math.min(classes, GRID_ROWS) - 1));
}

// Fills the controls for a model that was just read.
function startLatent() {
  const isPlain = !takesImage() && state.model.info.outputs === "image";
  byId("draw").hidden = !hasLatent();
  byId("between").hidden = !isPlain;
  byId("grid-section").hidden = !isPlain;
  makeLabels();
  makeCodes();
  if (!hasLatent()) return;
  const from = seed() ?? 0n;
  for (const [end, number] of [["from", 0n], ["to", 1n]]) {
    state.model.sample(from, number, truncation());
    state.model[end].set(state.model.latent.slice());
  }
  state.model.sample(from, index(), truncation());
}

function listenLatent() {
  byId("seed").addEventListener("input", reseed);
  byId("index").addEventListener("input", resample);
  byId("truncation").addEventListener("input", reseed);
  byId("next").addEventListener("click", () => {
    byId("index").value = Number(index()) + 1;
    resample();
  });
  byId("random").addEventListener("click", () => {
    byId("seed").value = String(crypto.getRandomValues(new Uint32Array(1))[0]);
    byId("index").value = 0;
    reseed();
  });
  byId("keep-a").addEventListener("click", () => keep("from"));
  byId("keep-b").addEventListener("click", () => keep("to"));
  byId("frame").addEventListener("input", () => {
    stop();
    setFrame(Number(byId("frame").value));
  });
  byId("play").addEventListener("click", play);
  byId("grid").addEventListener("click", choose);
  byId("png").addEventListener("click", () => downloadPng(byId("image"), state.stem));
  byId("grid-png").addEventListener("click", () => downloadPng(byId("grid"), `${state.stem}-grid`));
}
