// The models: an instance of the WebAssembly module for each, behind functions that take and return
// what JavaScript has. Nothing here knows of a page, so that Node.js runs it too, in the tests.

"use strict";

// A small module that a browser takes only if it has the instructions: `i8x16.splat`, and
// `i32x4.relaxed_dot_i8x16_i7x16_add`. Both are a function of type () -> v128.
const WASM_HEAD = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10];
const PROBES = {
  scalar: null,
  simd128: [...WASM_HEAD, 8, 1, 6, 0, 65, 0, 253, 15, 11],
  "relaxed-simd": [
    ...WASM_HEAD, 19, 1, 17, 0, 65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 15, 253, 147, 2, 11,
  ],
};

// Places in an instance's memory; `gan_slot` in exports.rs has the same numbers.
const SLOT = { text: 0, latent: 1, from: 2, to: 3, image: 4, mask: 5, pixels: 6 };

// One model, in an instance of its own.
class Model {
  constructor(instance, file) {
    this.exports = instance.exports;
    const start = this.exports.gan_reserve(file.length);
    new Uint8Array(this.exports.memory.buffer, start, file.length).set(file);
    this.check(this.exports.gan_read());
    this.info = JSON.parse(this.text());
  }

  // Throws what the module says if it says that something failed.
  check(done) {
    if (!done) throw new Error(this.text());
  }

  // The bytes of a slot. They are valid until the next call, which may make memory grow.
  slot(slot) {
    const place = BigInt.asUintN(64, this.exports.gan_slot(slot));
    const [start, length] = [Number(place & 0xffffffffn), Number(place >> 32n)];
    return new Uint8Array(this.exports.memory.buffer, start, length);
  }

  text() {
    return new TextDecoder().decode(this.slot(SLOT.text));
  }

  get latent() { return this.slot(SLOT.latent); }
  get from() { return this.slot(SLOT.from); }
  get to() { return this.slot(SLOT.to); }
  get image() { return this.slot(SLOT.image); }
  get mask() { return this.slot(SLOT.mask); }
  get pixels() { return this.slot(SLOT.pixels); }

  // Draws the latent of image `index` (BigInt) of a seed (BigInt), scaled by `truncation / 256`.
  sample(seed, index = 0n, truncation = 256) {
    this.check(this.exports.gan_sample(seed, index, truncation));
  }

  // Makes the latent that is `frame / steps` of the way between the two ends.
  interpolate(frame, steps) {
    this.check(this.exports.gan_interpolate(frame, steps));
  }

  // Makes the pixels. The label is null if the model takes none.
  draw(label) {
    this.check(this.exports.gan_draw(label ?? -1));
  }

  // The values of a step of a model of numbers.
  row(step, label) {
    this.check(this.exports.gan_row(step, label ?? -1));
    return JSON.parse(this.text());
  }

  // The CRC-32 of the pixels, in hexadecimal.
  crc() {
    return (this.exports.gan_crc() >>> 0).toString(16).padStart(8, "0");
  }
}

// Whether the engine has the instructions of a build of the module.
function hasInstructions(kernel) {
  const probe = PROBES[kernel];
  return probe === null || WebAssembly.validate(new Uint8Array(probe));
}

// How often a known answer is asked for. Engines compile a function in haste first, and better once
// it was called often: V8 11.3 computes the relaxed dot product wrongly in the first code only.
const REPEATS = 50;

// Whether a module gives known answers. `answers` are blobs with what must come of them.
async function isRight(module, answers) {
  for (const { file, label, latent, pixels } of answers) {
    const model = new Model(await WebAssembly.instantiate(module, {}), file);
    model.latent.set(latent);
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      model.pixels.fill(0);
      model.draw(label);
      if (!model.pixels.every((pixel, index) => pixel === pixels[index])) return false;
    }
  }
  return answers.length > 0;
}

// Compiles the fastest build of the module that this engine runs rightly. `builds` maps a kernel's
// name to bytes; the fastest comes first.
async function compile(builds, answers) {
  const refused = [];
  for (const [kernel, bytes] of Object.entries(builds)) {
    if (!hasInstructions(kernel)) {
      refused.push(`${kernel}: this browser lacks the instructions`);
      continue;
    }
    const module = await WebAssembly.compile(bytes);
    if (await isRight(module, answers)) return { kernel, module, refused };
    refused.push(`${kernel}: this browser computes wrong pixels`);
  }
  throw new Error(`no build of the module runs here (${refused.join("; ")})`);
}

// Reads a file with a compiled module. The error says what is wrong with the file.
async function readModel(module, file) {
  return new Model(await WebAssembly.instantiate(module, {}), file);
}

if (typeof module === "object") {
  module.exports = { Model, compile, hasInstructions, isRight, readModel };
}
