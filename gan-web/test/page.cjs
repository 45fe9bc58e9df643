// Does with the page what a user does, in Chromium and from disk, and compares what is drawn with
// golden vectors:
//
//   node page.cjs PLAYWRIGHT CHROMIUM PAGE.html BAD_FILES SHAPES SCREENS REPOSITORY
//
// SHAPES has models of many sizes, which Node.js cannot check with the relaxed instructions.
// BAD_FILES has `bad.json`, what gan-core says of each of its files. SCREENS takes pictures of the
// page. Exits with 1 if anything is not as expected.

"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { readAll } = require("./vectors.cjs");

const [playwright, executablePath, file, badFiles, shapes, screens, repository] =
  process.argv.slice(2);
const { chromium } = require(playwright);

// The bytes of a canvas as gan-core has them.
const canvasBytes = (page, id, channels) =>
  page.evaluate(([id, channels]) => {
    const canvas = document.getElementById(id);
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return Array.from(data).filter((_, at) => at % 4 < channels);
  }, [id, channels]);

const error = (page) => page.locator("#error").textContent();
const ready = (page) => page.locator("body[data-ready]").waitFor();

// CRC-32 by its definition, bit by bit.
function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (~crc >>> 0).toString(16).padStart(8, "0");
}

async function setLabel(page, label) {
  if (label !== null) await page.locator(`#labels [data-label="${label}"]`).click();
}

// All items of a model that draws from latents, by typing the seed and pressing the label.
async function drawsFromSeeds(page, { name, items }) {
  const channels = await page.evaluate(() => state.model.info.channels);
  for (const { seed, label, latent, pixels } of items) {
    await page.fill("#seed", String(seed));
    await page.fill("#index", "0");
    await setLabel(page, label);
    assert.equal(await page.locator("#crc").textContent(), crc32(pixels), `${name}: CRC`);
    const codes = await page.locator("#codes output").allTextContents();
    assert.deepEqual(codes.map(Number), [...latent], `${name}: latent of seed ${seed}`);
    if (await page.locator("#image").isVisible()) {
      assert.deepEqual(await canvasBytes(page, "image", channels), [...pixels], `${name}, ${seed}`);
    }
  }
}

// Models of many sizes by the module that the page has chosen, without the page's controls.
async function drawsShapes(page) {
  let images = 0;
  for (const { name, file, items } of readAll([shapes])) {
    const got = await page.evaluate(async ([file, items]) => {
      const model = await readModel(compiled.module, bytesOf(file));
      return items.map(([seed, label]) => {
        model.sample(BigInt(seed));
        model.draw(label);
        return btoa(String.fromCharCode(...model.pixels));
      });
    }, [file.toString("base64"), items.map(({ seed, label }) => [String(seed), label])]);
    const expected = items.map(({ pixels }) => pixels.toString("base64"));
    assert.deepEqual(got, expected, name);
    images += items.length;
  }
  return images;
}

// All items of a model that takes images. What goes in is put into the model's memory, as drawing
// and dropping a picture do.
async function transforms(page, { name, items }) {
  const channels = await page.evaluate(() => state.model.info.channels);
  for (const { seed, label, image, mask, latent, pixels } of items) {
    if (latent.length) {
      await page.fill("#index", "0");
      await page.fill("#seed", String(seed));
    }
    await page.evaluate(([image, mask]) => {
      state.model.image.set(bytesOf(image));
      state.model.mask.set(bytesOf(mask));
      refresh();
    }, [image.toString("base64"), mask.toString("base64")]);
    await setLabel(page, label);
    assert.deepEqual(await canvasBytes(page, "image", channels), [...pixels], name);
    assert.equal(await page.locator("#crc").textContent(), crc32(pixels), `${name}: CRC`);
    if (!mask.length) {
      const given = await page.evaluate(() => input.image.channels);
      assert.deepEqual(await canvasBytes(page, "before", given), [...image], `${name}: before`);
    }
  }
}

// Drops files on the page.
async function drop(page, files) {
  const data = await page.evaluateHandle((files) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of files) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      transfer.items.add(new File([bytes], name));
    }
    return transfer;
  }, files.map((file) => ({ name: path.basename(file), base64: fs.readFileSync(file, "base64") })));
  await page.dispatchEvent("body", "drop", { dataTransfer: data });
}

async function badFilesAreRefused(page) {
  const before = await page.locator("#crc").textContent();
  for (const { file, error: expected } of JSON.parse(fs.readFileSync(`${badFiles}/bad.json`))) {
    await page.setInputFiles("#file", path.join(badFiles, file));
    await page.waitForFunction((text) => document.getElementById("error").textContent === text,
      `${file}: ${expected}`, { timeout: 5000 }).catch(async () => {
      assert.equal(await error(page), `${file}: ${expected}`);
    });
    assert.equal(await page.locator("#crc").textContent(), before, `${file}: the model is lost`);
  }
  await page.fill("#seed", "18446744073709551616");
  assert.match(await error(page), /^seed: expected 0 to 18446744073709551615/);
  assert.equal(await page.getAttribute("#seed", "aria-invalid"), "true");
  await page.fill("#seed", "18446744073709551615");
  assert.equal(await error(page), "");
}

// The rows are those that `gan generate --csv` wrote to models/NAME.csv.
async function numbers(page, name) {
  const csv = fs.readFileSync(`${repository}/models/${name}.csv`, "utf8");
  const [, ...lines] = csv.trim().split(/\r?\n/);
  await page.selectOption("#models", name);
  const { height, labels } = await page.evaluate(() =>
    ({ height: state.model.info.height, labels: state.model.info.table.labels }));
  const extra = height > 1 ? 2 : 1;
  await page.fill("#seed", "0");
  for (let image = 0; image * height < Math.min(lines.length, 4 * height); image++) {
    const expected = lines.slice(image * height, (image + 1) * height);
    await setLabel(page, labels.indexOf(expected[0].split(",").at(-1)));
    await page.fill("#index", String(image));
    const rows = await page.locator("#numbers tbody tr").evaluateAll((rows) =>
      rows.map((row) => Array.from(row.cells, (cell) => cell.textContent)));
    const got = rows.slice(0, height).map((row) => row.slice(extra).join(","));
    assert.deepEqual(got, expected, `${name}: image ${image}`);
  }
}

// Frame 0 and the last one are the ends; the middle one is the mean of their codes, halves up.
async function interpolates(page) {
  await page.selectOption("#models", "mnist-tiny");
  const codes = async () => (await page.locator("#codes output").allTextContents()).map(Number);
  await page.fill("#seed", "5");
  const from = await codes();
  await page.click("#keep-a");
  await page.click("#next");
  const to = await codes();
  await page.click("#keep-b");
  for (const [frame, expected] of [
    ["0", from], ["64", to], ["32", from.map((code, at) => Math.floor((code + to[at] + 1) / 2))],
  ]) {
    await page.fill("#frame", frame);
    assert.deepEqual(await codes(), expected, `frame ${frame}`);
  }
  // A slider's code is drawn.
  const crc = await page.locator("#crc").textContent();
  await page.evaluate(() => document.querySelector("#codes details").setAttribute("open", ""));
  await page.locator("#codes input").first().fill(from[0] > 64 ? "0" : "127");
  assert.notEqual(await page.locator("#crc").textContent(), crc);
}

// A file that is downloaded has the pixels of the canvas.
async function downloads(page) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#png")]);
  assert.equal(download.suggestedFilename(), "mnist-tiny.png");
  const png = fs.readFileSync(await download.path(), "base64");
  const same = await page.evaluate(async (png) => {
    const response = await createImageBitmap(new Blob(
      [Uint8Array.from(atob(png), (character) => character.charCodeAt(0))], { type: "image/png" }));
    const canvas = document.getElementById("image");
    const context = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
    context.drawImage(response, 0, 0);
    const data = (context) => context.getImageData(0, 0, canvas.width, canvas.height).data;
    return String(data(context)) === String(data(canvas.getContext("2d")));
  }, png);
  assert.ok(same, "the PNG file has other pixels");
}

// Drawing with the keyboard alone changes what goes in, and what comes out.
async function drawsByKeys(page) {
  await page.selectOption("#models", "stylize");
  await page.click("#clear");
  const before = await page.locator("#crc").textContent();
  await page.focus("#before");
  const keys = ["ArrowRight", "ArrowDown", " ", "ArrowDown", " "];
  for (const key of keys) await page.keyboard.press(key);
  const bytes = await canvasBytes(page, "before", 1);
  assert.equal(bytes.filter((byte) => byte === 255).length, 6, "two dots of two by two");
  assert.equal(bytes[28 + 1], 255);
  assert.notEqual(await page.locator("#crc").textContent(), before);
  assert.match(await page.locator("#cursor").textContent(), /^Column 2, line 3, white/);
}

// Every control has a name and is reached by the Tab key; no page is wider than the screen.
async function everyoneReachesEverything(page, context, models) {
  const session = await context.newCDPSession(page);
  const roles = ["button", "textbox", "slider", "spinbutton", "combobox", "radio", "image", "img",
    "application", "region"];
  for (const model of models) {
    await page.selectOption("#models", model);
    await page.evaluate(() => document.querySelector("#codes details").setAttribute("open", ""));
    const { nodes } = await session.send("Accessibility.getFullAXTree");
    const nameless = nodes.filter(({ ignored, role, name }) =>
      !ignored && roles.includes(role?.value) && !name?.value);
    const found = nameless.map(({ role }) => role.value);
    assert.deepEqual(found, [], `${model}: controls without names`);
    const controls = await page.locator("button, input, select, summary, [tabindex]")
      .evaluateAll((all) => {
        const seen = all.filter((control) => control.checkVisibility());
        seen.forEach((control, number) => (control.dataset.tab = number));
        // Of a group of radio buttons one is a stop; arrows lead to the others.
        return seen.filter(({ type, checked }) => type !== "radio" || checked)
          .map((control) => control.dataset.tab);
      });
    await page.evaluate(() => document.activeElement.blur());
    const reached = new Set();
    for (let press = 0; press < controls.length + 5; press++) {
      await page.keyboard.press("Tab");
      reached.add(await page.evaluate(() => document.activeElement.dataset.tab));
    }
    assert.deepEqual(controls.filter((control) => !reached.has(control)), [], `${model}: by Tab`);
    for (const width of [320, 390, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${model}: ${wide} pixels wider than ${width}`);
    }
  }
}

// Microseconds of an image by each build, the least of 40 times 50: clocks of browsers are coarse.
async function times(page, name) {
  const file = fs.readFileSync(`${repository}/models/${name}.gan`, "base64");
  return page.evaluate(async (file) => {
    const times = [];
    for (const [kernel, build] of DATA.builds) {
      const model = await readModel(await WebAssembly.compile(bytesOf(build)), bytesOf(file));
      let least = Infinity;
      for (let run = 0; run < 40; run++) {
        const start = performance.now();
        for (let image = 0; image < 50; image++) model.draw(0);
        least = Math.min(least, performance.now() - start);
      }
      times.push(`${kernel} ${(20 * least).toFixed(0)} us`);
    }
    return times.join(", ");
  }, file);
}

// Pictures for people to look at.
async function takePictures(page, models) {
  for (const [name, width, colorScheme] of [
    ["desktop", 1280, "light"], ["dark", 1280, "dark"], ["phone", 390, "light"],
  ]) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    for (const model of models) {
      await page.selectOption("#models", model);
      await page.screenshot({ path: `${screens}/${name}-${model}.png`, fullPage: true });
    }
  }
}

async function main() {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (thrown) => complaints.push(String(thrown)));
  page.on("request", (request) => {
    if (!/^(file|blob|data):/.test(request.url())) complaints.push(`asks for ${request.url()}`);
  });
  await page.goto(pathToFileURL(file).href);
  await ready(page);
  assert.equal(await error(page), "");
  const kernel = await page.evaluate(() => compiled.kernel);
  const builtIn = await page.locator("#models option").allTextContents();

  const all = readAll([`${repository}/tests/vectors`, `${repository}/models`]);
  let [drawn, models] = [0, 0];
  for (const model of all) {
    if (model.name === "v1-float") continue;
    const folder = ["tests/vectors", "models"].map((name) => path.join(repository, name))
      .find((folder) => fs.existsSync(path.join(folder, `${model.name}.gan`)));
    const chosen = path.join(folder, `${model.name}.gan`);
    await (models % 2 ? drop(page, [chosen]) : page.setInputFiles("#file", chosen));
    await page.waitForFunction((stem) => state.stem === stem, model.name);
    // This one's columns cannot be read, which the page says.
    const expected = model.name === "v3-numbers" ? /^columns: metadata: / : /^$/;
    assert.match(await error(page), expected, model.name);
    if (model.name === "mnist-tiny") {
      const activations = page.locator("#info tbody td:last-child");
      const leaky = "leaky-relu 0.2";
      assert.deepEqual(await activations.allTextContents(), [leaky, leaky, "sigmoid"]);
    }
    await (model.items[0].image.length ? transforms : drawsFromSeeds)(page, model);
    models += 1;
    drawn += model.items.length;
  }
  drawn += await drawsShapes(page);
  for (const name of ["wine", "motion"]) await numbers(page, name);
  await interpolates(page);
  await downloads(page);
  await badFilesAreRefused(page);
  await drawsByKeys(page);
  await everyoneReachesEverything(page, context, builtIn);
  await takePictures(page, ["mnist-tiny", "inpaint", "wine"]);
  assert.deepEqual(complaints, []);
  for (const name of ["mnist-large", "mnist-large-int4"]) {
    console.log(`${name}: ${await times(page, name)}`);
  }
  await browser.close();
  console.log(`page: kernel ${kernel}, ${models} models, ${drawn} images as the vectors have them`);
}

main().catch((error) => {
  console.log(`error: ${error.stack}`);
  process.exit(1);
});
