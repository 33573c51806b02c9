// What a flame graph shows in a window of so many pixels: blocks to draw, and what is under the
// mouse. Neighbours that are too narrow to see become one grey block, so that no time looks
// missing. Only levels that are in view are gone through.
import type { FlameTree } from "./flame_tree";

export const ROW_PX = 19;
const NARROW_PX = 1.5;

export interface View {
  tree: FlameTree;
  zoom: number; // node whose subtree fills the width; -1: all
  widthPx: number;
}

export interface Block {
  node: number; // of a merged block: the first
  merged: number; // how many nodes it stands for; 1: itself
  leftPx: number;
  widthPx: number;
  depth: number;
  isAbove: boolean; // an ancestor of what is zoomed to
}

export function extentOf(view: View): { beginNs: number; endNs: number } {
  const { tree, zoom } = view;
  if (zoom < 0) return { beginNs: 0, endNs: tree.wholeNs };
  return { beginNs: tree.ns[tree.begin(zoom)]!, endNs: tree.ns[tree.end(zoom)]! };
}

// First place in the level that ends behind `ns`.
function firstEndingBehind(tree: FlameTree, depth: number, ns: number): number {
  const { end } = tree.level(depth);
  let from = 0;
  let to = end.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (tree.ns[end[middle]!]! <= ns) from = middle + 1;
    else to = middle;
  }
  return from;
}

export function blocksOf(view: View, depth: number): Block[] {
  const { tree, zoom, widthPx } = view;
  const isAbove = zoom >= 0 && depth < tree.depthOf(zoom);
  const { begin, end } = tree.level(depth);
  const { beginNs, endNs } = extentOf(view);
  const { ns } = tree;
  const pxPerNs = widthPx / Math.max(1, endNs - beginNs);
  const first = tree.nodeAt(depth, 0);
  const blocks: Block[] = [];
  let last: Block | null = null;
  for (let i = firstEndingBehind(tree, depth, beginNs); i < begin.length; ++i) {
    if (ns[begin[i]!]! >= endNs) break;
    const left = Math.max(0, (ns[begin[i]!]! - beginNs) * pxPerNs);
    const right = Math.min(widthPx, (ns[end[i]!]! - beginNs) * pxPerNs);
    const isNarrow = right - left < NARROW_PX;
    const touches = last !== null && left - last.leftPx - last.widthPx < 0.5;
    if (isNarrow && touches && last!.widthPx < NARROW_PX * 2) {
      last!.merged += 1;
      last!.widthPx = right - last!.leftPx;
    } else {
      last = { node: first + i, merged: 1, leftPx: left, widthPx: right - left, depth, isAbove };
      blocks.push(last);
    }
  }
  return blocks;
}

export function nodeAt(view: View, depth: number, px: number): number {
  const { tree, widthPx } = view;
  if (depth < 0 || depth >= tree.depth) return -1;
  const { beginNs, endNs } = extentOf(view);
  const ns = beginNs + (px / widthPx) * (endNs - beginNs);
  const place = firstEndingBehind(tree, depth, ns);
  const begin = tree.level(depth).begin[place];
  return begin !== undefined && tree.ns[begin]! <= ns ? tree.nodeAt(depth, place) : -1;
}
