// As analysis/attribution/selected_time.cc: the time of a scope by category and by stack. What is
// outside calls is distributed by samples, once for the whole scope.
import { apportion } from "./apportion";
import type { SamplingBasis } from "./interval";
import type { RecordingModel } from "./recording";
import type { ScopedTime, TimeWindow } from "./scope";
import { keepFirst } from "./segment_cut";
import { COLUMNS, CPU, OTHER, RESIDUAL, TimeSums } from "./time_sums";

// Kinds of cells, see time_index.h.
const CATEGORIES = 7;
const FIRST_REASON = OTHER;
const REASONS = 5;
const RESIDUAL_KIND = FIRST_REASON + REASONS;
const FIRST_CPU_IN_WAIT = RESIDUAL_KIND + 1;
export const MISSED = FIRST_CPU_IN_WAIT + CATEGORIES;
const NOT_ON_ANY_THREAD = 2;

// Frames in brackets, see stackless.h.
const UNSAMPLED_FRAME = 0;
const FIRST_REASON_FRAME = 3;
const FIRST_CALLS_FRAME = FIRST_REASON_FRAME + REASONS;

export function columnOfKind(kind: number): number {
  if (kind < FIRST_REASON) return kind;
  if (kind < RESIDUAL_KIND) return OTHER;
  return kind === RESIDUAL_KIND ? RESIDUAL : CPU;
}

export interface SelectedTime {
  columnsNs: number[]; // by category and residual, with what was on no thread
  reasonsNs: number[]; // of `other`
  onThreadsNs: number;
  uncoveredNs: number;
  cpuInCallsNs: number[]; // by category
  sampling: SamplingBasis;
  sums: TimeSums; // by stack key
  keys: number[]; // those with time or samples, ascending
}

// First place in the sorted stretch whose value is not below `ns`.
function lowerBound(values: Float64Array, from: number, to: number, ns: number): number {
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (values[middle]! < ns) from = middle + 1;
    else to = middle;
  }
  return from;
}

class Gathering {
  private readonly byKind = new Float64Array(MISSED + 1);
  private readonly sums: TimeSums;
  private readonly weightNs: Float64Array;
  private readonly callsNs = new Array<number>(CATEGORIES).fill(0);
  private samples = 0;

  constructor(private readonly model: RecordingModel) {
    this.sums = new TimeSums(model.forest.keys);
    this.weightNs = new Float64Array(model.forest.keys);
  }

  addSpans(from: number, to: number): void {
    const { segments } = this.model;
    for (const segment of this.model.segmentsOf.ofRange(from, to)) {
      this.addCells(segments.firstCell[segment]!, segments.firstCell[segment + 1]!);
    }
    for (const sample of this.model.samplesOf.ofRange(from, to)) this.addSample(sample);
    for (const row of this.model.callsOf.ofRange(from, to)) this.addCalls(row);
  }

  addWindows(windows: TimeWindow[]): void {
    if (windows.length === 0) return;
    const { segments, samples, calls } = this.model;
    for (let thread = 0; thread + 1 < segments.firstOfThread.length; ++thread) {
      for (const window of windows) {
        this.addStretch(
          segments.firstOfThread[thread]!,
          segments.firstOfThread[thread + 1]!,
          window,
        );
      }
    }
    const begins = Float64Array.from(windows, (window) => window.beginNs);
    const isInside = (ns: number) => {
      const later = lowerBound(begins, 0, begins.length, ns + 1);
      return later > 0 && ns < windows[later - 1]!.endNs;
    };
    samples.ns.forEach((ns, row) => isInside(ns) && this.addSample(row));
    calls.nearNs.forEach((ns, row) => isInside(ns) && this.addCalls(row));
  }

  result(uncoveredNs: number): SelectedTime {
    const columnsNs = new Array<number>(COLUMNS).fill(0);
    for (let kind = 0; kind < MISSED; ++kind) columnsNs[columnOfKind(kind)]! += this.byKind[kind]!;
    const reasonsNs = [...this.byKind.subarray(FIRST_REASON, FIRST_REASON + REASONS)];
    const onThreadsNs = columnsNs.reduce((a, b) => a + b, 0);
    const { cpuInCallsNs, sampling } = this.distributeCpu();
    columnsNs[OTHER]! += uncoveredNs;
    reasonsNs[NOT_ON_ANY_THREAD]! += uncoveredNs;
    const nowhere = this.stackless(FIRST_REASON_FRAME + NOT_ON_ANY_THREAD);
    this.sums.ns[nowhere * COLUMNS + OTHER]! += uncoveredNs;
    const keys: number[] = [];
    for (let key = 0; key < this.sums.rows; ++key) if (!this.sums.isNothing(key)) keys.push(key);
    return {
      columnsNs,
      reasonsNs,
      onThreadsNs,
      uncoveredNs,
      cpuInCallsNs,
      sampling,
      sums: this.sums,
      keys,
    };
  }

  private stackless(frame: number): number {
    return this.model.forest.stacklessKey(frame);
  }

  private addCell(cell: number, ns: number): void {
    const kind = this.model.cells.kind[cell]!;
    this.byKind[kind]! += ns;
    if (kind === CPU || kind === MISSED) return; // what is there to be distributed
    this.sums.ns[this.model.cells.key[cell]! * COLUMNS + columnOfKind(kind)]! += ns;
  }

  private addCells(from: number, to: number): void {
    for (let cell = from; cell < to; ++cell) this.addCell(cell, this.model.cells.ns[cell]!);
  }

  // Of neighbouring segments of a thread: those wholly inside, and pieces of those at the edges.
  private addStretch(from: number, to: number, window: TimeWindow): void {
    const { beginNs, endNs, firstCell } = this.model.segments;
    const inside = lowerBound(beginNs, from, to, window.beginNs);
    let outside = lowerBound(endNs, from, to, window.endNs + 1);
    while (outside > from && beginNs[outside - 1]! >= window.endNs) --outside;
    if (inside > from && endNs[inside - 1]! > window.beginNs) this.addPiece(inside - 1, window);
    if (inside < outside) this.addCells(firstCell[inside]!, firstCell[outside]!);
    const last = Math.max(inside, outside);
    if (last < to && beginNs[last]! < window.endNs) this.addPiece(last, window);
  }

  private addPiece(segment: number, window: TimeWindow): void {
    const { beginNs, endNs, firstCell } = this.model.segments;
    const { kind, ns } = this.model.cells;
    const from = firstCell[segment]!;
    const to = firstCell[segment + 1]!;
    const lengthNs = endNs[segment]! - beginNs[segment]!;
    const hasMissed = to > from && kind[to - 1] === MISSED;
    const upTo = (edgeNs: number) => {
      const beforeNs = Math.min(lengthNs, Math.max(0, edgeNs - beginNs[segment]!));
      const parts = [...ns.subarray(from, hasMissed ? to - 1 : to)];
      keepFirst(parts, lengthNs, beforeNs);
      if (hasMissed) parts.push(Math.trunc(ns[to - 1]! * (beforeNs / lengthNs)));
      return parts;
    };
    const end = upTo(window.endNs);
    const begin = upTo(window.beginNs);
    for (let i = 0; i < end.length; ++i) this.addCell(from + i, end[i]! - begin[i]!);
  }

  private addSample(row: number): void {
    const key = this.model.samples.key[row]!;
    this.weightNs[key]! += this.model.samples.weightNs[row]!;
    this.sums.samples[key]! += 1;
    this.samples += 1;
  }

  private addCalls(row: number): void {
    this.callsNs[this.model.calls.category[row]!]! += this.model.calls.cpuNs[row]!;
  }

  // Calls that did not block are sums beside the segments: at most all of the CPU outside waits.
  private distributeCpu(): { cpuInCallsNs: number[]; sampling: SamplingBasis } {
    const outsideWaitsNs = this.byKind[CPU]!;
    const roomNs = Math.max(0, outsideWaitsNs);
    let callsNs = this.callsNs;
    if (callsNs.reduce((a, b) => a + b, 0) > roomNs) callsNs = apportion(callsNs, roomNs);
    let leftNs = outsideWaitsNs;
    const cpuInCallsNs = callsNs.map((ns, category) => {
      leftNs -= ns;
      this.sums.ns[this.stackless(FIRST_CALLS_FRAME + category) * COLUMNS + CPU]! += ns;
      return ns + this.byKind[FIRST_CPU_IN_WAIT + category]!;
    });
    const sampling = { distributedNs: leftNs, sampledNs: 0, samples: this.samples };
    this.distributeToSamples(sampling);
    return { cpuInCallsNs, sampling };
  }

  private distributeToSamples(sampling: SamplingBasis): void {
    const unsampled = this.stackless(UNSAMPLED_FRAME);
    this.weightNs[unsampled]! += this.byKind[MISSED]!;
    const keys: number[] = [];
    this.weightNs.forEach((ns, key) => ns > 0 && keys.push(key));
    if (keys.length === 0 || sampling.distributedNs < 0) {
      // no sample says where it was
      this.addSampled(unsampled, sampling.distributedNs);
      return;
    }
    const weights = keys.map((key) => this.weightNs[key]!);
    apportion(weights, sampling.distributedNs).forEach((ns, i) => {
      this.addSampled(keys[i]!, ns);
      if (keys[i] !== unsampled) sampling.sampledNs += ns;
    });
  }

  private addSampled(key: number, ns: number): void {
    this.sums.ns[key * COLUMNS + CPU]! += ns;
    this.sums.sampledNs[key]! += ns;
  }
}

export function selectedTime(model: RecordingModel, scope: ScopedTime): SelectedTime {
  const gathering = new Gathering(model);
  for (const [from, to] of scope.ranges) gathering.addSpans(from, to);
  gathering.addWindows(scope.windows);
  return gathering.result(scope.uncoveredNs);
}
