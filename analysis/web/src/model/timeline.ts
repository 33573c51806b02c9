// What each thread did while a span was open: pieces of time by category, and who blocked whom.
import type { RecordingModel } from "./recording";
import { columnOfKind, MISSED } from "./selected_time";
import type { TimeWindow } from "./scope";
import { COLUMNS } from "./time_sums";

export interface Piece {
  beginNs: number;
  endNs: number;
  column: number; // the category with the most of it
  isOfSelection: boolean;
  span: number;
  wait: number;
}

export interface Blocking {
  waiter: number; // rows of threads
  holder: number;
  beginNs: number;
  endNs: number;
  category: number;
  operation: number;
  object: number;
  holderSpan: number; // innermost span of the holder when the wait began, or -1
}

export interface Lane {
  thread: number;
  pieces: Piece[];
  columnsNs: number[]; // within the window, of whole pieces cut at its edges by length
  samples: number;
}

export interface Timeline {
  window: TimeWindow;
  lanes: Lane[];
  blockings: Blocking[];
}

function columnOfSegment(model: RecordingModel, segment: number): number {
  const { firstCell } = model.segments;
  const wait = model.segments.wait[segment]!;
  if (wait >= 0) return model.waits.category[wait]!;
  let best = 0;
  let most = -Infinity;
  for (let cell = firstCell[segment]!; cell < firstCell[segment + 1]!; ++cell) {
    const kind = model.cells.kind[cell]!;
    if (model.cells.ns[cell]! > most && kind < MISSED) {
      most = model.cells.ns[cell]!;
      best = columnOfKind(kind);
    }
  }
  return best;
}

function firstEndingBehind(values: Float64Array, from: number, to: number, ns: number): number {
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (values[middle]! <= ns) from = middle + 1;
    else to = middle;
  }
  return from;
}

function laneOf(
  model: RecordingModel,
  thread: number,
  window: TimeWindow,
  isSelected: (span: number) => boolean,
): Lane {
  const { segments } = model;
  const to = segments.firstOfThread[thread + 1]!;
  const lane: Lane = {
    thread,
    pieces: [],
    columnsNs: new Array<number>(COLUMNS).fill(0),
    samples: 0,
  };
  for (
    let at = firstEndingBehind(segments.endNs, segments.firstOfThread[thread]!, to, window.beginNs);
    at < to && segments.beginNs[at]! < window.endNs;
    ++at
  ) {
    const beginNs = Math.max(window.beginNs, segments.beginNs[at]!);
    const endNs = Math.min(window.endNs, segments.endNs[at]!);
    if (endNs <= beginNs) continue;
    const column = columnOfSegment(model, at);
    lane.columnsNs[column]! += endNs - beginNs;
    lane.pieces.push({
      beginNs,
      endNs,
      column,
      span: segments.span[at]!,
      wait: segments.wait[at]!,
      isOfSelection: segments.span[at]! >= 0 && isSelected(segments.span[at]!),
    });
  }
  return lane;
}

function blockingsOf(model: RecordingModel, lanes: Lane[]): Blocking[] {
  const blockings: Blocking[] = [];
  for (const lane of lanes) {
    for (const piece of lane.pieces) {
      if (piece.wait < 0 || model.waits.ownerThread[piece.wait]! < 0) continue;
      blockings.push({
        waiter: lane.thread,
        holder: model.waits.ownerThread[piece.wait]!,
        beginNs: piece.beginNs,
        endNs: piece.endNs,
        category: piece.column,
        operation: model.waits.operation[piece.wait]!,
        object: model.waits.object[piece.wait]!,
        holderSpan: model.waits.ownerSpan[piece.wait]!,
      });
    }
  }
  return blockings.sort((a, b) => b.endNs - b.beginNs - (a.endNs - a.beginNs));
}

// Lanes with the selection's own time come first.
export function timelineOf(model: RecordingModel, at: number): Timeline {
  const { spans, samples, header } = model;
  const beginNs = Math.max(spans.startNs[at]!, header.begin_ns);
  const endNs = spans.endNs[at]! < 0 ? header.end_ns : spans.endNs[at]!;
  const window = { beginNs, endNs: Math.max(endNs, beginNs + 1) };
  const isSelected = (span: number) => span >= at && span <= at + spans.below[at]!;
  const lanes = header.threads
    .map((_, thread) => laneOf(model, thread, window, isSelected))
    .filter((lane) => lane.pieces.length > 0);
  const laneOfThread = new Map(lanes.map((lane) => [lane.thread, lane]));
  samples.ns.forEach((ns, row) => {
    const lane = laneOfThread.get(samples.thread[row]!);
    if (lane && ns >= window.beginNs && ns < window.endNs) lane.samples += 1;
  });
  const ownNs = (lane: Lane) =>
    lane.pieces.reduce(
      (sum, piece) => sum + (piece.isOfSelection ? piece.endNs - piece.beginNs : 0),
      0,
    );
  const blockings = blockingsOf(model, lanes);
  lanes.sort((a, b) => ownNs(b) - ownNs(a) || a.thread - b.thread);
  return { window, lanes, blockings };
}
