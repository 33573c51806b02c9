// As analysis/attribution/methods.cc and call_tree.cc: time by frame, and callers of a frame.
import type { Frame, FrameTree } from "./frame_forest";
import type { SelectedTime } from "./selected_time";
import { TimeSums } from "./time_sums";

export interface Methods {
  frames: Frame[];
  self: TimeSums; // by row of frames: it was the leaf
  total: TimeSums; // it was on the stack, recursion counted once
  order: number[]; // rows with time: largest self first
}

export function methodsOf(time: SelectedTime, tree: FrameTree, column: number): Methods {
  const count = tree.frames.length;
  const self = new TimeSums(count);
  const total = new TimeSums(count);
  const below = new TimeSums(tree.parent.length); // by node, with what it called
  const hasTime = new Uint8Array(tree.parent.length);
  for (const key of time.keys) {
    const leaf = tree.keyNode[key]!;
    self.add(tree.frame[leaf]!, time.sums, key);
    below.add(leaf, time.sums, key);
    hasTime[leaf] = 1;
  }
  const order: number[] = [];
  const isListed = new Uint8Array(count);
  for (let node = hasTime.length - 1; node >= 0; --node) {
    if (!hasTime[node]) continue;
    const parent = tree.parent[node]!;
    if (parent >= 0) {
      below.add(parent, below, node);
      hasTime[parent] = 1;
    }
    const frame = tree.frame[node]!;
    if (!tree.isAgain[node]) total.add(frame, below, node);
    if (!isListed[frame]) order.push(frame);
    isListed[frame] = 1;
  }
  const nameOf = (row: number) => tree.frames[row]!.name;
  order.sort(
    (a, b) =>
      self.value(b, column) - self.value(a, column) ||
      total.value(b, column) - total.value(a, column) ||
      (nameOf(a) < nameOf(b) ? -1 : 1),
  );
  return { frames: tree.frames, self, total, order };
}

// A level of the reverse tree: stacks that share their last frames, by the node where each is now.
export interface CallerPlace {
  keys: number[];
  nodes: number[];
}

export interface Caller extends CallerPlace {
  frame: number;
  sums: TimeSums; // one row
}

export function leavesOf(time: SelectedTime, tree: FrameTree, frame: number): CallerPlace {
  const keys = time.keys.filter((key) => tree.frame[tree.keyNode[key]!] === frame);
  return { keys, nodes: keys.map((key) => tree.keyNode[key]!) };
}

// Who called what is at `place`: largest first.
export function callersOf(
  time: SelectedTime,
  tree: FrameTree,
  place: CallerPlace,
  column: number,
): Caller[] {
  const callers = new Map<number, Caller>();
  place.keys.forEach((key, i) => {
    const node = tree.parent[place.nodes[i]!]!;
    if (node < 0) return;
    const frame = tree.frame[node]!;
    let caller = callers.get(frame);
    if (!caller)
      callers.set(frame, (caller = { frame, keys: [], nodes: [], sums: new TimeSums(1) }));
    caller.keys.push(key);
    caller.nodes.push(node);
    caller.sums.add(0, time.sums, key);
  });
  return [...callers.values()].sort((a, b) => b.sums.value(0, column) - a.sums.value(0, column));
}
