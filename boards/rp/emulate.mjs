// Runs a UF2 file for the Pico in rp2040js, an emulator of the RP2040. Its USB serial port is
// standard input and output. With the word `uart` at the end, UART 0 is, and with `led`, a line is
// written for each change of the LED. With `again`, the terminal closes the USB port and opens it
// again. With `hang`, UART 0 is the port, and each instruction takes sixteen times as long.
//
//     npm install --prefix FOLDER rp2040js@1.4.1
//     node boards/rp/emulate.mjs FOLDER FILE.uf2 [uart|led|again|hang]
//
// The emulator comes without the chip's boot ROM. So the program starts with the second stage of
// the boot loader, which the boot ROM copies into RAM and runs.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [folder, file, port] = process.argv.slice(2);
const { ConsoleLogger, LogLevel, Simulator, USBCDC } = createRequire(resolve(folder) + "/")(
  "rp2040js",
);

const FLASH = 0x10000000;
// Where the boot ROM puts the second stage, its first 256 bytes (RP2040 datasheet, 2.8.1.3).
const STAGE = 0x20041f00;
const STAGE_LENGTH = 0x100;
const HERTZ = 125_000_000;
// Nanoseconds of a cycle.
const CYCLE = (1e9 / HERTZ) * (port === "hang" ? 16 : 1);
const LED = 25;
// Bytes come in slowly enough for a UART at 115,200 baud: at most one in so many instructions.
const SPACING = 10_000;

const isUart = port === "uart" || port === "hang";
const simulator = new Simulator();
const { rp2040, clock } = simulator;
// What the emulator does not have, the HAL switches on all the same: oscillators, the bits of USB
// that a host does not see, DMA of the UART. Any other warning, as of an address where nothing is,
// is a mistake of the program or of this script.
const logger = new ConsoleLogger(LogLevel.Error);
logger.warn = (component, message) => {
  if (!message.startsWith("Unimplemented")) throw new Error(`${component}: ${message}`);
};
rp2040.logger = logger;
const uf2 = readFileSync(file);
for (let block = 0; block < uf2.length; block += 512) {
  const address = uf2.readUInt32LE(block + 12);
  const length = uf2.readUInt32LE(block + 16);
  rp2040.flash.set(uf2.subarray(block + 32, block + 32 + length), address - FLASH);
}
const { core } = rp2040;
for (let place = 0; place < STAGE_LENGTH; place += 4) {
  rp2040.writeUint32(STAGE + place, rp2040.readUint32(FLASH + place));
}
core.SP = STAGE;
// By this the second stage knows that the boot ROM has started it, and goes on with the program.
core.LR = 0;
core.PC = STAGE;

// The emulator has no memory protection unit. This is as much of it as a region without access
// needs. (Armv6-M Architecture Reference Manual, B3.5.)
const [TYPE, CTRL, RNR, RBAR, RASR] = [0xd90, 0xd94, 0xd98, 0xd9c, 0xda0];
const HARD_FAULT = 3;
const regions = Array.from({ length: 8 }, () => ({ base: 0, attributes: 0 }));
let [protecting, region, faulting] = [false, 0, false];
const { ppb } = rp2040;
const [readCore, writeCore] = [ppb.readUint32.bind(ppb), ppb.writeUint32.bind(ppb)];
ppb.readUint32 = (offset) => (offset === TYPE ? regions.length << 8 : readCore(offset));
ppb.writeUint32 = (offset, value) => {
  if (offset === CTRL) protecting = (value & 1) !== 0;
  else if (offset === RNR) region = value;
  else if (offset === RBAR) regions[region].base = value >>> 0;
  else if (offset === RASR) regions[region].attributes = value >>> 0;
  else writeCore(offset, value);
};
function isForbidden(address) {
  if (!protecting || core.IPSR === HARD_FAULT) return false;
  return regions.some(({ base, attributes }) => {
    const size = 2 ** (((attributes >> 1) & 31) + 1);
    const [on, access] = [attributes & 1, (attributes >> 24) & 7];
    return on && access === 0 && address >= base && address < base + size;
  });
}
const [load, store] = [rp2040.readUint32.bind(rp2040), rp2040.writeUint32.bind(rp2040)];
rp2040.readUint32 = (address) => {
  if (!isForbidden(address >>> 0)) return load(address);
  faulting = true;
  return 0;
};
rp2040.writeUint32 = (address, value) => {
  if (isForbidden(address >>> 0)) faulting = true;
  else store(address, value);
};

// The emulator sets the UART's interrupt for sending again after the program has cleared it. The
// PL011 sets it when the transmit FIFO falls to its threshold, that is, after a byte was written.
// (Arm PrimeCell UART PL011 Technical Reference Manual, 2.8.)
const [DATA, DMA, SENDING] = [0x0, 0x48, 1 << 5];
const [uart] = rp2040.uart;
const [read, write] = [uart.readUint32.bind(uart), uart.writeUint32.bind(uart)];
uart.checkInterrupts = () =>
  rp2040.setInterrupt(uart.irq, (uart.interruptStatus & uart.interruptMask) !== 0);
uart.readUint32 = (offset) => (offset === DMA ? 0 : read(offset));
uart.writeUint32 = (offset, value) => {
  write(offset, value);
  if (offset === DATA) {
    uart.interruptStatus |= SENDING;
    uart.checkInterrupts();
  }
};

// The watchdog counts four times as fast as the chip's, which is told to wait for eight seconds: a
// program that feeds it often enough does so for two, too. A program that hangs for two seconds would
// keep the emulator busy for two minutes, were it not for slower instructions. Instead of a reset,
// the emulator says so and ends.
const [WATCHDOG, LOAD] = [0x40058, 0x4];
const watchdog = rp2040.peripherals[WATCHDOG];
const writeWatchdog = watchdog.writeUint32.bind(watchdog);
watchdog.writeUint32 = (offset, value) =>
  writeWatchdog(offset, offset === LOAD ? value >>> 2 : value);
let isReset = false;
watchdog.onWatchdogTrigger = () => {
  isReset = true;
  // Its alarm would call this again at the same time, for ever.
  watchdog.alarm.enable = false;
};

// The emulator does not say that the I2C's transmit FIFO is empty after an abort has emptied it, as
// when no display answers. (RP2040 datasheet, 4.3.6 and TX_EMPTY in 4.3.17.)
const TX_EMPTY = 1 << 4;
for (const i2c of rp2040.i2c) {
  const abort = i2c.abort.bind(i2c);
  i2c.abort = (reason) => {
    abort(reason);
    i2c.setInterrupts(TX_EMPTY);
  };
}

// The emulator's host answers a buffer for which it has no data with an empty packet, and says that
// the buffer is no longer available before it has filled it. A host sends nothing, and the buffer
// stays available until a packet has come. (RP2040 datasheet, 4.1.2.5.)
const BUFFER_CONTROL = 0x84;
const AVAILABLE = 1 << 10;
const ctrl = rp2040.usbCtrl;
const usb = new USBCDC(ctrl);
let waiting = 0;
function available(endpoint, yes) {
  const at = BUFFER_CONTROL + 8 * endpoint;
  const control = rp2040.usbDPRAMView.getUint32(at, true);
  rp2040.usbDPRAMView.setUint32(at, yes ? control | AVAILABLE : control & ~AVAILABLE, true);
}
const [respond, finish] = [ctrl.onEndpointRead, ctrl.finishRead.bind(ctrl)];
ctrl.onEndpointRead = (endpoint, size) => {
  if (endpoint !== usb.outEndpoint) return respond(endpoint, size);
  available(endpoint, true);
  waiting = size;
};
ctrl.finishRead = (endpoint, bytes) => {
  available(endpoint, false);
  finish(endpoint, bytes);
};

// A terminal opens the port some time after the device was configured: it sends
// SET_CONTROL_LINE_STATE with DTR and RTS to the interface, and without them when it closes it. The
// emulator's host does so at once, while the device still acknowledges its configuration, and to
// the device, which is refused. (USB CDC PSTN subclass 1.2, 6.3.12.)
const lines = (state) => Uint8Array.of(0x21, 0x22, state, 0, 0, 0, 0, 0);
// After so many turns of `run`, the state of the lines.
const STATES = { undefined: [[20, 3]], again: [[20, 3], [400, 0], [440, 3]] }[port] ?? [];
let turns = 0;
let open = false;
usb.cdcSetControlLineState = () => (usb.initialized = true);
usb.onDeviceConnected = () => (turns = 1);

const heard = [];
const said = [];
if (port === "led") rp2040.gpio[LED].addListener((level) => say(level === 1 ? "on\n" : "off\n"));
else if (isUart) uart.onByte = (byte) => said.push(byte);
else usb.onSerialData = (bytes) => said.push(...bytes);
const say = (text) => said.push(...Buffer.from(text));
process.stdin.on("data", (bytes) => heard.push(...bytes));
process.stdin.on("end", () => process.exit());
process.stdout.on("error", () => process.exit());

function feed() {
  if (heard.length === 0) return;
  if (isUart) uart.feedByte(heard.shift());
  else if (open && waiting > 0) {
    const packet = Uint8Array.from(heard.splice(0, waiting));
    waiting = 0;
    ctrl.endpointReadDone(usb.outEndpoint, packet);
  }
}

// Milliseconds by which the chip's time is ahead of ours.
let started = performance.now();
const ahead = () => clock.nanos / 1e6 - (performance.now() - started);

function run() {
  if (turns > 0) turns += 1;
  for (const [turn, state] of STATES.filter(([turn]) => turn === turns)) {
    ctrl.sendSetupPacket(lines(state));
    open = state !== 0;
  }
  for (let instruction = 0; instruction < 10 * SPACING; instruction++) {
    if (instruction % SPACING === 0) feed();
    if (!core.waiting) clock.tick(core.executeInstruction() * CYCLE);
    else if (ahead() > 0) break;
    else clock.tick(Math.max(Math.min(clock.nanosToNextAlarm, 1e6), 1));
    if (faulting) {
      core.exceptionEntry(HARD_FAULT);
      // What it could not write to the stack is no further fault.
      faulting = false;
    }
  }
  if (rp2040.clkSys !== HERTZ) throw new Error(`the clock is ${rp2040.clkSys} Hz`);
  if (isReset) say("\nreset by the watchdog\n");
  if (said.length > 0) process.stdout.write(Buffer.from(said.splice(0)));
  if (isReset) return process.stdin.destroy();
  // The application draws by itself when nobody has typed for ten seconds. Those must be seconds of
  // the one who types, however fast the emulator is with a chip that sleeps. Where it was slow, as
  // with a display to draw on, the chip does not catch up: all ten could pass before the next byte.
  if (ahead() < 0) started -= ahead();
  if (ahead() > 0) setTimeout(run, 1);
  else setImmediate(run);
}

rp2040.onBreak = () => process.exit(1);
run();
