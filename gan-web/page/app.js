// Starts the page: compiles the module, reads models, and shows what they are.

const bytesOf = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const thousands = (number) => number.toLocaleString("en");

let compiled = null;
// Images to begin with in models that take one.
let digits = [];

// Runs an action and shows what fails. What was shown before stays.
async function attempt(action) {
  byId("error").textContent = "";
  try {
    await action();
  } catch (error) {
    byId("error").textContent = error.message;
  }
}

// Reads a model and shows it. `names` are those of its labels.
async function open(file, stem, names = null) {
  const model = await readModel(compiled.module, file);
  stop();
  Object.assign(state, { model, names, stem, label: model.info.classes > 0 ? 0 : null });
  byId("result").hidden = byId("info").hidden = false;
  startNumbers();
  startTransform(digits);
  startLatent();
  setLabel(state.label);
  showGrid();
  showInfo();
  byId("status").textContent =
    `${model.info.name || stem}: ${thousands(model.info.bytes)} bytes, CRC-32 ${model.info.crc}, ` +
    `kernel ${compiled.kernel}`;
}

// What an image takes, as text. Clocks of browsers are coarse, so many images are made.
function timeOfImage() {
  const least = 20;
  let images = 0;
  const start = performance.now();
  do {
    for (let image = 0; image < 8; image++) state.model.draw(state.label);
    images += 8;
  } while (performance.now() - start < least);
  return `${((1000 * (performance.now() - start)) / images).toFixed(1)} microseconds`;
}

function showInfo() {
  const { info } = state.model;
  const inputs = info.inputs.map(({ kind, codes, width, height, channels }) =>
    kind === "latent" ? `latent of ${codes} codes`
      : `${kind} of ${width} × ${height}${channels === 3 ? " × 3" : ""}`);
  const outputs = info.outputs === "image"
    ? `image of ${info.width} × ${info.height}${info.channels === 3 ? " × 3" : ""}`
    : `numbers: ${info.width} bytes in ${info.height} ${info.height === 1 ? "step" : "steps"}`;
  const facts = {
    name: info.name,
    "format version": info.version,
    "CRC-32": info.crc,
    bytes: thousands(info.bytes),
    "goes in": inputs.join(", "),
    labels: info.classes || "none",
    "comes out": outputs,
    "multiply-accumulates": thousands(info.macs),
    "an image takes": timeOfImage(),
    "kernel here": `${info.kernel}${info.native ? "" : ", some layers by slower code"}`,
  };
  byId("info").querySelector("dl").replaceChildren(
    ...Object.entries(facts).flatMap(([name, value]) =>
      [element("dt", {}, name), element("dd", {}, String(value))]),
  );
  byId("info").querySelector("tbody").replaceChildren(
    ...info.layers.map((layer, number) => {
      const cells = [number, layer.inputs, layer.outputs, layer.element, activation(layer)];
      return element("tr", {}, ...cells.map((cell) => element("td", {}, String(cell))));
    }),
  );
}

// An activation as `gan inspect` writes it. The slope comes as the bits of an f32, of which the
// fewest digits that mean the same f32 are shown.
function activation({ activation, slope_bits }) {
  if (slope_bits === undefined) return activation;
  const [slope] = new Float32Array(Uint32Array.of(slope_bits).buffer);
  const digits = [1, 2, 3, 4, 5, 6, 7, 8, 9].find(
    (count) => Math.fround(Number(slope.toPrecision(count))) === slope);
  return `${activation} ${Number(slope.toPrecision(digits))}`;
}

// The names in a file `MODEL.gan.labels`: a line for each label after a comment.
const labelNames = (text) => text.split(/\r?\n/).filter((line) => line && !line.startsWith("#"));

// Files that were chosen or dropped: a model, with its file of names; or a picture for a model that
// takes one.
async function readFiles(files) {
  const list = Array.from(files);
  await attempt(async () => {
    const names = list.find(({ name }) => name.endsWith(".labels"));
    const file = list.find((other) => other !== names);
    if (!file) throw new Error("no file: expected a .gan model");
    if (/^image\//.test(file.type)) {
      if (!input.image) throw new Error(`${file.name}: this model takes no picture`);
      await takePicture(file);
      return;
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    const text = names ? await names.text() : null;
    await open(bytes, file.name.replace(/\.gan$/, ""), text && labelNames(text)).catch((error) => {
      throw new Error(`${file.name}: ${error.message}`);
    });
    byId("models").value = "";
  });
}

function listenFiles() {
  byId("file").addEventListener("change", async () => {
    await readFiles(byId("file").files);
    byId("file").value = "";
  });
  addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  addEventListener("dragleave", () => document.body.classList.remove("dropping"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    readFiles(event.dataTransfer.files);
  });
}

function openBuiltIn(name) {
  const { file, names } = DATA.models.find((model) => model.name === name);
  return attempt(() => open(bytesOf(file), name, names));
}

// An image of each digit by the first model, which draws them.
async function drawDigits() {
  const model = await readModel(compiled.module, bytesOf(DATA.models[0].file));
  model.sample(0n, 3n);
  return Array.from({ length: model.info.classes }, (_, label) => {
    model.draw(label);
    return model.pixels.slice();
  });
}

async function start() {
  const builds = Object.fromEntries(
    DATA.builds.map(([kernel, base64]) => [kernel, bytesOf(base64)]),
  );
  const answers = DATA.models.flatMap(({ file, answers }) =>
    answers.map(({ label, latent, pixels }) =>
      ({ file: bytesOf(file), label, latent: bytesOf(latent), pixels: bytesOf(pixels) })));
  compiled = await compile(builds, answers);
  digits = await drawDigits();
  byId("models").append(...DATA.models.map(({ name }) => element("option", {}, name)));
  byId("models").addEventListener("change", () => openBuiltIn(byId("models").value));
  listenFiles();
  listenLatent();
  listenNumbers();
  listenTransform();
  await openBuiltIn(DATA.models[0].name);
}

attempt(start).then(() => document.body.setAttribute("data-ready", ""));
