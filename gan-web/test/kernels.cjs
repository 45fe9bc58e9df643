// Compares the module's builds with golden vectors, in Node.js:
//
//   node kernels.cjs MODULES FOLDER...
//
// MODULES is a folder with KERNEL.wasm for each build, a FOLDER has `NAME.gan` and
// `NAME.images.bin`. Prints a line for each build, and exits with 1 if a byte is wrong anywhere.

"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { compile, hasInstructions, readModel } = require("../page/gan.js");
const { readAll } = require("./vectors.cjs");

// Builds of this engine's instructions; the relaxed ones are asked for by a flag of V8's.
const KERNELS = ["relaxed-simd", "simd128", "scalar"];
// A float model's pixels may be off by this: tests/src/tolerance.rs says why.
const FLOAT_LEVELS = 1;

const differs = (got, expected, levels) =>
  got.length !== expected.length ||
  got.some((byte, index) => Math.abs(byte - expected[index]) > levels);

// Checks a model with a module. Returns the number of images.
async function check(module, kernel, { name, crc, file, items }) {
  const model = await readModel(module, file);
  const { info } = model;
  if (info.kernel !== kernel) throw new Error(`${kernel}: the module says ${info.kernel}`);
  if (parseInt(info.crc, 16) !== crc) throw new Error(`${name}: CRC ${info.crc}`);
  const levels = info.layers[0].element === "f32" ? FLOAT_LEVELS : 0;
  for (const { seed, label, latent, image, mask, pixels } of items) {
    model.sample(seed);
    if (differs(model.latent, latent, 0)) throw new Error(`${name}: another latent`);
    model.image.set(image);
    model.mask.set(mask);
    model.draw(label);
    if (differs(model.pixels, pixels, levels)) {
      throw new Error(`${kernel}, ${name}, seed ${seed}, label ${label}: other pixels`);
    }
  }
  return items.length;
}

// Microseconds of an image: the least of many.
async function time(module, { file, items }) {
  const model = await readModel(module, file);
  let least = Infinity;
  for (let run = 0; run < 400; run++) {
    const start = process.hrtime.bigint();
    model.draw(items[0].label);
    least = Math.min(least, Number(process.hrtime.bigint() - start) / 1000);
  }
  return least;
}

async function main([modules, ...folders]) {
  const all = readAll(folders);
  let failed = 0;
  const builds = {};
  for (const kernel of KERNELS) {
    const bytes = fs.readFileSync(path.join(modules, `${kernel}.wasm`));
    builds[kernel] = bytes;
    if (!hasInstructions(kernel)) {
      console.log(`${kernel}: SKIPPED, Node.js ${process.version} lacks the instructions`);
      continue;
    }
    const module = await WebAssembly.compile(bytes);
    let [images, wrong] = [0, []];
    for (const model of all) {
      await check(module, kernel, model).then(
        (count) => (images += count),
        (error) => wrong.push(error.message),
      );
    }
    const large = all.find(({ name }) => name === "mnist-large");
    const half = all.find(({ name }) => name === "mnist-large-int4");
    const times = [];
    for (const model of [large, half]) {
      if (model) times.push(`${model.name} ${(await time(module, model)).toFixed(1)} us`);
    }
    if (wrong.length > 0 && kernel === "relaxed-simd") {
      // The engine is wrong, not the kernel: it has to be refused, which is checked below.
      console.log(`${kernel}: ${wrong.length} models come out wrong, as V8 11.3's do: ${wrong[0]}`);
      continue;
    }
    failed += wrong.length;
    wrong.slice(0, 5).forEach((message) => console.log(`error: ${message}`));
    const count = `${all.length} models, ${images} images, ${wrong.length} wrong`;
    console.log(`${kernel}: ${count}; ${times.join(", ")}`);
  }
  // What a page would choose here is right.
  const answers = all.flatMap(({ file, items }) => items.map((item) => ({ file, ...item })))
    .filter(({ image }) => image.length === 0).filter((_, index) => index % 97 === 0);
  const { kernel, module, refused } = await compile(builds, answers);
  for (const model of all) {
    await check(module, kernel, model).catch((error) => {
      failed += 1;
      console.log(`error: chosen: ${error.message}`);
    });
  }
  console.log(`chosen: ${kernel}${refused.map((text) => `; refused ${text}`).join("")}`);
  if (failed > 0 || all.length === 0) process.exit(1);
}

main(process.argv.slice(2)).catch((error) => {
  console.log(`error: ${error.stack}`);
  process.exit(1);
});
