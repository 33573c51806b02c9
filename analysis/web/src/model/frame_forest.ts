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

function mergedByFunction(lines: FrameTree): FrameTree {
  const functions = functionsOf(lines.frames);
  const width = functions.frames.length;
  const nodes = new Map<number, number>();
  const nodeOf = new Int32Array(lines.parent.length);
  const parent = new Int32Array(lines.parent.length);
  const frame = new Int32Array(lines.parent.length);
  for (let node = 0; node < nodeOf.length; ++node) {
    const above = lines.parent[node]! < 0 ? -1 : nodeOf[lines.parent[node]!]!;
    const row = functions.of[lines.frame[node]!]!;
    const place = (above + 1) * width + row;
    let merged = nodes.get(place);
    if (merged === undefined) {
      merged = nodes.size;
      nodes.set(place, merged);
      parent[merged] = above;
      frame[merged] = row;
    }
    nodeOf[node] = merged;
  }
  return {
    parent: parent.slice(0, nodes.size),
    frame: frame.slice(0, nodes.size),
    keyNode: lines.keyNode.map((node) => nodeOf[node]!),
    frames: functions.frames,
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
    this.lines = {
      parent: data.rows("node_parent"),
      frame: data.integers("node_frame"),
      keyNode: data.integers("key_node"),
      frames: Array.from(data.integers("frame_function"), (name, i) => ({
        name: strings[name]!,
        file: strings[files[i]!]!,
        line: lines[i]!,
        owner: owners[i]!,
      })),
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
