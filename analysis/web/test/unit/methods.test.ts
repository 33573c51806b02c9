// Methods by their own time and with callees, against a walk of every stack; merging by function.
import { describe, expect, test } from "vitest";
import type { Container } from "../../src/data/container";
import { FrameForest } from "../../src/model/frame_forest";
import { methodsOf } from "../../src/model/methods";
import { WALL } from "../../src/model/time_sums";
import { made, pathOf, randomOf } from "./made";

describe.each([1, 2, 3])("made stacks, seed %i", (seed) => {
  // Few frames: most stacks are recursive.
  const { tree, time } = made(randomOf(seed), 500, 8 * seed);

  test("recursion is counted once", () => {
    const self = new Float64Array(tree.frames.length);
    const total = new Float64Array(tree.frames.length);
    const samples = new Float64Array(tree.frames.length);
    for (const key of time.keys) {
      const path = pathOf(tree, key);
      self[path.at(-1)!]! += time.sums.wallNs(key);
      for (const frame of new Set(path)) {
        total[frame]! += time.sums.wallNs(key);
        samples[frame]! += time.sums.samples[key]!;
      }
    }
    const methods = methodsOf(time, tree, WALL);
    const rows = [...tree.frames.keys()];
    expect(rows.map((row) => methods.self.wallNs(row))).toEqual([...self]);
    expect(rows.map((row) => methods.total.wallNs(row))).toEqual([...total]);
    expect([...methods.total.samples]).toEqual([...samples]);
    const own = methods.order.map((row) => self[row]!);
    expect(own).toEqual([...own].sort((a, b) => b - a));
  });

  test("merged by function, stacks have the same functions as by line", () => {
    const columns: Record<string, ArrayLike<number>> = {
      node_parent: tree.parent,
      node_frame: tree.frame,
      key_node: tree.keyNode,
      frame_function: tree.frames.map((_, i) => i % 3),
      frame_file: tree.frames.map(() => 0),
      frame_line: tree.frames.map((_, i) => i),
      frame_owner: tree.frames.map((_, i) => Number(i % 6 === 0)),
    };
    const read = (name: string) => Int32Array.from(columns[name]!);
    const data = { integers: read, rows: read } as unknown as Container;
    const forest = new FrameForest(data, ["a", "b", "c"], 0);
    const merged = forest.tree("function");
    expect([...forest.lines.isAgain]).toEqual([...tree.isAgain]);
    for (const key of time.keys) {
      const names = (of: typeof merged) =>
        pathOf(of, key).map((frame) => [of.frames[frame]!.name, of.frames[frame]!.owner]);
      expect(names(merged)).toEqual(names(forest.lines));
    }
    const siblings = new Set([...merged.parent].map((at, node) => `${at} ${merged.frame[node]}`));
    expect(siblings.size).toBe(merged.parent.length);
  });
});
