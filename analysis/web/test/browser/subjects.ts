// What the browser tests look at: a real recording and a real result, made once for all of them by
// the program in $PLUMBLINE_BUILD. Kept in $PLUMBLINE_PAGE_SUBJECTS, where that is set.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const BUILD = resolve(process.env.PLUMBLINE_BUILD ?? "../../build/release");
const PLUMBLINE = join(BUILD, "bin", "plumbline");

// Each endpoint has what the others lack; the lock is fought over.
const SCENARIO = {
  name: "page subject",
  workers: 3,
  rounds: 12,
  seed: 5,
  arrival: { mode: "closed", think_us: 500 },
  jitter: { distribution: "uniform", percent: 20 },
  endpoints: [
    {
      name: "GET /report",
      weight: 2,
      steps: [
        { category: "cpu", duration_us: 5000, function: "build_report" },
        {
          span: "query",
          steps: [
            {
              category: "socket",
              duration_us: 6000,
              operation: "recv",
              family: "unix",
            },
            { category: "lock", duration_us: 6000, primitive: "mutex", name: "m" },
          ],
        },
      ],
    },
    {
      name: "POST /upload",
      weight: 1,
      steps: [
        { category: "sync", duration_us: 12000, primitive: "sleep" },
        { category: "cpu", duration_us: 4000, function: "parse_rows" },
      ],
    },
  ],
};

export function folder(): string {
  const kept = process.env.PLUMBLINE_PAGE_SUBJECTS;
  if (kept) {
    mkdirSync(kept, { recursive: true });
    return kept;
  }
  const made = mkdtempSync(join(tmpdir(), "plumbline-page-"));
  process.on("exit", () => rmSync(made, { recursive: true, force: true }));
  return made;
}

export function plumbline(...words: string[]): string {
  return execFileSync(PLUMBLINE, words, { encoding: "utf8", maxBuffer: 1 << 28, stdio: "pipe" });
}

export function pageOf(input: string, page: string): string {
  plumbline("report", input, "-o", page);
  return page;
}

export interface Subjects {
  folder: string;
  recording: string;
  hot: string; // hotspots known by construction; spans on two threads
  result: string;
  recordingPage: string;
  hotPage: string;
  resultPage: string;
}

function recordingOf(result: string): string {
  const recordings = join(result, "recordings");
  const name = readdirSync(recordings).find((file) => file.endsWith(".plumb"))!;
  return join(recordings, name);
}

export function subjects(): Subjects {
  const into = folder();
  const result = join(into, "result");
  const hot = join(into, "hot.plumb");
  if (!existsSync(join(result, "results.json"))) {
    const scenario = join(into, "scenario.json");
    writeFileSync(scenario, JSON.stringify(SCENARIO));
    const words = ["run", "--scenario", scenario, "--repeat", "2", "-o", result];
    const done = spawnSync(PLUMBLINE, words, { encoding: "utf8" });
    if (![0, 1, 3].includes(done.status!)) throw new Error(done.stderr);
  }
  if (!existsSync(hot)) {
    plumbline("record", "--rate", "1000", "-o", hot, "--", join(BUILD, "bin", "hot_report"));
  }
  const recording = recordingOf(result);
  return {
    folder: into,
    recording,
    hot,
    result,
    recordingPage: pageOf(recording, join(into, "recording.html")),
    hotPage: pageOf(hot, join(into, "hot.html")),
    resultPage: pageOf(result, join(into, "result.html")),
  };
}
