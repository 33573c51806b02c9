// As analysis/attribution/selection.cc: picks spans by id, trace, endpoint, the slowest requests.
import type { RecordingModel } from "./recording";

export interface Picks {
  spans: string[];
  traces: string[];
  endpoints: string[];
  slowest: number; // of `endpoints`, where there are any, which then pick nothing themselves
}

export const NO_PICKS: Picks = { spans: [], traces: [], endpoints: [], slowest: 0 };

export function isEmpty(picks: Picks): boolean {
  return (
    picks.spans.length + picks.traces.length + picks.endpoints.length === 0 && picks.slowest === 0
  );
}

function traceRows(model: RecordingModel, id: string): number[] {
  const { spans } = model;
  const wanted = id.toLowerCase().padStart(32, "0");
  const rows: number[] = [];
  for (let at = 0; at < spans.count; ++at) {
    const parent = spans.parent[at]!;
    if (spans.trace(at) === wanted && (parent < 0 || spans.trace(parent) !== wanted)) rows.push(at);
  }
  return rows;
}

function hasEndpoint(model: RecordingModel, names: string[], at: number): boolean {
  return names.includes(model.text(model.spans.endpoint[at]!));
}

export function slowestRequests(model: RecordingModel, count: number, names: string[]): number[] {
  const { spans } = model;
  const roots: number[] = [];
  for (let at = 0; at < spans.count; ++at) {
    if (spans.isFinishedRoot(at) && (names.length === 0 || hasEndpoint(model, names, at))) {
      roots.push(at);
    }
  }
  roots.sort((a, b) => spans.elapsedNs(b) - spans.elapsedNs(a) || spans.row[a]! - spans.row[b]!);
  return roots.slice(0, count);
}

// Positions of the picked spans; what is not in the recording picks nothing.
export function pickedSpans(model: RecordingModel, picks: Picks): number[] {
  const { spans } = model;
  const picked = picks.spans.map((id) => spans.find(id)).filter((at) => at >= 0);
  for (const id of picks.traces) picked.push(...traceRows(model, id));
  if (picks.slowest > 0) {
    picked.push(...slowestRequests(model, picks.slowest, picks.endpoints));
  } else if (picks.endpoints.length > 0) {
    for (let at = 0; at < spans.count; ++at) {
      if (spans.parent[at]! < 0 && hasEndpoint(model, picks.endpoints, at)) picked.push(at);
    }
  }
  return [...new Set(picked)].sort((a, b) => a - b);
}

function quoted(text: string): string {
  return /^[A-Za-z0-9_./:=@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

// The same selection for the command line.
export function commandOf(file: string, picks: Picks, focus: string, more: string[]): string {
  const words = ["plumbline", "hotspots", quoted(file)];
  for (const id of picks.spans) words.push("--span", id);
  for (const id of picks.traces) words.push("--trace", id);
  for (const name of picks.endpoints) words.push("--endpoint", quoted(name));
  if (picks.slowest > 0) words.push("--slowest", String(picks.slowest));
  if (!isEmpty(picks) && focus !== "children") words.push("--scope", focus);
  return [...words, ...more].join(" ");
}
