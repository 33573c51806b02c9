// The tree that a flame graph draws: nodes with a place and a width, level by level.
//
// Top-down it is the tree of stacks; inverted, that of leaves and their callers. Widths are the
// time of one column, or wall. Time below nothing (the signed residual) has no width.
// Nodes stand in depth-first order, siblings by width: so each level is sorted by its places.
import type { FrameTree } from "../model/frame_forest";
import type { SelectedTime } from "../model/selected_time";
import { COLUMNS } from "../model/time_sums";

export type Direction = "down" | "up";

export interface FlameTree {
  frame: Int32Array;
  parent: Int32Array; // -1: top level
  depth: Int32Array;
  place: Float64Array; // in ns, from the left
  width: Float64Array; // in ns
  selfNs: Float64Array; // top-down: the leaf's own; inverted: stacks that begin here
  samples: Float64Array;
  sampledNs: Float64Array;
  behind: Int32Array; // the first node behind the subtree
  levels: Int32Array[]; // nodes of each depth, by place
  wholeNs: number;
  keys: number[]; // stack keys with time, and the node where each ends
  keyNode: Int32Array;
}

interface Grown {
  frame: number[];
  parent: number[];
  width: number[];
  selfNs: number[];
  samples: number[];
  sampledNs: number[];
  keys: number[];
  keyNode: number[];
}

function nothingGrown(): Grown {
  return {
    frame: [],
    parent: [],
    width: [],
    selfNs: [],
    samples: [],
    sampledNs: [],
    keys: [],
    keyNode: [],
  };
}

interface KeyValue {
  key: number;
  ns: number;
}

function valuesOf(time: SelectedTime, column: number): KeyValue[] {
  return time.keys
    .map((key) => ({ key, ns: Math.max(0, time.sums.value(key, column)) }))
    .filter((value) => value.ns > 0);
}

// The stacks' own tree, without what has no time.
function grownDown(time: SelectedTime, tree: FrameTree, column: number): Grown {
  const count = tree.parent.length;
  const width = new Float64Array(count);
  const samples = new Float64Array(count);
  const sampledNs = new Float64Array(count);
  const selfNs = new Float64Array(count);
  const values = valuesOf(time, column);
  for (const { key, ns } of values) {
    const node = tree.keyNode[key]!;
    selfNs[node]! += ns;
    width[node]! += ns;
    samples[node]! += time.sums.samples[key]!;
    sampledNs[node]! += time.sums.sampledNs[key]!;
  }
  for (let node = count - 1; node >= 0; --node) {
    const parent = tree.parent[node]!;
    if (parent < 0) continue;
    width[parent]! += width[node]!;
    samples[parent]! += samples[node]!;
    sampledNs[parent]! += sampledNs[node]!;
  }
  const grown = nothingGrown();
  const placeOf = new Int32Array(count).fill(-1);
  for (let node = 0; node < count; ++node) {
    if (width[node]! <= 0) continue;
    placeOf[node] = grown.frame.length;
    grown.frame.push(tree.frame[node]!);
    grown.parent.push(tree.parent[node]! < 0 ? -1 : placeOf[tree.parent[node]!]!);
    grown.width.push(width[node]!);
    grown.selfNs.push(selfNs[node]!);
    grown.samples.push(samples[node]!);
    grown.sampledNs.push(sampledNs[node]!);
  }
  grown.keys = values.map((value) => value.key);
  grown.keyNode = grown.keys.map((key) => placeOf[tree.keyNode[key]!]!);
  return grown;
}

// From each leaf up through its callers.
function grownUp(time: SelectedTime, tree: FrameTree, column: number): Grown {
  const grown = nothingGrown();
  const nodes = new Map<number, number>();
  const frames = tree.frames.length;
  for (const { key, ns } of valuesOf(time, column)) {
    let above = -1;
    for (let at = tree.keyNode[key]!; at >= 0; at = tree.parent[at]!) {
      const place = (above + 1) * frames + tree.frame[at]!;
      let node = nodes.get(place);
      if (node === undefined) {
        nodes.set(place, (node = grown.frame.length));
        grown.frame.push(tree.frame[at]!);
        grown.parent.push(above);
        for (const list of [grown.width, grown.selfNs, grown.samples, grown.sampledNs])
          list.push(0);
      }
      grown.width[node]! += ns;
      grown.samples[node]! += time.sums.samples[key]!;
      grown.sampledNs[node]! += time.sums.sampledNs[key]!;
      above = node;
    }
    grown.selfNs[above]! += ns;
    grown.keys.push(key);
    grown.keyNode.push(above);
  }
  return grown;
}

// Lists of children, by parent (place 0: the top level), each by width.
function childLists(grown: Grown): { first: Int32Array; list: Int32Array } {
  const count = grown.frame.length;
  const first = new Int32Array(count + 2);
  for (const parent of grown.parent) first[parent + 2]! += 1;
  for (let i = 1; i < first.length; ++i) first[i]! += first[i - 1]!;
  const list = new Int32Array(count);
  const next = first.slice();
  for (let node = 0; node < count; ++node) list[next[grown.parent[node]! + 1]!++] = node;
  for (let i = 0; i <= count; ++i) {
    if (first[i + 1]! - first[i]! < 2) continue;
    list
      .subarray(first[i]!, first[i + 1]!)
      .sort((a, b) => grown.width[b]! - grown.width[a]! || a - b);
  }
  return { first, list };
}

function levelsOf(depth: Int32Array): Int32Array[] {
  const counts: number[] = [];
  for (const at of depth) counts[at] = (counts[at] ?? 0) + 1;
  const levels = counts.map((count) => new Int32Array(count));
  const next = counts.map(() => 0);
  depth.forEach((at, node) => (levels[at]![next[at]!++] = node));
  return levels;
}

function inOrder(grown: Grown): FlameTree {
  const count = grown.frame.length;
  const { first, list } = childLists(grown);
  const tree: FlameTree = {
    frame: new Int32Array(count),
    parent: new Int32Array(count),
    depth: new Int32Array(count),
    place: new Float64Array(count),
    width: new Float64Array(count),
    selfNs: new Float64Array(count),
    samples: new Float64Array(count),
    sampledNs: new Float64Array(count),
    behind: new Int32Array(count),
    levels: [],
    wholeNs: 0,
    keys: grown.keys,
    keyNode: new Int32Array(grown.keys.length),
  };
  const free = new Float64Array(count + 1); // where the next child begins, by parent + 1
  const toVisit: number[] = [];
  const rowOf = new Int32Array(count);
  const visit = (from: number, to: number) => {
    for (let i = to - 1; i >= from; --i) toVisit.push(list[i]!);
  };
  visit(first[0]!, first[1]!);
  for (let row = 0; toVisit.length > 0; ++row) {
    const node = toVisit.pop()!;
    const parent = grown.parent[node]! < 0 ? -1 : rowOf[grown.parent[node]!]!;
    rowOf[node] = row;
    tree.frame[row] = grown.frame[node]!;
    tree.parent[row] = parent;
    tree.depth[row] = parent < 0 ? 0 : tree.depth[parent]! + 1;
    tree.width[row] = grown.width[node]!;
    tree.selfNs[row] = grown.selfNs[node]!;
    tree.samples[row] = grown.samples[node]!;
    tree.sampledNs[row] = grown.sampledNs[node]!;
    tree.place[row] = free[parent + 1]!;
    free[parent + 1]! += grown.width[node]!;
    free[row + 1] = tree.place[row]!;
    visit(first[node + 1]!, first[node + 2]!);
  }
  for (let row = count - 1; row >= 0; --row) {
    tree.behind[row] = Math.max(tree.behind[row]!, row + 1);
    const parent = tree.parent[row]!;
    if (parent >= 0) tree.behind[parent] = Math.max(tree.behind[parent]!, tree.behind[row]!);
  }
  tree.wholeNs = free[0]!;
  tree.levels = levelsOf(tree.depth);
  tree.keyNode = Int32Array.from(grown.keyNode, (node) => rowOf[node]!);
  return tree;
}

export function flameTree(
  time: SelectedTime,
  tree: FrameTree,
  column: number,
  direction: Direction,
): FlameTree {
  return inOrder(
    direction === "down" ? grownDown(time, tree, column) : grownUp(time, tree, column),
  );
}

// The category with the most time of each node.
export function largestCategory(tree: FlameTree, time: SelectedTime): Uint8Array {
  const sums = new Float64Array(tree.frame.length * COLUMNS);
  tree.keys.forEach((key, i) => {
    for (let column = 0; column < COLUMNS; ++column) {
      sums[tree.keyNode[i]! * COLUMNS + column]! += time.sums.ns[key * COLUMNS + column]!;
    }
  });
  const largest = new Uint8Array(tree.frame.length);
  for (let node = tree.frame.length - 1; node >= 0; --node) {
    const parent = tree.parent[node]!;
    for (let column = 0; column < COLUMNS; ++column) {
      const ns = sums[node * COLUMNS + column]!;
      if (ns > sums[node * COLUMNS + largest[node]!]!) largest[node] = column;
      if (parent >= 0) sums[parent * COLUMNS + column]! += ns;
    }
  }
  return largest;
}

export interface Found {
  isMatch: Uint8Array; // by node
  nodes: number;
  ns: number; // of the matches, those below another match not again
}

export function search(tree: FlameTree, isWanted: (frame: number) => boolean): Found {
  const byFrame = new Map<number, boolean>();
  const found: Found = { isMatch: new Uint8Array(tree.frame.length), nodes: 0, ns: 0 };
  let coveredUpTo = 0;
  for (let node = 0; node < tree.frame.length; ++node) {
    const frame = tree.frame[node]!;
    let wanted = byFrame.get(frame);
    if (wanted === undefined) byFrame.set(frame, (wanted = isWanted(frame)));
    if (!wanted) continue;
    found.isMatch[node] = 1;
    found.nodes += 1;
    if (node < coveredUpTo) continue;
    found.ns += tree.width[node]!;
    coveredUpTo = tree.behind[node]!;
  }
  return found;
}
