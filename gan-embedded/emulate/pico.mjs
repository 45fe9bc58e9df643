// Runs a UF2 file for the Pico in rp2040js, an emulator of the RP2040, with UART 0 on standard input and output:
//
//     npm install --prefix FOLDER rp2040js@1.4.1
//     node gan-embedded/emulate/pico.mjs FOLDER FILE.uf2
//
// It starts where the boot loaders leave off: rp2040js comes without the chip's own.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [folder, file] = process.argv.slice(2);
const { Simulator } = createRequire(resolve(folder) + "/")("rp2040js");

const FLASH = 0x10000000;
// After the 256 bytes that set up the flash.
const VECTORS = 0x100;
const HERTZ = 125_000_000;

const simulator = new Simulator();
const { rp2040, clock } = simulator;
const uf2 = readFileSync(file);
for (let block = 0; block < uf2.length; block += 512) {
  const address = uf2.readUInt32LE(block + 12);
  const length = uf2.readUInt32LE(block + 16);
  rp2040.flash.set(uf2.subarray(block + 32, block + 32 + length), address - FLASH);
}
const flash = Buffer.from(rp2040.flash.buffer, rp2040.flash.byteOffset);
rp2040.core.VTOR = FLASH + VECTORS;
rp2040.core.SP = flash.readUInt32LE(VECTORS);
rp2040.core.PC = flash.readUInt32LE(VECTORS + 4) & ~1;

const [uart] = rp2040.uart;
const said = [];
const heard = [];
uart.onByte = (byte) => said.push(byte);
process.stdin.on("data", (bytes) => heard.push(...bytes));
process.stdin.on("end", () => process.exit());
process.stdout.on("error", () => process.exit());

function run() {
  // Bytes come in slowly enough for the application to take each from the port's FIFO.
  for (let instruction = 0; instruction < 100_000; instruction++) {
    clock.tick((rp2040.core.executeInstruction() * 1e9) / HERTZ);
    if (instruction % 10_000 === 0 && heard.length > 0) uart.feedByte(heard.shift());
  }
  if (rp2040.clkSys !== HERTZ && said.length > 0) throw new Error(`the clock is ${rp2040.clkSys} Hz`);
  if (said.length > 0) process.stdout.write(Buffer.from(said.splice(0)));
  setImmediate(run);
}

rp2040.onBreak = () => process.exit(1);
run();
