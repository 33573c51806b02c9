// As analysis/attribution/endpoints.cc: every span's time under the endpoint of its local root.
import type { RecordingModel } from "./recording";
import { columnOfKind, MISSED } from "./selected_time";
import { COLUMNS, OTHER } from "./time_sums";

export interface EndpointRow {
  name: string;
  requests: number; // local roots that ended
  spans: number;
  elapsedNs: number;
  uncoveredNs: number;
  columnsNs: number[]; // with what was on no thread
  wallNs: number;
  latenciesNs: Float64Array; // ascending
  overTime: number[]; // requests that began in each of BINS parts of the recording
  samples: number;
}

export const BINS = 48;

// Nearest rank, as the command has it.
export function percentileNs(ascending: Float64Array, percent: number): number {
  if (ascending.length === 0) return 0;
  return ascending[Math.floor((ascending.length * percent + 99) / 100) - 1]!;
}

function newRow(name: string): EndpointRow {
  return {
    name,
    requests: 0,
    spans: 0,
    elapsedNs: 0,
    uncoveredNs: 0,
    wallNs: 0,
    samples: 0,
    columnsNs: new Array<number>(COLUMNS).fill(0),
    latenciesNs: new Float64Array(),
    overTime: new Array<number>(BINS).fill(0),
  };
}

function addSpans(model: RecordingModel, rowOf: (span: number) => EndpointRow): void {
  const { spans, header } = model;
  const latencies = new Map<EndpointRow, number[]>();
  const binNs = Math.max(1, (header.end_ns - header.begin_ns) / BINS);
  for (let at = 0; at < spans.count; ++at) {
    const row = rowOf(at);
    row.spans += 1;
    if (!spans.isFinishedRoot(at)) continue;
    const elapsedNs = spans.elapsedNs(at);
    row.requests += 1;
    row.elapsedNs += elapsedNs;
    row.uncoveredNs += elapsedNs - spans.coveredNs[at]!;
    if (!latencies.has(row)) latencies.set(row, []);
    latencies.get(row)!.push(elapsedNs);
    const bin = Math.floor((spans.startNs[at]! - header.begin_ns) / binNs);
    row.overTime[Math.max(0, Math.min(BINS - 1, bin))]! += 1;
  }
  for (const [row, list] of latencies) row.latenciesNs = Float64Array.from(list).sort();
}

function addTime(model: RecordingModel, rowOf: (span: number) => EndpointRow): void {
  const { segments, cells } = model;
  for (let segment = 0; segment < segments.span.length; ++segment) {
    const columns = rowOf(segments.span[segment]!).columnsNs;
    for (let cell = segments.firstCell[segment]!; cell < segments.firstCell[segment + 1]!; ++cell) {
      if (cells.kind[cell] !== MISSED) columns[columnOfKind(cells.kind[cell]!)]! += cells.ns[cell]!;
    }
  }
  for (const span of model.samples.span) rowOf(span).samples += 1;
}

// The last row is what threads did outside every span.
export function endpointsOf(model: RecordingModel): EndpointRow[] {
  const rows = new Map<string, EndpointRow>();
  const noSpan = newRow("(no span)");
  const rowOf = (span: number) => {
    if (span < 0) return noSpan;
    const name = model.text(model.spans.endpoint[span]!);
    let row = rows.get(name);
    if (!row) rows.set(name, (row = newRow(name)));
    return row;
  };
  addSpans(model, rowOf);
  addTime(model, rowOf);
  const all = [...rows.values(), noSpan];
  for (const row of all) {
    row.columnsNs[OTHER]! += row.uncoveredNs;
    row.wallNs = row.columnsNs.reduce((a, b) => a + b, 0);
  }
  return all;
}
