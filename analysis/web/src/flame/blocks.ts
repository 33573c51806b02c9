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
  return { beginNs: tree.place[zoom]!, endNs: tree.place[zoom]! + tree.width[zoom]! };
}

// First node of the level that ends behind `ns`.
function firstEndingBehind(tree: FlameTree, level: Int32Array, ns: number): number {
  let from = 0;
  let to = level.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const node = level[middle]!;
    if (tree.place[node]! + tree.width[node]! <= ns) from = middle + 1;
    else to = middle;
  }
  return from;
}

export function blocksOf(view: View, depth: number): Block[] {
  const { tree, zoom, widthPx } = view;
  const { beginNs, endNs } = extentOf(view);
  const pxPerNs = widthPx / Math.max(1, endNs - beginNs);
  const level = tree.levels[depth]!;
  const blocks: Block[] = [];
  const isAbove = zoom >= 0 && depth < tree.depth[zoom]!;
  for (let i = firstEndingBehind(tree, level, beginNs); i < level.length; ++i) {
    const node = level[i]!;
    if (tree.place[node]! >= endNs) break;
    const left = Math.max(0, (tree.place[node]! - beginNs) * pxPerNs);
    const right = Math.min(widthPx, (tree.place[node]! + tree.width[node]! - beginNs) * pxPerNs);
    const last = blocks.at(-1);
    const isNarrow = right - left < NARROW_PX;
    const touches = last !== undefined && left - last.leftPx - last.widthPx < 0.5;
    if (isNarrow && touches && last.widthPx < NARROW_PX * 2) {
      last.merged += 1;
      last.widthPx = right - last.leftPx;
    } else {
      blocks.push({ node, merged: 1, leftPx: left, widthPx: right - left, depth, isAbove });
    }
  }
  return blocks;
}

export function nodeAt(view: View, depth: number, px: number): number {
  const { tree, widthPx } = view;
  const level = tree.levels[depth];
  if (!level) return -1;
  const { beginNs, endNs } = extentOf(view);
  const ns = beginNs + (px / widthPx) * (endNs - beginNs);
  const node = level[firstEndingBehind(tree, level, ns)];
  return node !== undefined && tree.place[node]! <= ns ? node : -1;
}
