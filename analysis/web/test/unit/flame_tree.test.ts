// The flame graph's tree against sums by path, in both directions, on made stacks.
import { describe, expect, test } from "vitest";
import { FlameTree, largestCategory, nodeSums, search } from "../../src/flame/flame_tree";
import type { Direction } from "../../src/flame/flame_tree";
import { COLUMNS, WALL } from "../../src/model/time_sums";
import { made, pathOf, randomOf, type Made } from "./made";

interface Sum {
  ns: number;
  selfNs: number;
  samples: number;
  byColumn: number[];
}

// By path from the flame graph's top: what the rule says, by walking every stack.
function expected({ tree, time }: Made, column: number, direction: Direction): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const key of time.keys) {
    const ns = time.sums.value(key, column);
    if (ns <= 0) continue;
    const path = pathOf(tree, key);
    if (direction === "up") path.reverse();
    path.forEach((_, i) => {
      const name = path.slice(0, i + 1).join(" ");
      const sum = sums.get(name) ?? {
        ns: 0,
        selfNs: 0,
        samples: 0,
        byColumn: Array(COLUMNS).fill(0),
      };
      sums.set(name, sum);
      sum.ns += ns;
      sum.samples += time.sums.samples[key]!;
      if (i === path.length - 1) sum.selfNs += ns;
      sum.byColumn = sum.byColumn.map((of, at) => of + time.sums.value(key, at));
    });
  }
  return sums;
}

function nodesOf(tree: FlameTree): number[] {
  const nodes: number[] = [];
  for (let depth = 0; depth < tree.depth; ++depth) {
    tree.level(depth).begin.forEach((_, place) => nodes.push(tree.nodeAt(depth, place)));
  }
  return nodes;
}

function nameOf(tree: FlameTree, node: number): string {
  const path: number[] = [];
  for (let at = node; at >= 0; at = tree.parentOf(at)) path.unshift(tree.frame(at));
  return path.join(" ");
}

const SHAPES = [
  { nodes: 1, frames: 1 },
  { nodes: 60, frames: 70 },
  { nodes: 300, frames: 12 },
  { nodes: 800, frames: 200 },
];
const CASES = (["down", "up"] as Direction[]).flatMap((direction) =>
  SHAPES.flatMap((shape) => [WALL, 0, 3].map((column) => ({ direction, ...shape, column }))),
);

describe.each(CASES)("$direction, $nodes nodes of $frames frames, column $column", (one) => {
  const subject = made(randomOf(one.nodes + one.column), one.nodes, one.frames);
  const flame = () => new FlameTree(subject.time, subject.tree, one.column, one.direction);
  const sums = expected(subject, one.column, one.direction);

  test("has every path, with its time, its own time and its samples", () => {
    const tree = flame();
    const samples = nodeSums(tree, (key) => subject.time.sums.samples[key]!);
    const found = nodesOf(tree).map((node) => [
      nameOf(tree, node),
      { ns: tree.widthNs(node), selfNs: tree.selfNs(node), samples: samples(node) },
    ]);
    const wanted = [...sums].map(([name, { ns, selfNs, samples }]) => [
      name,
      { ns, selfNs, samples },
    ]);
    expect(found.length).toBe(wanted.length);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted));
  });

  test("children lie in their parent, one behind the other, largest first", () => {
    const tree = flame();
    const lastOf = new Map<number, number>();
    for (const node of nodesOf(tree)) {
      const parent = tree.parentOf(node);
      const last = lastOf.get(parent);
      lastOf.set(parent, node);
      if (last === undefined) {
        expect(tree.begin(node)).toBe(parent < 0 ? 0 : tree.begin(parent));
        if (parent >= 0) expect(tree.firstChildOf(parent)).toBe(node);
      } else {
        expect(tree.begin(node)).toBe(tree.end(last));
        expect(tree.widthNs(node)).toBeLessThanOrEqual(tree.widthNs(last));
      }
      if (parent >= 0) expect(tree.end(node)).toBeLessThanOrEqual(tree.end(parent));
    }
  });

  test("a node's number and place are the same whatever was asked for before", () => {
    const slow = flame();
    const placed = nodesOf(slow).map((node) => [nameOf(slow, node), slow.ns[slow.begin(node)]]);
    const deep = flame();
    if (deep.depth > 0) deep.level(deep.depth - 1);
    expect(nodesOf(deep).map((node) => [nameOf(deep, node), deep.ns[deep.begin(node)]])).toEqual(
      placed,
    );
    expect(deep.has(placed.length)).toBe(false);
  });

  test("a node's category is that with the most time", () => {
    const tree = flame();
    const largest = largestCategory(tree, subject.time);
    for (const node of nodesOf(tree)) {
      const { byColumn } = sums.get(nameOf(tree, node))!;
      expect(byColumn[largest(node)]).toBe(Math.max(...byColumn));
    }
  });

  test("a search counts each stack once", () => {
    const isWanted = Uint8Array.from(subject.tree.frames, (_, i) => Number(i % 3 === 0));
    let ns = 0;
    const frames = new Set<number>();
    for (const key of subject.time.keys) {
      const path = pathOf(subject.tree, key);
      const value = Math.max(0, subject.time.sums.value(key, one.column));
      if (value > 0) for (const frame of path) if (isWanted[frame]) frames.add(frame);
      if (path.some((frame) => isWanted[frame])) ns += value;
    }
    expect(search(flame(), isWanted)).toMatchObject({ ns, frames: frames.size });
  });
});
