// The page's figures are those of `plumbline hotspots --json`, for random selections.
//
// Exact: nothing is rounded on either side. The seed is printed; PLUMBLINE_SEED repeats it.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Container } from "../../src/data/container";
import { RecordingModel } from "../../src/model/recording";
import { ask, browser, opened } from "./chromium";
import { plumbline, subjects, type Subjects } from "./subjects";

const SELECTIONS = 20;
const seed = Number(process.env.PLUMBLINE_SEED ?? Date.now() % 1_000_000);
console.log(`seed ${seed}`);

function generator(state: number): (below: number) => number {
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function modelOf(file: string): RecordingModel {
  const packed = /id="data">(.*?)<\/script>/s.exec(readFileSync(file, "utf8"))![1]!;
  return new RecordingModel(new Container(gunzipSync(Buffer.from(packed, "base64"))));
}

interface Question {
  hash: string;
  words: string[];
  category: string;
}

function question(model: RecordingModel, random: (below: number) => number): Question {
  const hash = new URLSearchParams({ view: "flame" });
  const words: string[] = [];
  const pick = random(5);
  const name = () => model.text(model.spans.endpoint[random(model.spans.count)]!);
  const add = (key: string, value: string) => {
    hash.append(key, value);
    words.push(`--${key}`, value);
  };
  if (pick === 0) for (let i = 0; i <= random(4); ++i) add("span", anyId(model, random));
  if (pick === 1) add("trace", model.spans.trace(random(model.spans.count)));
  if (pick === 2) add("endpoint", name());
  if (pick === 3) add("slowest", String(1 + random(6)));
  if (pick < 4) {
    const focus = ["span", "children", "period", "full"][random(4)]!;
    hash.set("focus", focus);
    words.push("--scope", focus);
  }
  if (random(2)) {
    hash.set("by", "line");
    words.push("--lines");
  }
  const category = random(3) ? "" : model.header.categories[random(7)]!;
  if (category) {
    hash.set("category", category);
    words.push("--category", category);
  }
  return { hash: hash.toString(), words, category };
}

function anyId(model: RecordingModel, random: (below: number) => number): string {
  return model.spans.id(random(model.spans.count));
}

interface Row {
  name: string;
  self: number;
  total: number;
  samples: number;
  interval: string;
}

const order = (a: Row, b: Row) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

// All rows of the methods' table.
async function shownMethods(page: Page): Promise<Row[]> {
  while ((await page.locator(".more").count()) > 0) await page.locator(".more").click();
  const rows = await page.$$eval("tr.method", (lines) =>
    lines.map((line) => {
      const self = line.querySelector<HTMLElement>(".self .figure")!.dataset;
      const total = line.querySelector<HTMLElement>(".total .figure")!.dataset;
      const { function: name, line: at, owner } = (line as HTMLElement).dataset;
      return {
        name: `${owner} ${name} ${at ?? 0}`,
        self: Number(self.ns),
        total: Number(total.ns),
        samples: Number(self.samples),
        interval: self.interval!,
      };
    }),
  );
  return rows.sort(order);
}

interface Sum {
  wall_ns: number;
  columns_ns: Record<string, number>;
  samples: number;
  cpu_95_ns: [number, number] | null;
}

function toldMethods(document: any, category: string): Row[] {
  const value = (sum: Sum) => (category ? sum.columns_ns[category]! : sum.wall_ns);
  const interval = (sum: Sum) => {
    if (!sum.cpu_95_ns || (category && category !== "cpu")) return "";
    const rest = value(sum) - sum.columns_ns.cpu!;
    return sum.cpu_95_ns.map((ns) => ns + rest).join(",");
  };
  const rows: Row[] = document.methods.map((method: any) => ({
    name: `${method.owner} ${method.function} ${method.line ?? 0}`,
    self: value(method.self),
    total: value(method.total),
    samples: method.self.samples,
    interval: interval(method.self),
  }));
  return rows.sort(order);
}

async function shownTotals(page: Page): Promise<Record<string, number>> {
  const data = await page.$eval(".totals", (list) => ({ ...(list as HTMLElement).dataset }));
  const numbers = Object.entries(data).map(([name, text]) => [name, Number(text)]);
  return Object.fromEntries(numbers);
}

function toldTotals(document: any): Record<string, number> {
  return {
    wallNs: document.wall_ns,
    elapsedNs: document.elapsed_ns,
    threadTimeNs: document.thread_time_ns,
    uncoveredNs: document.uncovered_ns,
    samples: document.sampling.samples,
    spans: document.selection.spans,
    picked: document.selection.picked,
    distributedNs: document.sampling.distributed_ns,
    sampledNs: document.sampling.sampled_ns,
  };
}

async function shownBreakdown(page: Page): Promise<[string, number, number][]> {
  return page.$$eval(".breakdown tbody tr", (lines) =>
    lines.map((line) => [
      (line as HTMLElement).dataset.category!,
      Number(line.querySelector<HTMLElement>("[data-ns]")!.dataset.ns),
      Number(line.querySelector<HTMLElement>("[data-percent]")!.dataset.percent),
    ]),
  );
}

// The callers of the first method, as the plus sign shows them.
async function shownCallers(page: Page): Promise<[string, number][]> {
  await page.locator("tr.method .plus").first().click();
  const callers = await page.$$eval("tr.caller[data-function]", (lines) =>
    lines.map((line): [string, number] => [
      (line as HTMLElement).dataset.function!,
      Number(line.querySelector<HTMLElement>(".self .figure")!.dataset.ns),
    ]),
  );
  await page.locator("tr.method .plus").first().click();
  return callers.sort();
}

let chrome: Browser;
let made: Subjects;

beforeAll(async () => {
  made = subjects();
  chrome = await browser();
});
afterAll(() => chrome?.close());

describe.each(["recording", "hot"] as const)("of %s", (which) => {
  test(`are those of the command, for ${SELECTIONS} random selections`, async () => {
    const file = which === "hot" ? made.hotPage : made.recordingPage;
    const model = modelOf(file);
    const random = generator(seed);
    const { page, errors } = await opened(chrome, `file://${file}`, "view=flame");
    for (let i = 0; i < SELECTIONS; ++i) {
      const { hash, words, category } = question(model, random);
      const text = plumbline("hotspots", made[which], ...words, "--reverse", "--json");
      const document = JSON.parse(text);
      await ask(page, hash);
      const told = document.breakdown.map((row: any) => [row.category, row.ns, row.percent]);
      expect(await shownTotals(page), hash).toEqual(toldTotals(document));
      expect(await shownBreakdown(page), hash).toEqual(told);
      expect(await shownMethods(page), hash).toEqual(toldMethods(document, category));
      if (document.methods.length === 0) continue;
      const first = await page.$eval("tr.method", (row) => (row as HTMLElement).dataset);
      const leaf = document.tree.nodes.find(
        (node: any) =>
          node.function === first.function && (node.line ?? 0) === Number(first.line ?? 0),
      );
      const value = (sum: Sum) => (category ? sum.columns_ns[category]! : sum.wall_ns);
      const callers = leaf.children.map((node: any) => [node.function, value(node.total)]);
      expect(await shownCallers(page), hash).toEqual(callers.sort());
    }
    expect(errors).toEqual([]);
    await page.close();
  });
});
