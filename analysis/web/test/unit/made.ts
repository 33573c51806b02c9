// Trees of stacks with time, made by a seed, for tests of the model without a browser.
import type { FrameTree } from "../../src/model/frame_forest";
import type { SelectedTime } from "../../src/model/selected_time";
import { COLUMNS, TimeSums } from "../../src/model/time_sums";

export type Random = (below: number) => number;

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export interface Made {
  tree: FrameTree;
  time: SelectedTime;
}

// By the rule itself: a frame again is one that stands above.
function isAgain(parent: number[], frame: number[]): Uint8Array {
  return Uint8Array.from(parent, (_, node) => {
    const above = new Set<number>();
    for (let at = parent[node]!; at >= 0; at = parent[at]!) above.add(frame[at]!);
    return Number(above.has(frame[node]!));
  });
}

export function made(random: Random, nodes: number, frames: number): Made {
  const parent: number[] = [];
  const frame: number[] = [];
  const taken = new Set<string>();
  while (parent.length < nodes) {
    const above = random(parent.length + 1) - 1;
    const of = random(frames);
    if (taken.has(`${above} ${of}`)) continue; // siblings differ
    taken.add(`${above} ${of}`);
    parent.push(above);
    frame.push(of);
  }
  const keyNode = Int32Array.from({ length: nodes * 2 }, () => random(nodes));
  const sums = new TimeSums(keyNode.length);
  for (let i = 0; i < sums.ns.length; ++i) {
    if (random(3) === 0) sums.ns[i] = random(1000) - (i % COLUMNS === COLUMNS - 1 ? 500 : 0);
  }
  sums.samples.forEach((_, key) => (sums.samples[key] = random(4)));
  const keys = [...keyNode.keys()].filter((key) => !sums.isNothing(key));
  const tree: FrameTree = {
    parent: Int32Array.from(parent),
    frame: Int32Array.from(frame),
    keyNode,
    frames: Array.from({ length: frames }, (_, i) => ({
      name: `frame_${i}`,
      file: "",
      line: 0,
      owner: 0,
    })),
    isAgain: isAgain(parent, frame),
  };
  return { tree, time: { sums, keys } as SelectedTime };
}

// The frames of a stack, outermost first.
export function pathOf(tree: FrameTree, key: number): number[] {
  const path: number[] = [];
  for (let at = tree.keyNode[key]!; at >= 0; at = tree.parent[at]!) path.unshift(tree.frame[at]!);
  return path;
}
