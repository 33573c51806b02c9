// The levels of an inverted flame graph: each sorts the stretches of the one above by caller.
import type { FrameTree } from "../model/frame_forest";

export interface Stretches {
  begin: Int32Array; // places in the order of stacks
  end: Int32Array; // up to, not with
}

// Sorts a stretch of `list` by what `width` says of its members; equal ones keep their order.
export function largestFirst(
  list: Int32Array,
  from: number,
  to: number,
  width: Float64Array,
): void {
  if (to - from > 24) {
    list.subarray(from, to).sort((a, b) => width[b]! - width[a]!);
    return;
  }
  for (let i = from + 1; i < to; ++i) {
    const member = list[i]!;
    let at = i;
    for (; at > from && width[list[at - 1]!]! < width[member]!; --at) list[at] = list[at - 1]!;
    list[at] = member;
  }
}

// Stacks with time, and how deep the deepest is.
export function leaves(tree: FrameTree, ownNs: Float64Array): { order: Int32Array; depth: number } {
  const depths = new Int32Array(ownNs.length);
  const order: number[] = [];
  let depth = 0;
  for (let node = 0; node < ownNs.length; ++node) {
    depths[node] = tree.parent[node]! < 0 ? 1 : depths[tree.parent[node]!]! + 1;
    if (ownNs[node]! <= 0) continue;
    order.push(node);
    depth = Math.max(depth, depths[node]!);
  }
  return { order: Int32Array.from(order), depth };
}

// Makes level after level: the order, and where each stack is, become those of the last one made.
export class CallerSorter {
  private readonly cursor: Int32Array; // of each stack: the node that the next level shows
  private readonly groupOf: Int32Array; // by frame, of the stretch that is sorted
  private readonly width: Float64Array; // by group
  private readonly size: Int32Array;
  private readonly frames: Int32Array;
  private readonly ranks: Int32Array;
  private readonly next: Int32Array;
  private readonly stacks: Int32Array;
  private readonly cursors: Int32Array;
  private readonly begin: Int32Array;
  private readonly end: Int32Array;
  private made = 0;

  constructor(
    private readonly order: Int32Array,
    private readonly tree: FrameTree,
    private readonly ownNs: Float64Array,
  ) {
    this.cursor = order.slice();
    const stacks = order.length;
    const groups = Math.min(tree.frames.length, stacks);
    this.groupOf = new Int32Array(tree.frames.length).fill(-1);
    this.width = new Float64Array(groups);
    this.size = new Int32Array(groups);
    this.frames = new Int32Array(groups);
    this.ranks = new Int32Array(groups);
    this.next = new Int32Array(groups);
    this.stacks = new Int32Array(stacks);
    this.cursors = new Int32Array(stacks);
    this.begin = new Int32Array(stacks);
    this.end = new Int32Array(stacks);
  }

  below(above: Stretches): Stretches {
    this.made = 0;
    for (let i = 0; i < above.begin.length; ++i) this.sort(above.begin[i]!, above.end[i]!);
    const { cursor } = this;
    for (let i = 0; i < cursor.length; ++i) {
      if (cursor[i]! >= 0) cursor[i] = this.tree.parent[cursor[i]!]!;
    }
    return { begin: this.begin.slice(0, this.made), end: this.end.slice(0, this.made) };
  }

  private sort(from: number, to: number): void {
    if (to - from === 1) {
      if (this.cursor[from]! >= 0) this.say(from, to);
      return;
    }
    const groups = this.group(from, to);
    for (let group = 0; group < groups; ++group) this.ranks[group] = group;
    largestFirst(this.ranks, 0, groups, this.width);
    let place = from;
    for (let rank = 0; rank < groups; ++rank) {
      const group = this.ranks[rank]!;
      this.next[group] = place;
      this.say(place, (place += this.size[group]!));
    }
    if (groups !== 1 || place !== to) this.move(from, to, place);
    for (let group = 0; group < groups; ++group) this.groupOf[this.frames[group]!] = -1;
  }

  private say(from: number, to: number): void {
    this.begin[this.made] = from;
    this.end[this.made++] = to;
  }

  private group(from: number, to: number): number {
    let groups = 0;
    for (let i = from; i < to; ++i) {
      if (this.cursor[i]! < 0) continue;
      const frame = this.tree.frame[this.cursor[i]!]!;
      let group = this.groupOf[frame]!;
      if (group < 0) {
        this.groupOf[frame] = group = groups++;
        this.frames[group] = frame;
        this.width[group] = this.size[group] = 0;
      }
      this.width[group]! += this.ownNs[this.order[i]!]!;
      this.size[group]! += 1;
    }
    return groups;
  }

  // Stacks without a further frame go behind the rest.
  private move(from: number, to: number, ended: number): void {
    for (let i = from; i < to; ++i) {
      const at = this.cursor[i]!;
      const place = at < 0 ? ended++ : this.next[this.groupOf[this.tree.frame[at]!]!]!++;
      this.stacks[place] = this.order[i]!;
      this.cursors[place] = at;
    }
    this.order.set(this.stacks.subarray(from, to), from);
    this.cursor.set(this.cursors.subarray(from, to), from);
  }
}
