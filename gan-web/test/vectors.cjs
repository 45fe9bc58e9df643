// Reads golden vectors: `*.images.bin`, whose format tests/src/vectors.rs describes.

"use strict";

const fs = require("node:fs");
const path = require("node:path");

function readImages(file) {
  const bytes = fs.readFileSync(file);
  const magic = bytes.toString("latin1", 0, 4);
  if (!["GIV1", "GIV2"].includes(magic)) throw new Error(`${file}: no images file`);
  const [latent, pixels] = [bytes.readUInt16LE(8), bytes.readUInt32LE(10)];
  let at = 14;
  let given = [0, 0];
  if (magic === "GIV2") {
    given = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
    at += 8;
  }
  const count = bytes.readUInt16LE(at);
  at += 2;
  const take = (length) => bytes.subarray(at, (at += length));
  const items = Array.from({ length: count }, () => {
    const [seed, label] = [take(8).readBigUInt64LE(0), take(2).readUInt16LE(0)];
    return {
      seed,
      label: label === 0xffff ? null : label,
      latent: take(latent),
      image: take(given[0]),
      mask: take(given[1]),
      pixels: take(pixels),
    };
  });
  if (count === 0 || at !== bytes.length) throw new Error(`${file}: wrong length`);
  return { crc: bytes.readUInt32LE(4), items };
}

// All models that the folders have vectors of: name, blob and items. A model's blob is in one of
// the folders.
function readAll(folders) {
  const find = (name) => folders.map((folder) => path.join(folder, name)).find(fs.existsSync);
  const names = folders.flatMap((folder) => fs.readdirSync(folder))
    .filter((name) => name.endsWith(".images.bin"))
    .map((name) => name.slice(0, -".images.bin".length));
  return names.map((name) => ({
    name,
    file: fs.readFileSync(find(`${name}.gan`)),
    ...readImages(find(`${name}.images.bin`)),
  }));
}

module.exports = { readAll };
