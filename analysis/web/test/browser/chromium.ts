// Debian's Chromium with a page open, and everything that the page should not have done.
import { existsSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";

const EXECUTABLE = process.env.PLUMBLINE_CHROMIUM ?? "/usr/bin/chromium";
const OPTIONS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface Watched {
  page: Page;
  errors: string[];
  requests: string[]; // other than for the page itself
  refused: string[]; // of them: by the page's policy
}

export async function browser(): Promise<Browser> {
  if (!existsSync(EXECUTABLE)) throw new Error(`no ${EXECUTABLE}: install chromium`);
  return chromium.launch({ executablePath: EXECUTABLE, headless: true, args: OPTIONS });
}

export async function opened(on: Browser, address: string, hash = ""): Promise<Watched> {
  const page = await on.newPage({ viewport: { width: 1400, height: 900 } });
  const watched: Watched = { page, errors: [], requests: [], refused: [] };
  page.on("pageerror", (error) => watched.errors.push(String(error)));
  page.on("console", (line) => {
    if (line.type() === "error" || line.type() === "warning") watched.errors.push(line.text());
  });
  page.on("request", (request) => {
    const url = request.url();
    const isPage = url.split("#")[0] === address.split("#")[0];
    if (!isPage && !/^(data|blob):/.test(url)) watched.requests.push(url);
  });
  page.on("requestfailed", (request) => {
    if (request.failure()?.errorText === "csp") watched.refused.push(request.url());
  });
  await page.goto(`${address}#${hash}`);
  await ready(page);
  return watched;
}

export async function ready(page: Page): Promise<void> {
  // No waitForFunction: it evaluates text, which the page's policy does not allow.
  await page.waitForSelector("html[data-ready-ms], html[data-failed]", { state: "attached" });
}

// Another question to the page that is open, as a link would ask it.
export async function ask(page: Page, hash: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = to;
    return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  }, hash);
}
