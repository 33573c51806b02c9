// Fault: names become markup, and run.
// Seen in: viewers that build their rows by joining strings.
// Pass: of 32 names in functions, files, spans, endpoints, threads, operations and every text of a
// result, none runs, none asks for anything, none leaves an element behind, and nothing is wider
// than the page. The same test finds a template whose text is not escaped, with the content
// security policy and without.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, browser, opened } from "./chromium";
import { PAYLOADS } from "./payloads";
import { subjects, type Subjects } from "./subjects";

const DATA = /(<script type="text\/plain" id="data">)(.*?)(<\/script>)/s;

// The page with another header in its data.
function altered(html: string, change: (header: any) => void): string {
  const data = gunzipSync(Buffer.from(DATA.exec(html)![2]!, "base64"));
  const end = 12 + data.readUInt32LE(8);
  const header = JSON.parse(data.subarray(12, end).toString());
  change(header);
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const whole = Buffer.concat([data.subarray(0, 8), length, text, data.subarray(end)]);
  return html.replace(DATA, (_, open, __, close) => {
    return open + gzipSync(whole).toString("base64") + close;
  });
}

let next = 0;
const payload = () => PAYLOADS[next++ % PAYLOADS.length]!;

function hostileRecording(header: any): void {
  header.file = payload();
  header.strings = header.strings.map((text: string) => (text === "" ? "" : payload() + text));
  for (const thread of header.threads) thread.name = payload();
  header.operations = header.operations.map(payload);
  header.damage = payload();
  header.intact = false;
  for (const stackless of header.stackless) stackless.reason = payload();
}

// Every text of it, but those that are chosen from a list.
const CHOSEN = new Set(["verdict", "category", "machine", "kind", "schema"]);
function hostileTexts(value: any): any {
  if (Array.isArray(value)) return value.map(hostileTexts);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).map(([name, of]) => {
    const isText = typeof of === "string" && !CHOSEN.has(name);
    return [name, isText ? names(of as string) : hostileTexts(of)];
  });
  return Object.fromEntries(entries);
}
const renamed = new Map<string, string>();
function names(text: string): string {
  if (!renamed.has(text)) renamed.set(text, payload() + text);
  return renamed.get(text)!;
}

interface Harm {
  executions: number;
  requests: string[];
  foreign: string[]; // elements that only a name could have made
  refused: string[]; // requests that the policy stopped
  wide: string[]; // views that are wider than the window
}

const FOREIGN =
  "#page script, #page img, #page iframe, #page object, #page embed, #page video, #page form, " +
  "#page base, #page meta, #page link, #page style, #page details, #page math, #page template, " +
  "#page b:not([data-ns]):not(.figure b), #page a, #page [onerror], #page [onload], " +
  "#page svg script";

async function harmOf(chrome: Browser, file: string, hashes: string[]): Promise<Harm> {
  const { page, requests, refused } = await opened(chrome, `file://${file}`);
  const harm: Harm = { executions: 0, requests, refused, foreign: [], wide: [] };
  for (const hash of hashes) {
    await ask(page, hash);
    await page.evaluate(() => {
      for (const plus of [...document.querySelectorAll<HTMLElement>(".plus")].slice(0, 3)) {
        plus.click();
      }
    });
    const seen = await page.evaluate((foreign) => {
      const view = window as unknown as { hacked?: number };
      return {
        executions: view.hacked ?? 0,
        foreign: [...document.querySelectorAll(foreign)].map((one) => one.outerHTML.slice(0, 80)),
        isWide: document.documentElement.scrollWidth > innerWidth + 1,
      };
    }, FOREIGN);
    harm.executions += seen.executions;
    harm.foreign.push(...seen.foreign);
    if (seen.isWide) harm.wide.push(hash);
  }
  await page.close();
  return harm;
}

const RECORDING_VIEWS = [
  "",
  "list=spans",
  "tab=waterfall",
  "tab=threads",
  "view=endpoints",
  "view=flame&by=line",
  "view=flame&colour=name&direction=up",
  "form=flame&focus=period",
  `view=flame&query=${encodeURIComponent("<img src=x onerror=window.hacked=1>")}`,
  `view=traces&find=${encodeURIComponent("<script>window.hacked=1</script>")}`,
  `view=flame&endpoint=${encodeURIComponent("<img src=x onerror=window.hacked=1>")}`,
];
const HARMLESS: Harm = { executions: 0, requests: [], refused: [], foreign: [], wide: [] };

let chrome: Browser;
let made: Subjects;

beforeAll(async () => {
  made = subjects();
  chrome = await browser();
});
afterAll(() => chrome?.close());

function hostilePage(name: string, html: string): string {
  const file = join(made.folder, name);
  writeFileSync(file, html);
  return file;
}

test("names of a recording are text", async () => {
  const html = altered(readFileSync(made.recordingPage, "utf8"), hostileRecording);
  const file = hostilePage("hostile-recording.html", html);
  expect(await harmOf(chrome, file, RECORDING_VIEWS)).toEqual(HARMLESS);
});

test("names of a result are text", async () => {
  const html = altered(readFileSync(made.resultPage, "utf8"), (header) => {
    header.result = hostileTexts(header.result);
  });
  const cell = "row=" + encodeURIComponent("x");
  const file = hostilePage("hostile-result.html", html);
  expect(await harmOf(chrome, file, ["", cell])).toEqual(HARMLESS);
});

test("the SVG that is exported holds names as text", async () => {
  const { escapedXml } = await import("../../src/flame/painter");
  const { page } = await opened(chrome, `file://${made.recordingPage}`);
  for (const name of PAYLOADS) {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg"><text>${escapedXml(name)}</text></svg>`;
    const [elements, text] = await page.evaluate((source) => {
      const parsed = new DOMParser().parseFromString(source, "image/svg+xml");
      return [parsed.querySelectorAll("*").length, parsed.documentElement.textContent!] as const;
    }, svg);
    expect(elements, name).toBe(2);
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u0000-\u0008]/);
  }
  await page.close();
});

// Text nodes that are made as markup instead. Its own name is no short one: the minifier may have
// given that to what it reads.
function unescaped(html: string): string {
  const made = html.replace(
    /document\.createTextNode\((\w+)\)/g,
    '(()=>{const mutant=document.createElement("span");mutant.innerHTML=$1;return mutant})()',
  );
  if (made === html) throw new Error("the mutant is the template itself");
  return made;
}

test("a template that does not escape is caught", async () => {
  const html = altered(readFileSync(made.recordingPage, "utf8"), hostileRecording);
  const policy = /<meta http-equiv="Content-Security-Policy"[^>]*>/;
  const open = hostilePage("mutant-open.html", unescaped(html).replace(policy, ""));
  const without = await harmOf(chrome, open, [""]);
  expect(without.executions).toBeGreaterThan(0);
  expect(without.requests.length).toBeGreaterThan(0);
  expect(without.foreign.length).toBeGreaterThan(0);
  // Under the policy: its script is another one, and does not run at all unless it is allowed.
  const script = /<script type="module">(.*?)<\/script>/s.exec(unescaped(html))![1]!;
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256").update(script).digest("base64");
  const allowed = unescaped(html).replace(
    /script-src 'sha256-[^']*'/,
    `script-src 'sha256-${hash}'`,
  );
  const policed = await harmOf(chrome, hostilePage("mutant-policed.html", allowed), [""]);
  expect(policed.executions).toBe(0);
  expect(policed.refused.length).toBe(policed.requests.length);
  expect(policed.foreign.length).toBeGreaterThan(0);
});
