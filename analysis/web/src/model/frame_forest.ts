// The stacks as trees of frames: by line, as they come, and by function, made from them.
import type { Container } from "../data/container";

export type MergeBy = "function" | "line";

export interface Frame {
  name: string;
  file: string;
  line: number;
  owner: number; // row of Header.owners
}

// A parent stands before its children; -1: top. A stack key is the node of its leaf.
export interface FrameTree {
  parent: Int32Array;
  frame: Int32Array;
  keyNode: Int32Array;
  frames: Frame[];
  isAgain: Uint8Array; // by node: the frame stands above it already
}

function repeats(parent: Int32Array, frame: Int32Array): Uint8Array {
  return Uint8Array.from(parent, (at, node) => {
    while (at >= 0 && frame[at] !== frame[node]) at = parent[at]!;
    return Number(at >= 0);
  });
}

function functionsOf(frames: Frame[]): { frames: Frame[]; of: Int32Array } {
  const rows = new Map<string, number>();
  const merged: Frame[] = [];
  const of = Int32Array.from(frames, (frame) => {
    const name = `${frame.owner} ${frame.name}`;
    let row = rows.get(name);
    if (row === undefined) {
      row = merged.length;
      rows.set(name, row);
      merged.push({ name: frame.name, file: "", line: 0, owner: frame.owner });
    }
    return row;
  });
  return { frames: merged, of };
}

// Which node stands for a frame below a parent: open addressing, at most half full.
class Places {
  readonly node: Int32Array; // by slot; -1: free
  private readonly mask: number;

  constructor(nodes: number) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(1, nodes) * 2));
    this.node = new Int32Array(slots).fill(-1);
    this.mask = slots - 1;
  }
  slot(above: number, frame: number): number {
    const mixed = Math.imul(above + 1, 0x9e3779b1) ^ Math.imul(frame, 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & this.mask;
  }
  behind(slot: number): number {
    return (slot + 1) & this.mask;
  }
}

function mergedByFunction(lines: FrameTree): FrameTree {
  const functions = functionsOf(lines.frames);
  const nodeOf = new Int32Array(lines.parent.length);
  const parent = new Int32Array(lines.parent.length);
  const frame = new Int32Array(lines.parent.length);
  const places = new Places(lines.parent.length);
  let made = 0;
  for (let node = 0; node < nodeOf.length; ++node) {
    const above = lines.parent[node]! < 0 ? -1 : nodeOf[lines.parent[node]!]!;
    const row = functions.of[lines.frame[node]!]!;
    let slot = places.slot(above, row);
    let merged = places.node[slot]!;
    while (merged >= 0 && (parent[merged] !== above || frame[merged] !== row)) {
      slot = places.behind(slot);
      merged = places.node[slot]!;
    }
    if (merged < 0) {
      merged = places.node[slot] = made++;
      parent[merged] = above;
      frame[merged] = row;
    }
    nodeOf[node] = merged;
  }
  const ofAbove = parent.slice(0, made);
  const ofFrame = frame.slice(0, made);
  return {
    parent: ofAbove,
    frame: ofFrame,
    keyNode: lines.keyNode.map((node) => nodeOf[node]!),
    frames: functions.frames,
    isAgain: repeats(ofAbove, ofFrame),
  };
}

export class FrameForest {
  readonly lines: FrameTree;
  readonly keys: number;
  private readonly stackless: number;
  private byFunction: FrameTree | null = null;

  constructor(data: Container, strings: string[], stackless: number) {
    const files = data.integers("frame_file");
    const lines = data.integers("frame_line");
    const owners = data.integers("frame_owner");
    const parent = data.rows("node_parent");
    const frame = data.integers("node_frame");
    this.lines = {
      parent,
      frame,
      keyNode: data.integers("key_node"),
      frames: Array.from(data.integers("frame_function"), (name, i) => ({
        name: strings[name]!,
        file: strings[files[i]!]!,
        line: lines[i]!,
        owner: owners[i]!,
      })),
      isAgain: repeats(parent, frame),
    };
    this.keys = this.lines.keyNode.length;
    this.stackless = stackless;
  }

  tree(by: MergeBy): FrameTree {
    if (by === "line") return this.lines;
    this.byFunction ??= mergedByFunction(this.lines);
    return this.byFunction;
  }

  // Keys of frames in brackets are the last ones, in the order of Header.stackless.
  stacklessKey(frame: number): number {
    return this.keys - this.stackless + frame;
  }
}
