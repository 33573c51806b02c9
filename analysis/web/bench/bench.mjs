// The page beside d3-flame-graph on the same stacks in Chromium, one after the other, in rounds:
// until it stands, and each step until it is drawn (three frames of the browser). Prints the
// median of each, and ratios. The machine must be quiet: only what is measured beside is compared.
//
// Usage: npm run bench -- [--nodes 100000,500000] [--rounds 3] [--no-d3]
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { madeStacks, nested, packedData } from "./made_recording.mjs";

const MOST_MS = 120_000;
const WEB = fileURLToPath(new URL("..", import.meta.url));
const { values: asked } = parseArgs({
  options: {
    nodes: { type: "string", default: "100000,500000" },
    rounds: { type: "string", default: "3" },
    "no-d3": { type: "boolean", default: false },
  },
});

function ourPage(stacks) {
  const template = readFileSync(join(WEB, "dist/page.html"), "utf8");
  return template.replace("<!--DATA-->", packedData(stacks));
}

function d3Page(stacks) {
  const source = (path) => readFileSync(join(WEB, "node_modules", path), "utf8");
  return `<!doctype html><html><style>${source("d3-flame-graph/dist/d3-flamegraph.css")}</style>
<body><div id="chart"></div><script>${source("d3-selection/dist/d3-selection.min.js")}</script>
<script>${source("d3-flame-graph/dist/d3-flamegraph.min.js")}</script>
<script type="application/json" id="data">${JSON.stringify(nested(stacks))}</script><script>
const data = JSON.parse(document.getElementById("data").textContent);
const chart = flamegraph().width(1460).transitionDuration(0);
d3.select("#chart").datum(data).call(chart);
requestAnimationFrame(() => requestAnimationFrame(() => {
  document.documentElement.dataset.readyMs = performance.now().toFixed(0);
}));
</script></body></html>`;
}

// Each step is what a browser runs; the page's own are addresses, as its links are.
const to = (hash) => `location.hash = ${JSON.stringify(hash)}`;
const OURS = {
  zoom: to("view=flame&zoom=1"),
  search: to("view=flame&zoom=1&query=function_77"),
  "show all": to("view=flame"),
  invert: to("view=flame&direction=up"),
  "other scope": to("view=flame&slowest=200&focus=children"),
};
const childOfRoot = 'd3.selectAll("#chart g.frame").filter((d) => d.depth === 1).datum()';
const D3S = {
  zoom: `chart.zoomTo(${childOfRoot})`,
  search: 'chart.search("function_77")',
  "show all": "chart.clear(), chart.resetZoom()",
};

async function measured(on, file, steps) {
  const page = await on.newPage({ viewport: { width: 1500, height: 900 } });
  page.setDefaultTimeout(MOST_MS);
  await page.goto(`file://${file}#view=flame`, { timeout: MOST_MS, waitUntil: "commit" });
  const ready = page.locator("html[data-ready-ms]");
  await ready.waitFor({ state: "attached" });
  const found = { ready: Number(await ready.getAttribute("data-ready-ms")) };
  for (const [name, step] of Object.entries(steps)) {
    found[name] = await page.evaluate(`new Promise((done) => {
      const begin = performance.now();
      ${step};
      const frame = (left) =>
        left === 0 ? done(performance.now() - begin) : requestAnimationFrame(() => frame(left - 1));
      frame(3);
    })`);
  }
  await page.close();
  return found;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function print(nodes, runs) {
  const cell = (text) => String(text).padStart(12);
  console.log(`\n${nodes} nodes${cell("page ms")}${cell("d3 ms")}${cell("d3 / page")}`);
  for (const name of ["ready", ...Object.keys(OURS)]) {
    const [ours, theirs] = ["ours", "d3"].map((side) => {
      const values = runs[side].map((run) => run[name]).filter((ms) => ms !== undefined);
      return values.length > 0 ? median(values) : undefined;
    });
    const beside =
      theirs === undefined ? ["-", "-"] : [theirs.toFixed(0), (theirs / ours).toFixed(1)];
    console.log(
      name.padEnd(`${nodes} nodes`.length) + [ours.toFixed(0), ...beside].map(cell).join(""),
    );
  }
}

const folder = mkdtempSync(join(tmpdir(), "plumbline-bench-"));
const on = await chromium.launch({
  executablePath: process.env.PLUMBLINE_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
});
try {
  for (const nodes of asked.nodes.split(",").map(Number)) {
    const stacks = madeStacks(nodes);
    const [ours, d3] = [join(folder, "ours.html"), join(folder, "d3.html")];
    writeFileSync(ours, ourPage(stacks));
    if (!asked["no-d3"]) writeFileSync(d3, d3Page(stacks));
    const runs = { ours: [], d3: [] };
    for (let round = 0; round < Number(asked.rounds); ++round) {
      runs.ours.push(await measured(on, ours, OURS));
      if (!asked["no-d3"]) runs.d3.push(await measured(on, d3, D3S));
    }
    print(nodes, runs);
  }
} finally {
  await on.close();
  rmSync(folder, { recursive: true });
}
