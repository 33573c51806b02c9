// The tree that a flame graph draws: stretches of stacks, level by level, made when asked for.
//
// The stacks with time stand in one order, in which each frame of the tree is a stretch of
// neighbours: its place is what the stacks before it took, its width what those in it took. So a
// level is two lists of whole numbers, and nothing is hashed. Top-down the levels are those of the
// stacks' own tree; inverted, of leaves and their callers, where a level sorts each stretch of the
// one above anew. What of a stretch has no further frame stands at its right.
//
// A node's number counts level by level, from the left: whatever was asked for before.
// Time below nothing (the signed residual) has no width.
import type { FrameTree } from "../model/frame_forest";
import type { SelectedTime } from "../model/selected_time";
import { COLUMNS } from "../model/time_sums";
import { CallerSorter, leaves, type Stretches } from "./callers";
import { calleesByLevel } from "./callees";

export type Direction = "down" | "up";

export class FlameTree {
  readonly depth: number; // how many levels there are
  readonly wholeNs: number;
  readonly stacks: number;
  private readonly keys: number[]; // of stacks, those with time
  private readonly levels: Stretches[];
  private readonly firstNode = [0]; // of each level that is made, and behind the last
  private readonly order: Int32Array; // stacks, as nodes of the frames' tree
  private readonly ownNs: Float64Array; // by node of the frames' tree
  private sorter: CallerSorter | null = null; // inverted: makes the next level
  private before: Float64Array | null = null; // ns of the stacks before each place

  constructor(
    time: SelectedTime,
    private readonly tree: FrameTree,
    column: number,
    readonly direction: Direction,
  ) {
    this.keys = time.keys.filter((key) => time.sums.value(key, column) > 0);
    this.ownNs = this.byNode((key) => time.sums.value(key, column));
    if (direction === "down") {
      const callees = calleesByLevel(tree, this.ownNs);
      this.order = callees.order;
      this.levels = callees.levels;
      this.depth = callees.levels.length;
    } else {
      const { order, depth } = leaves(tree, this.ownNs);
      this.order = order;
      this.levels = [];
      this.depth = depth;
    }
    for (const level of this.levels) this.count(level);
    this.stacks = this.order.length;
    this.wholeNs = this.ns[this.stacks]!;
  }

  // The stretches of a level, by place.
  level(depth: number): Stretches {
    while (this.levels.length <= depth) {
      const above = this.levels.at(-1) ?? {
        begin: Int32Array.of(0),
        end: Int32Array.of(this.order.length),
      };
      this.sorter ??= new CallerSorter(this.order, this.tree, this.ownNs);
      this.levels.push(this.sorter.below(above));
      this.count(this.levels.at(-1)!);
      this.before = null;
    }
    return this.levels[depth]!;
  }

  // Time of the stacks before each place. Levels only begin and end where this stays as it is when
  // a further level is sorted.
  get ns(): Float64Array {
    this.before ??= this.sumsBefore(this.ownNs);
    return this.before;
  }

  sumsBefore(own: Float64Array): Float64Array {
    const sums = new Float64Array(this.order.length + 1);
    for (let i = 0; i < this.order.length; ++i) sums[i + 1] = sums[i]! + own[this.order[i]!]!;
    return sums;
  }

  // Of each node of the frames' tree: the sum over the stacks that end there and have time here.
  byNode(value: (key: number) => number): Float64Array {
    const sums = new Float64Array(this.tree.parent.length);
    for (const key of this.keys) sums[this.tree.keyNode[key]!]! += value(key);
    return sums;
  }

  has(node: number): boolean {
    return this.depthOf(node) < this.depth;
  }
  depthOf(node: number): number {
    let depth = 0;
    while (depth < this.depth) {
      this.level(depth);
      if (node < this.firstNode[depth + 1]!) break;
      depth += 1;
    }
    return depth;
  }
  nodeAt(depth: number, place: number): number {
    this.level(depth);
    return this.firstNode[depth]! + place;
  }
  placeOf(node: number): number {
    return node - this.firstNode[this.depthOf(node)]!;
  }
  begin(node: number): number {
    return this.level(this.depthOf(node)).begin[this.placeOf(node)]!;
  }
  end(node: number): number {
    return this.level(this.depthOf(node)).end[this.placeOf(node)]!;
  }
  widthNs(node: number): number {
    return this.ns[this.end(node)]! - this.ns[this.begin(node)]!;
  }

  frame(node: number): number {
    return this.frameAt(this.depthOf(node), this.begin(node));
  }
  // Of the stack that stands there, the frame that this level shows.
  frameAt(depth: number, place: number): number {
    const { parent, frame } = this.tree;
    let at = this.order[place]!;
    let steps = depth;
    if (this.direction === "down") {
      steps = -depth - 1;
      for (let above = at; above >= 0; above = parent[above]!) steps += 1;
    }
    for (; steps > 0; --steps) at = parent[at]!;
    return frame[at]!;
  }

  parentOf(node: number): number {
    const depth = this.depthOf(node) - 1;
    return depth < 0 ? -1 : this.nodeAt(depth, this.firstBehind(depth, this.begin(node)));
  }
  firstChildOf(node: number): number {
    const depth = this.depthOf(node) + 1;
    if (depth >= this.depth) return -1;
    const place = this.firstBehind(depth, this.begin(node));
    return this.level(depth).begin[place]! < this.end(node) ? this.nodeAt(depth, place) : -1;
  }
  // Place in the level of the first stretch that ends behind this place of the order.
  private firstBehind(depth: number, place: number): number {
    const { end } = this.level(depth);
    let from = 0;
    let to = end.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (end[middle]! <= place) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  // What is nobody's below: top-down the leaf's own time; inverted, of stacks that begin here.
  selfNs(node: number): number {
    const depth = this.depthOf(node) + 1;
    const end = this.end(node);
    if (depth >= this.depth) return this.widthNs(node);
    const level = this.level(depth);
    let below = this.begin(node);
    for (let at = this.firstBehind(depth, below); level.begin[at]! < end; ++at) {
      below = level.end[at]!;
    }
    return this.ns[end]! - this.ns[below]!;
  }

  private count(level: Stretches): void {
    this.firstNode.push(this.firstNode.at(-1)! + level.begin.length);
  }

  // The time of stacks with such a frame, each once.
  matchingNs(isWanted: Uint8Array): number {
    const { parent, frame } = this.tree;
    const isMatch = new Uint8Array(parent.length);
    let ns = 0;
    for (let node = 0; node < parent.length; ++node) {
      const isAbove = parent[node]! >= 0 && isMatch[parent[node]!] === 1;
      if (!isAbove && !isWanted[frame[node]!]) continue;
      isMatch[node] = 1;
      ns += this.ownNs[node]!;
    }
    return ns;
  }

  // Frames with time, each once: its row in the frames' tree.
  framesWithTime(): Uint8Array {
    const { parent, frame, frames } = this.tree;
    const hasTime = Uint8Array.from(this.ownNs, (ns) => Number(ns > 0));
    const found = new Uint8Array(frames.length);
    for (let node = parent.length - 1; node >= 0; --node) {
      if (!hasTime[node]) continue;
      found[frame[node]!] = 1;
      if (parent[node]! >= 0) hasTime[parent[node]!] = 1;
    }
    return found;
  }
}

// A figure of each node: the sum over its stacks. Made anew when levels were added.
export function nodeSums(tree: FlameTree, value: (key: number) => number) {
  const own = tree.byNode(value);
  let sums = own;
  let madeWith: Float64Array | null = null;
  return (node: number, begin = tree.begin(node), end = tree.end(node)) => {
    if (madeWith !== tree.ns) {
      sums = tree.sumsBefore(own);
      madeWith = tree.ns;
    }
    return sums[end]! - sums[begin]!;
  };
}

// The category with the most time of a node.
export function largestCategory(tree: FlameTree, time: SelectedTime): (node: number) => number {
  const columns = Array.from({ length: COLUMNS }, (_, column) =>
    nodeSums(tree, (key) => time.sums.value(key, column)),
  );
  return (node) => {
    const begin = tree.begin(node);
    const end = tree.end(node);
    const ns = columns.map((of) => of(node, begin, end));
    return ns.indexOf(Math.max(...ns));
  };
}

export interface Found {
  isMatch: Uint8Array; // by row of frames
  frames: number; // with time
  ns: number; // of the stacks with a match, each once
}

export function search(tree: FlameTree, isMatch: Uint8Array): Found {
  const hasTime = tree.framesWithTime();
  const frames = hasTime.reduce((sum, has, row) => sum + (has & isMatch[row]!), 0);
  return { isMatch, frames, ns: tree.matchingNs(isMatch) };
}
