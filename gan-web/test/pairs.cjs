// Digests of images, for `cargo xtask pairs`, which says which images:
//
//   node pairs.cjs KERNEL.wasm MODEL.gan FIRST COUNT
//
// Prints the CRC-32 of the first FIRST images' pixels, and of all COUNT of them.

"use strict";

const fs = require("node:fs");
const zlib = require("node:zlib");
const { readModel } = require("../page/gan.js");

// Node.js has had a CRC-32 since version 20.15 only.
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
  return byte;
});
const crc32 = zlib.crc32 ?? ((bytes, crc) => {
  crc = ~crc;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
});

async function main([module, file, ...counts]) {
  const [first, count] = counts.map(Number);
  const compiled = await WebAssembly.compile(fs.readFileSync(module));
  const model = await readModel(compiled, fs.readFileSync(file));
  const { classes } = model.info;
  let crc = 0;
  for (let pair = 0; pair < count; pair++) {
    model.sample(BigInt(pair));
    model.draw(classes > 0 ? pair % classes : null);
    crc = crc32(model.pixels, crc);
    for (const wanted of [first, count]) {
      if (pair + 1 === wanted) {
        console.log(`${wanted} pairs: ${crc.toString(16).padStart(8, "0")}`);
      }
    }
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`error: ${error.stack}`);
  process.exit(1);
});
