// Models that make numbers: rows of a table, or the steps of a window, as text.

const ROWS = 10;

// What is shown, for the CSV file: a list of rows, the names first.
let rows = [];

function showNumbers() {
  const { model, label } = state;
  const { table, height } = model.info;
  const region = byId("numbers");
  if (!table?.fields) {
    byId("error").textContent = `columns: ${table?.error ?? "none"}`;
    region.hidden = true;
    return;
  }
  region.hidden = false;
  const name = ({ name, unit }) => (unit ? `${name} (${unit})` : name);
  rows = [["image", ...(height > 1 ? ["step"] : []), ...table.fields.map(name)]];
  // A window's steps belong to the latent that is set. Of a table, the seed's next images follow.
  const step = (number, at) => [number, ...(height > 1 ? [at] : []), ...model.row(at, label)];
  const first = index();
  for (let at = 0; at < height; at++) rows.push(step(String(first), String(at)).map(String));
  const from = seed();
  if (height === 1 && from !== null) {
    aside(() => {
      for (let after = 1n; after < ROWS; after++) {
        model.sample(from, first + after, truncation());
        model.draw(label);
        rows.push(step(String(first + after), 0));
      }
    });
    // The buffer holds the numbers of the latent that is set, as the CRC says.
    model.draw(label);
  }
  const scopes = { th: { scope: "col" }, td: {} };
  const cells = (row, kind) =>
    element("tr", {}, ...row.map((cell) => element(kind, scopes[kind], cell)));
  region.querySelector("thead").replaceChildren(cells(rows[0], "th"));
  region.querySelector("tbody").replaceChildren(...rows.slice(1).map((row) => cells(row, "td")));
}

// RFC 4180: a field with a comma, a quote or a new line is quoted.
function csv() {
  const field = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map(field).join(",") + "\r\n").join("");
}

function listenNumbers() {
  byId("csv").addEventListener("click", () =>
    download(new Blob([csv()], { type: "text/csv" }), `${state.stem}.csv`));
}

function startNumbers() {
  const isImage = state.model.info.outputs === "image";
  byId("numbers").hidden = isImage;
  byId("csv").hidden = isImage;
  byId("png").hidden = !isImage;
  byId("result-title").textContent = isImage ? "Image" : "Numbers";
  state.names ??= state.model.info.table?.labels ?? null;
}
