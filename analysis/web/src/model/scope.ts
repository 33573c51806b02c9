// As analysis/attribution/scope.cc: which time a selection of spans and a "Focus On" are.
import type { RecordingModel } from "./recording";

export type Focus = "span" | "children" | "period" | "full";

export const FOCUSES: { id: Focus; name: string; what: string }[] = [
  {
    id: "children",
    name: "Span & Children",
    what: "the span and all below it in this process, on any thread",
  },
  { id: "span", name: "Span only", what: "only while the span itself is innermost" },
  { id: "period", name: "Span time period", what: "all threads while the span was open" },
  { id: "full", name: "Full profile", what: "all threads in the minutes that the span touches" },
];

export interface TimeWindow {
  beginNs: number;
  endNs: number; // up to, not with
}

export interface ScopedTime {
  focus: Focus;
  ranges: [number, number][]; // stretches of spans; empty for scopes of all threads
  windows: TimeWindow[]; // empty for scopes of spans
  spans: number;
  elapsedNs: number;
  uncoveredNs: number;
  picked: number;
  unfinished: number;
  unstarted: number;
  neverActive: number;
  outlivingSpans: number;
}

function nothing(focus: Focus): ScopedTime {
  return {
    focus,
    ranges: [],
    windows: [],
    spans: 0,
    elapsedNs: 0,
    uncoveredNs: 0,
    picked: 0,
    unfinished: 0,
    unstarted: 0,
    neverActive: 0,
    outlivingSpans: 0,
  };
}

export function mergedWindows(windows: TimeWindow[]): TimeWindow[] {
  const disjoint: TimeWindow[] = [];
  for (const window of [...windows].sort((a, b) => a.beginNs - b.beginNs || a.endNs - b.endNs)) {
    if (window.beginNs >= window.endNs) continue;
    const last = disjoint.at(-1);
    if (last && window.beginNs <= last.endNs) {
      last.endNs = Math.max(last.endNs, window.endNs);
    } else {
      disjoint.push({ ...window });
    }
  }
  return disjoint;
}

// How much of the span's elapsed time some span of its subtree was active, on any thread.
function coveredNs(model: RecordingModel, at: number): number {
  const { spans, segments } = model;
  if (spans.isRoot[at]) return spans.coveredNs[at]!;
  const active: TimeWindow[] = [];
  for (const segment of model.segmentsOf.ofRange(at, at + spans.below[at]! + 1)) {
    active.push({
      beginNs: Math.max(segments.beginNs[segment]!, spans.startNs[at]!),
      endNs: Math.min(segments.endNs[segment]!, spans.endNs[at]!),
    });
  }
  return mergedWindows(active).reduce((sum, window) => sum + window.endNs - window.beginNs, 0);
}

function countPicked(model: RecordingModel, picked: number[], result: ScopedTime): void {
  result.picked = picked.length;
  for (const at of picked) {
    if (model.spans.startNs[at]! < 0) result.unstarted += 1;
    else if (model.spans.endNs[at]! < 0) result.unfinished += 1;
    if (model.segmentsOf.ofRange(at, at + 1).length === 0) result.neverActive += 1;
  }
}

function addRange(result: ScopedTime, from: number, to: number): void {
  result.spans += to - from;
  const last = result.ranges.at(-1);
  if (last && last[1] === from) last[1] = to;
  else result.ranges.push([from, to]);
}

function takeSpans(model: RecordingModel, picked: number[], result: ScopedTime): void {
  const { spans } = model;
  let behind = 0;
  for (const at of picked) {
    const isBelowAnother = at < behind;
    if (!isBelowAnother) {
      behind = at + spans.below[at]! + 1;
      if (spans.isTimed(at)) {
        result.elapsedNs += spans.elapsedNs(at);
        if (result.focus === "children") {
          result.uncoveredNs += spans.elapsedNs(at) - coveredNs(model, at);
        }
      }
    }
    if (result.focus === "span") addRange(result, at, at + 1);
    else if (!isBelowAnother) addRange(result, at, behind);
  }
  for (const [from, to] of result.ranges) countOutliving(model, from, to, result);
}

function countOutliving(model: RecordingModel, from: number, to: number, result: ScopedTime): void {
  const { spans } = model;
  for (let at = from; at < to; ++at) {
    const parent = spans.parent[at]!;
    if (parent < 0 || spans.endNs[parent]! < 0) continue;
    if (spans.endNs[at]! < 0 || spans.endNs[at]! > spans.endNs[parent]!) result.outlivingSpans += 1;
  }
}

function minutesAround(model: RecordingModel, window: TimeWindow): TimeWindow {
  const { begin_ns: begin, full_window_ns: minute } = model.header;
  const minuteOf = (ns: number) => Math.floor(Math.max(0, ns - begin) / minute);
  const last = Math.max(window.beginNs, window.endNs - 1);
  return {
    beginNs: begin + minuteOf(window.beginNs) * minute,
    endNs: begin + (minuteOf(last) + 1) * minute,
  };
}

function takeWindows(model: RecordingModel, picked: number[], result: ScopedTime): void {
  const { spans, header } = model;
  const windows: TimeWindow[] = [];
  for (const at of picked) {
    const beginNs = spans.startNs[at]!;
    if (beginNs < 0) continue;
    const endNs = spans.endNs[at]! < 0 ? Math.max(header.end_ns, beginNs) : spans.endNs[at]!;
    const window = { beginNs, endNs };
    windows.push(result.focus === "full" ? minutesAround(model, window) : window);
  }
  result.windows = mergedWindows(windows);
  for (const window of result.windows) {
    const from = Math.max(window.beginNs, header.begin_ns);
    const to = Math.min(window.endNs, header.end_ns);
    result.elapsedNs += Math.max(0, to - from);
  }
}

// `picked`: positions of spans, in any order, also twice.
export function scopedTime(
  model: RecordingModel,
  picked: Iterable<number>,
  focus: Focus,
): ScopedTime {
  const result = nothing(focus);
  const positions = [...new Set(picked)].sort((a, b) => a - b);
  countPicked(model, positions, result);
  if (focus === "span" || focus === "children") takeSpans(model, positions, result);
  else takeWindows(model, positions, result);
  return result;
}

export function wholeRecording(model: RecordingModel): ScopedTime {
  const result = nothing("full");
  const { begin_ns: begin, end_ns: end } = model.header;
  result.windows = [{ beginNs: begin, endNs: end + 1 }];
  result.elapsedNs = end - begin;
  return result;
}
