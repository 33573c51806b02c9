// The levels of a flame graph from the top: the stacks' own tree, siblings by width.
import type { FrameTree } from "../model/frame_forest";
import { largestFirst, type Stretches } from "./callers";

// Lists of children (place 0: the top level) of the nodes with time, each largest first.
function children(tree: FrameTree, width: Float64Array): { first: Int32Array; list: Int32Array } {
  const count = width.length;
  const first = new Int32Array(count + 3);
  let nodes = 0;
  for (let node = 0; node < count; ++node) {
    if (width[node]! <= 0) continue;
    first[tree.parent[node]! + 3]! += 1;
    nodes += 1;
  }
  for (let i = 1; i < first.length; ++i) first[i]! += first[i - 1]!;
  const list = new Int32Array(nodes);
  for (let node = 0; node < count; ++node) {
    if (width[node]! > 0) list[first[tree.parent[node]! + 2]!++] = node;
  }
  for (let i = 0; i <= count; ++i) largestFirst(list, first[i]!, first[i + 1]!, width);
  return { first, list }; // filling moved each start by one place
}

export function calleesByLevel(
  tree: FrameTree,
  ownNs: Float64Array,
): { order: Int32Array; levels: Stretches[] } {
  const width = ownNs.slice();
  const stacks = Int32Array.from(ownNs, (ns) => Number(ns > 0)); // in the subtree
  for (let node = width.length - 1; node >= 0; --node) {
    const parent = tree.parent[node]!;
    if (parent < 0) continue;
    width[parent]! += width[node]!;
    stacks[parent]! += stacks[node]!;
  }
  const { first, list } = children(tree, width);
  const begins = new Int32Array(width.length + 1); // by parent + 1: where its next child begins
  const order = new Int32Array(ownNs.reduce((sum, ns) => sum + Number(ns > 0), 0));
  const levels: Stretches[] = [];
  let above: Int32Array = Int32Array.of(-1);
  for (;;) {
    const size = above.reduce((sum, node) => sum + first[node + 2]! - first[node + 1]!, 0);
    if (size === 0) return { order, levels };
    const nodes = new Int32Array(size);
    const level = { begin: new Int32Array(size), end: new Int32Array(size) };
    let at = 0;
    for (const parent of above) {
      for (let i = first[parent + 1]!; i < first[parent + 2]!; ++i, ++at) {
        const node = (nodes[at] = list[i]!);
        begins[node + 1] = level.begin[at] = begins[parent + 1]!;
        level.end[at] = begins[parent + 1]! += stacks[node]!;
        if (ownNs[node]! > 0) order[level.end[at]! - 1] = node;
      }
    }
    levels.push(level);
    above = nodes;
  }
}
