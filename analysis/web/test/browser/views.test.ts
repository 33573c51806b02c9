// Each view does what it says, from disk and from `plumbline serve`, and is accessible: axe finds
// nothing serious. Screenshots are kept in shots/.
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, browser, opened, ready, type Watched } from "./chromium";
import { BUILD, plumbline, subjects, type Subjects } from "./subjects";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SHOTS = new URL("../../shots/", import.meta.url).pathname;

let chrome: Browser;
let made: Subjects;
let serving: ChildProcess[] = [];

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  made = subjects();
  chrome = await browser();
});
afterAll(async () => {
  for (const process of serving) process.kill("SIGTERM");
  await chrome?.close();
});

function served(input: string): Promise<string> {
  const process = spawn(join(BUILD, "bin", "plumbline"), ["serve", input]);
  serving.push(process);
  return new Promise((found, failed) => {
    process.stdout!.once("data", (line) => found(String(line).trim()));
    process.once("exit", (code) => failed(new Error(`serve ended with ${code}`)));
  });
}

async function address(how: string, page: string, input: string): Promise<string> {
  return how === "disk" ? `file://${page}` : served(input);
}

async function seriousProblems(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { violations } = await (window as any).axe.run(document, { resultTypes: ["violations"] });
    return violations
      .filter((one: any) => one.impact === "serious" || one.impact === "critical")
      .map((one: any) => `${one.id}: ${one.nodes.map((node: any) => node.html).slice(0, 3)}`);
  });
}

async function attribute(page: Page, selector: string, name: string): Promise<number> {
  return Number(await page.locator(selector).first().getAttribute(name));
}

describe.each(["disk", "serve"])("a recording, from %s", (how) => {
  let watched: Watched;
  let page: Page;

  beforeAll(async () => {
    watched = await opened(chrome, await address(how, made.recordingPage, made.recording));
    page = watched.page;
  });
  afterAll(async () => {
    expect(watched.errors).toEqual([]);
    expect(watched.requests).toEqual([]);
    await page.close();
  });

  test("begins with the slowest request, and its hotspots", async () => {
    const document = JSON.parse(plumbline("hotspots", made.recording, "--slowest", "1", "--json"));
    const chosen = page.locator('.trace-list [aria-current="true"]');
    expect(await chosen.getAttribute("data-span")).toBe(document.selection.picked_spans[0].span_id);
    expect(await attribute(page, ".totals", "data-wall-ns")).toBe(document.wall_ns);
    await page.screenshot({ path: join(SHOTS, `traces-${how}.png`) });
  });

  test("Focus On has the four scopes", async () => {
    const scopes = await page.$$eval(".focus option", (list) => list.map((one) => one.textContent));
    expect(scopes).toEqual(["Span & Children", "Span only", "Span time period", "Full profile"]);
    const before = await attribute(page, ".totals", "data-wall-ns");
    await page.selectOption(".focus", "full");
    expect(await attribute(page, ".totals", "data-wall-ns")).toBeGreaterThan(before);
    expect(page.url()).toContain("focus=full");
    await page.goBack();
    await expect.poll(() => attribute(page, ".totals", "data-wall-ns")).toBe(before);
  });

  test("a category says its percent on hover, and shows alone on a click", async () => {
    const row = page.locator('tr[data-category="cpu"]');
    const title = (await row.getAttribute("title"))!;
    expect(title).toMatch(/^\d+\.\d % of this time is explained by CPU$/);
    await row.locator("button").click();
    expect(page.url()).toContain("category=cpu");
    const sum = await page.$$eval("tr.method .self .figure", (figures) =>
      figures.reduce((all, one) => all + Number((one as HTMLElement).dataset.ns), 0),
    );
    expect(sum).toBe(await attribute(page, 'tr[data-category="cpu"] [data-ns]', "data-ns"));
    await row.locator("button").click();
  });

  test("sampled figures say their interval and samples, exact ones that they are", async () => {
    const figures = await page.$$eval(".self .figure", (list) =>
      list.map((one) => ({
        few: one.classList.contains("few"),
        samples: Number((one as HTMLElement).dataset.samples),
        text: one.querySelector("small")!.textContent!,
      })),
    );
    for (const figure of figures) {
      if (figure.samples === 0) expect(figure.text).toMatch(/^exact/);
      else expect(figure.text).toMatch(/^(.+ – .+, )?n = \d/);
      expect(figure.few).toBe(figure.samples > 0 && figure.samples < 5);
    }
    expect(figures.some((figure) => figure.samples > 0)).toBe(true);
  });

  test("the flame graph zooms, inverts, searches, and goes to the full page", async () => {
    await page.locator('[data-choice="flame"]').click();
    const whole = await attribute(page, ".flame-panel", "data-whole-ns");
    const canvas = page.locator(".flame canvas");
    await canvas.click({ position: { x: 40, y: 9 } });
    await expect.poll(() => page.url()).toMatch(/zoom=\d+/);
    await canvas.press("Escape");
    expect(page.url()).not.toContain("zoom=");
    await canvas.press("ArrowDown");
    await canvas.press("ArrowDown");
    await canvas.press("Enter");
    expect(page.url()).toMatch(/zoom=\d+/);
    await page.locator('[data-choice="up"]').click();
    expect(await attribute(page, ".flame-panel", "data-whole-ns")).toBe(whole);
    await page.locator(".full-page").click();
    expect(page.url()).toContain("view=flame");
    await page.fill('.flame-panel input[type="search"]', "[");
    expect(await page.locator(".found").textContent()).toMatch(/\d+ frames, \d+\.\d % matched/);
    await page.screenshot({ path: join(SHOTS, `flame-${how}.png`) });
    await page.fill('.flame-panel input[type="search"]', "");
  });

  test("PNG and SVG can be saved, the selection copied as a command that works", async () => {
    for (const [button, end] of [
      ["PNG", ".png"],
      ["SVG", ".svg"],
    ] as const) {
      const saved = page.waitForEvent("download");
      await page.getByRole("button", { name: button, exact: true }).click();
      expect((await saved).suggestedFilename()).toMatch(new RegExp(`${end}$`));
    }
    const command = (await page.locator(".copy").getAttribute("data-command"))!;
    expect(command).toMatch(/^plumbline hotspots \S+\.plumb --span [0-9a-f]{16} --(reverse|tree)$/);
    const words = command.split(" ").slice(3);
    const document = JSON.parse(plumbline("hotspots", made.recording, ...words, "--json"));
    expect(document.wall_ns).toBe(await attribute(page, ".totals", "data-wall-ns"));
  });

  test("the waterfall has all spans of the trace, and picks one", async () => {
    await ask(page, "tab=waterfall");
    const rows = page.locator(".waterfall tr[data-span]");
    expect(await rows.count()).toBeGreaterThan(0);
    const id = await rows.last().getAttribute("data-span");
    await rows.last().locator("button").click();
    expect(page.url()).toContain(`span=${id}`);
    await page.screenshot({ path: join(SHOTS, `waterfall-${how}.png`) });
  });

  test("the thread timeline says who blocked whom", async () => {
    await ask(page, "tab=threads");
    expect(await attribute(page, ".threads", "data-lanes")).toBeGreaterThan(0);
    expect(await page.locator(".lane-table tbody tr").count()).toBeGreaterThan(0);
    const held = await page.locator(".blockings tbody tr").count();
    const none = await page.locator(".threads .none").count();
    expect(held + none).toBeGreaterThan(0);
    await page.screenshot({ path: join(SHOTS, `threads-${how}.png`) });
  });

  test("endpoints have the command's figures, and scope the flame graph", async () => {
    await ask(page, "view=endpoints");
    const { endpoints } = JSON.parse(plumbline("endpoints", made.recording, "--json"));
    for (const row of endpoints) {
      const line = page.locator(`tr[data-endpoint="${row.endpoint}"]`);
      const cell = async (id: string) =>
        Number(await line.locator(`[data-column="${id}"]`).getAttribute("data-ns"));
      expect(await cell("requests")).toBe(row.requests);
      expect(await cell("p50")).toBe(row.p50_ns);
      expect(await cell("p99")).toBe(row.p99_ns);
      expect(await cell("wall")).toBe(row.time.wall_ns);
      for (const [id, ns] of Object.entries(row.time.category_ns)) {
        expect(await cell(id), `${row.endpoint} ${id}`).toBe(ns);
      }
    }
    await page.screenshot({ path: join(SHOTS, `endpoints-${how}.png`) });
    const first = page.locator("tr[data-endpoint] button.link").first();
    const name = await first.textContent();
    await first.click();
    expect(await page.locator(".flame-page h2").textContent()).toBe(name);
  });

  test("a link shows the same again", async () => {
    await ask(page, "view=flame&slowest=2&focus=period&by=line&category=sync&direction=up");
    const before = await page.locator(".hotspots").innerText();
    await page.reload();
    await ready(page);
    expect(await page.locator(".hotspots").innerText()).toBe(before);
  });

  test.each(["", "list=spans", "tab=waterfall", "tab=threads", "view=endpoints", "view=flame"])(
    "axe finds nothing serious in '%s', light and dark",
    async (hash) => {
      for (const theme of ["light", "dark"]) {
        await ask(page, `${hash}&theme=${theme}`);
        expect(await seriousProblems(page), theme).toEqual([]);
      }
    },
  );
});

describe.each(["disk", "serve"])("a result, from %s", (how) => {
  let watched: Watched;
  let page: Page;

  beforeAll(async () => {
    watched = await opened(chrome, await address(how, made.resultPage, made.result));
    page = watched.page;
  });
  afterAll(async () => {
    expect(watched.errors).toEqual([]);
    expect(watched.requests).toEqual([]);
    await page.close();
  });

  test("has the verdict at the top, and every cell with its runs", async () => {
    const result = JSON.parse(readFileSync(join(made.result, "results.json"), "utf8"));
    expect(await attribute(page, ".summary", "data-exit-code")).toBe(result.summary.exit_code);
    const shown = await page.$$eval(".heat-map [data-cell]", (cells) =>
      cells.map((cell) => (cell as HTMLElement).dataset.errorNs ?? "").sort(),
    );
    const told = result.cells.map((cell: any) =>
      cell.error_ns === null ? "" : `${cell.error_ns}`,
    );
    expect(shown).toEqual(told.sort());
    await page.locator(".heat-map [data-cell]").first().click();
    const runs = await page.locator(".detail .runs tbody tr").count();
    expect(runs).toBe(result.cells[0].per_run.length);
    expect(await page.locator(".confusion tbody tr").count()).toBeGreaterThan(0);
    expect(
      await page.locator(".picture circle, .picture rect, .picture path").count(),
    ).toBeGreaterThan(2);
    await page.screenshot({ path: join(SHOTS, `accuracy-${how}.png`), fullPage: true });
  });

  test("axe finds nothing serious, light and dark", async () => {
    for (const theme of ["light", "dark"]) {
      await ask(page, `theme=${theme}`);
      expect(await seriousProblems(page), theme).toEqual([]);
    }
  });
});
