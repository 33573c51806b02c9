// Which spans and windows a "Focus On" takes, on five spans:
//   a 0..100 ( b 10..40 ( c 20..60: outlives b )  d 50..90 )   e 120..never ended
import { describe, expect, test } from "vitest";
import type { RecordingModel } from "../../src/model/recording";
import { RowLists } from "../../src/model/row_lists";
import { mergedWindows, scopedTime, wholeRecording } from "../../src/model/scope";

const [A, B, C, D, E] = [0, 1, 2, 3, 4];

function model(): RecordingModel {
  const startNs = Float64Array.of(0, 10, 20, 50, 120);
  const endNs = Float64Array.of(100, 40, 60, 90, -1);
  const owner = Int32Array.of(A, B, C, D); // e was never active
  return {
    header: { begin_ns: 0, end_ns: 200, full_window_ns: 60 },
    spans: {
      startNs,
      endNs,
      parent: Int32Array.of(-1, A, B, A, -1),
      below: Int32Array.of(3, 1, 0, 0, 0),
      isRoot: Int32Array.of(1, 0, 0, 0, 1),
      coveredNs: Float64Array.of(70, 0, 0, 0, 0),
      isTimed: (at: number) => endNs[at]! >= 0,
      elapsedNs: (at: number) => endNs[at]! - startNs[at]!,
    },
    segments: { beginNs: Float64Array.of(0, 12, 30, 55), endNs: Float64Array.of(10, 20, 60, 90) },
    segmentsOf: new RowLists(5, owner),
  } as unknown as RecordingModel;
}

describe("scopes", () => {
  test("a span with its children is one stretch, and a pick below a pick adds nothing", () => {
    const scope = scopedTime(model(), [C, A, A], "children");
    expect(scope).toMatchObject({
      ranges: [[A, E]],
      windows: [],
      picked: 2,
      spans: 4,
      elapsedNs: 100,
      uncoveredNs: 30,
      outlivingSpans: 1,
    });
  });

  test("what no span below covers is counted inside the span's own time", () => {
    // b and c were active 12..20 and 30..60, of which b was open 12..20 and 30..40
    expect(scopedTime(model(), [B], "children")).toMatchObject({ elapsedNs: 30, uncoveredNs: 12 });
  });

  test("a span alone leaves its children out; neighbours join", () => {
    expect(scopedTime(model(), [A, C], "span").ranges).toEqual([
      [A, B],
      [C, D],
    ]);
    expect(scopedTime(model(), [A, B], "span").ranges).toEqual([[A, C]]);
  });

  test("the period is what was open, once; a span that never ended is open to the end", () => {
    expect(scopedTime(model(), [B, C, E], "period")).toMatchObject({
      windows: [
        { beginNs: 10, endNs: 60 },
        { beginNs: 120, endNs: 200 },
      ],
      elapsedNs: 130,
      unfinished: 1,
      neverActive: 1,
    });
  });

  test("the full profile is whole minutes, cut at the recording's end", () => {
    expect(scopedTime(model(), [D], "full").windows).toEqual([{ beginNs: 0, endNs: 120 }]);
    expect(scopedTime(model(), [E], "full").elapsedNs).toBe(80);
    expect(wholeRecording(model()).elapsedNs).toBe(200);
  });

  test("windows that touch or overlap are one, empty ones none", () => {
    const windows = [
      { beginNs: 30, endNs: 40 },
      { beginNs: 5, endNs: 5 },
      { beginNs: 10, endNs: 30 },
      { beginNs: 35, endNs: 36 },
      { beginNs: 50, endNs: 60 },
    ];
    expect(mergedWindows(windows)).toEqual([
      { beginNs: 10, endNs: 40 },
      { beginNs: 50, endNs: 60 },
    ]);
  });
});
