// Models that take an image: a picture to draw on, a mask of what is missing, before and after.

// The first byte of a mask's cell that counts as missing is 128; a whole hole is 255.
const HOLE = 255;

// The size of the digits that the page draws as examples, and where a hole in them is.
const DIGIT = 28;
const HOLE_FROM = 8;
const HOLE_TO = 20;

const input = { image: null, mask: null, cursor: [0, 0], examples: [] };

const part = (kind) => state.model.info.inputs.find((part) => part.kind === kind) ?? null;

// Shows what goes in: holes are striped, and the place of the keyboard has a frame.
function showBefore() {
  const [canvas, shape, mask] = [byId("before"), input.image, input.mask];
  const pixels = state.model.image;
  show(canvas, pixels, shape);
  if (mask) {
    const data = imageData(pixels, shape);
    for (let y = 0; y < shape.height; y++) {
      for (let x = 0; x < shape.width; x++) {
        if (state.model.mask[cellAt(x, y)] < 128) continue;
        const stripe = (x + y) % 4 < 2 ? [230, 120, 30] : [120, 60, 10];
        data.data.set(stripe, 4 * (y * shape.width + x));
      }
    }
    canvas.getContext("2d").putImageData(data, 0, 0);
  }
  const size = `${shape.width} by ${shape.height} pixels`;
  canvas.setAttribute("aria-label", `Picture that goes in, ${size}`);
}

// The cell of the mask over a pixel, as gan-core's MaskShape::cell has it.
function cellAt(x, y) {
  const { image, mask } = input;
  return Math.floor((y * mask.height) / image.height) * mask.width +
    Math.floor((x * mask.width) / image.width);
}

const brush = () => document.querySelector('input[name="brush"]:checked').value;

function paint(x, y) {
  const { width, height, channels } = input.image;
  if (x < 0 || y < 0 || x >= width || y >= height) return;
  const kind = brush();
  if (kind === "hole" || kind === "mend") {
    if (input.mask) state.model.mask[cellAt(x, y)] = kind === "hole" ? HOLE : 0;
  } else {
    // A pen of two pixels, as the strokes of such small pictures have.
    const size = Math.max(width, height) >= 20 ? 2 : 1;
    for (let dy = 0; dy < size; dy++) {
      for (let dx = 0; dx < size && x + dx < width && y + dy < height; dx++) {
        const at = channels * ((y + dy) * width + x + dx);
        state.model.image.fill(kind === "white" ? 255 : 0, at, at + channels);
      }
    }
  }
}

function refresh() {
  showBefore();
  draw();
}

function drawWithPointer(event) {
  if (event.type === "pointermove" && !(event.buttons & 1)) return;
  const canvas = byId("before");
  const scale = input.image.width / canvas.clientWidth;
  paint(Math.floor(event.offsetX * scale), Math.floor(event.offsetY * scale));
  refresh();
  event.preventDefault();
}

function drawWithKeys(event) {
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const step = steps[event.key];
  if (!step && event.key !== " ") return;
  event.preventDefault();
  const { width, height } = input.image;
  if (step) {
    const [x, y] = input.cursor;
    input.cursor = [
      Math.min(Math.max(x + step[0], 0), width - 1),
      Math.min(Math.max(y + step[1], 0), height - 1),
    ];
  } else {
    paint(...input.cursor);
    refresh();
  }
  const done = step ? "" : `, ${brush()}`;
  byId("cursor").textContent = `Column ${input.cursor[0] + 1}, line ${input.cursor[1] + 1}${done}`;
}

// Scales a picture to what the model takes.
async function takePicture(file) {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error(`${file.name}: no picture that this browser reads`);
  });
  const { width, height, channels } = input.image;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.imageSmoothingQuality = "high";
  context.fillRect(0, 0, width, height);
  const scale = Math.min(width / bitmap.width, height / bitmap.height);
  const [w, h] = [bitmap.width * scale, bitmap.height * scale];
  context.drawImage(bitmap, (width - w) / 2, (height - h) / 2, w, h);
  const { data } = context.getImageData(0, 0, width, height);
  for (let at = 0; at < width * height; at++) {
    const [red, green, blue] = data.subarray(4 * at, 4 * at + 3);
    const grey = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    const bytes = channels === 3 ? [red, green, blue] : [grey];
    state.model.image.set(bytes, channels * at);
  }
  refresh();
}

// A digit of another model, in the size of the picture that goes in: each pixel is the mean of
// those that it covers.
function scaledDigit(pixels, { width, height }) {
  const [across, down] = [DIGIT / width, DIGIT / height];
  const scaled = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let dy = 0; dy < down; dy++) {
        const start = (y * down + dy) * DIGIT + x * across;
        for (let dx = 0; dx < across; dx++) sum += pixels[start + dx];
      }
      scaled.push(Math.round(sum / (across * down)));
    }
  }
  return scaled;
}

// A hole in the middle, in whole cells.
function hole() {
  const { image, mask } = input;
  const cells = new Uint8Array(mask ? mask.width * mask.height : 0);
  for (let y = HOLE_FROM; mask && y < HOLE_TO; y++) {
    for (let x = HOLE_FROM; x < HOLE_TO; x++) {
      cells[cellAt((x * image.width) / DIGIT, (y * image.height) / DIGIT)] = HOLE;
    }
  }
  return cells;
}

function setExample(number) {
  state.model.image.set(scaledDigit(input.examples[number], input.image));
  state.model.mask.set(hole());
}

// `digits` are images of DIGIT by DIGIT, to begin with where they can be scaled to what goes in.
function startTransform(digits) {
  input.image = part("image");
  input.mask = part("mask");
  const takes = input.image !== null;
  for (const id of ["input", "before-figure", "after"]) byId(id).hidden = !takes;
  if (!takes) return;
  byId("brush-hole").hidden = byId("brush-mend").hidden = input.mask === null;
  byId("result-title").textContent = "Before and after";
  input.cursor = [0, 0];
  const { width, height, channels } = input.image;
  const fits = channels === 1 && DIGIT % width === 0 && DIGIT % height === 0;
  input.examples = fits ? digits : [];
  byId("examples").replaceChildren(
    ...input.examples.map((_, digit) => element("option", { value: digit }, `digit ${digit}`)),
  );
  byId("examples").parentElement.hidden = !fits;
  if (fits) setExample(0);
  showBefore();
}

function listenTransform() {
  const canvas = byId("before");
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    drawWithPointer(event);
  });
  canvas.addEventListener("pointermove", drawWithPointer);
  canvas.addEventListener("keydown", drawWithKeys);
  byId("examples").addEventListener("change", () => {
    setExample(Number(byId("examples").value));
    refresh();
  });
  byId("picture").addEventListener("change", () => readFiles(byId("picture").files));
  byId("clear").addEventListener("click", () => {
    state.model.image.fill(0);
    state.model.mask.fill(0);
    refresh();
  });
}
