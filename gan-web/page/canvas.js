// Pixels on a canvas, and canvases as files.

const byId = (id) => document.getElementById(id);

// The pixels of an image, grey or RGB, as a canvas has them.
function imageData(pixels, { width, height, channels }) {
  const data = new ImageData(width, height);
  for (let at = 0; at < width * height; at++) {
    for (let channel = 0; channel < 3; channel++) {
      data.data[4 * at + channel] = pixels[channels * at + (channels === 3 ? channel : 0)];
    }
    data.data[4 * at + 3] = 255;
  }
  return data;
}

// Shows an image at its own size; CSS makes it larger.
function show(canvas, pixels, shape) {
  canvas.width = shape.width;
  canvas.height = shape.height;
  canvas.getContext("2d", { willReadFrequently: true })
    .putImageData(imageData(pixels, shape), 0, 0);
}

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function downloadPng(canvas, name) {
  canvas.toBlob((blob) => download(blob, `${name}.png`), "image/png");
}

// An element with its attributes and what is in it.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
