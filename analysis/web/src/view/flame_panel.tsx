// The flame graph of an answer, with its tools: direction, colours, search, export.
import { useMemo } from "preact/hooks";
import { duration, percent } from "../figures";
import { blocksOf, ROW_PX } from "../flame/blocks";
import { download } from "../flame/download";
import { FlameGraph } from "../flame/flame_graph";
import { FlameTree, largestCategory, nodeSums, search } from "../flame/flame_tree";
import { paint, svgOf, type Look } from "../flame/painter";
import {
  CATEGORY_COLOURS,
  inkOn,
  MATCH_COLOUR,
  MERGED_COLOUR,
  nameColour,
  OWNER_COLOURS,
} from "../palette";
import type { Change, Colour, State } from "../state";
import type { Answer } from "./answer";
import { Choice, Labelled } from "./parts";

interface Props {
  answer: Answer;
  state: State;
  change: Change;
}

function colours(answer: Answer, tree: FlameTree, colour: Colour): (node: number) => string {
  const { frames } = answer.tree;
  if (colour === "owner") return (node) => OWNER_COLOURS[frames[tree.frame(node)]!.owner]!;
  if (colour === "name") {
    const byFrame = frames.map((frame) => nameColour(frame.name));
    return (node) => byFrame[tree.frame(node)]!;
  }
  const largest = largestCategory(tree, answer.time);
  return (node) => CATEGORY_COLOURS[largest(node)]!;
}

function useFlame({ answer, state }: Props) {
  const tree = useMemo(
    () => new FlameTree(answer.time, answer.tree, answer.column, state.direction),
    [answer, state.direction],
  );
  const found = useMemo(() => {
    const words = state.query.toLowerCase();
    if (words === "") return null;
    const isMatch = answer.tree.frames.map((frame) => frame.name.toLowerCase().includes(words));
    return search(tree, Uint8Array.from(isMatch, Number));
  }, [tree, state.query]);
  const look: Omit<Look, "selected"> = useMemo(() => {
    const colour = colours(answer, tree, state.colour);
    const label = (node: number) => answer.tree.frames[tree.frame(node)]!.name;
    return {
      colour: (node) => (found?.isMatch[tree.frame(node)] ? MATCH_COLOUR : colour(node)),
      ink: inkOn,
      label,
      mergedColour: MERGED_COLOUR,
      isDimmed: (node) => found !== null && !found.isMatch[tree.frame(node)],
    };
  }, [tree, found, state.colour]);
  return { tree, found, look };
}

// Taller than this, browsers give a blank canvas (32,767 px) or none.
const MOST_ROWS = 1500;

function exportPng(tree: FlameTree, look: Look, zoom: number): void {
  const canvas = document.createElement("canvas");
  const widthPx = 1600;
  const rows = Math.min(MOST_ROWS, tree.depth);
  canvas.width = widthPx;
  canvas.height = rows * ROW_PX;
  const context = canvas.getContext("2d")!;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  paint(context, allBlocks(tree, zoom, widthPx, rows), 0, look);
  canvas.toBlob((image) => image && download("flame.png", image));
}

function allBlocks(tree: FlameTree, zoom: number, widthPx: number, rows: number) {
  const view = { tree, zoom: zoom >= 0 && tree.has(zoom) ? zoom : -1, widthPx };
  return Array.from({ length: rows }, (_, depth) => blocksOf(view, depth)).flat();
}

export function FlamePanel(props: Props) {
  const { answer, state, change } = props;
  const { tree, found, look } = useFlame(props);
  const [samples, sampledNs] = useMemo(() => {
    const { sums } = answer.time;
    return [
      nodeSums(tree, (key) => sums.samples[key]!),
      nodeSums(tree, (key) => sums.sampledNs[key]!),
    ];
  }, [tree]);
  const describe = (node: number) => {
    if (!tree.has(node)) return "";
    const frame = answer.tree.frames[tree.frame(node)]!;
    const isSampled = sampledNs(node) !== 0 && answer.column <= 0;
    const sampled = isSampled ? `, n = ${samples(node)}` : ", exact";
    return (
      `${frame.name}: ${duration(tree.widthNs(node))} (${percent(
        tree.widthNs(node),
        tree.wholeNs,
      )}), self ${duration(tree.selfNs(node))}${sampled}` +
      (frame.file ? `, ${frame.file}:${frame.line}` : "")
    );
  };
  const exportSvg = () => {
    const text = svgOf(
      allBlocks(tree, state.zoom, 1600, tree.depth),
      1600,
      tree.depth,
      { ...look, selected: -1 },
      describe,
    );
    download("flame.svg", new Blob([text], { type: "image/svg+xml" }));
  };
  return (
    <section
      class="flame-panel"
      data-stacks={tree.stacks}
      data-whole-ns={tree.wholeNs}
      data-levels={tree.depth}
    >
      <div class="tools">
        <Choice
          name="Direction"
          value={state.direction}
          choices={[
            { id: "down", name: "Top-down", what: "callers above what they called" },
            { id: "up", name: "Inverted", what: "leaves on top, their callers below" },
          ]}
          onChoose={(id) => change({ direction: id as State["direction"], zoom: -1 })}
        />
        <Labelled name="Colour by">
          <select
            value={state.colour}
            onChange={(event) => change({ colour: event.currentTarget.value as Colour })}
          >
            <option value="category">category</option>
            <option value="owner">whose code</option>
            <option value="name">name</option>
          </select>
        </Labelled>
        <Labelled name="Search">
          <input
            type="search"
            value={state.query}
            placeholder="function name"
            onInput={(event) => change({ query: event.currentTarget.value })}
          />
        </Labelled>
        <output class="found" data-found-ns={found?.ns}>
          {found && `${found.frames} frames, ${percent(found.ns, tree.wholeNs)} matched`}
        </output>
        <span class="space" />
        {state.zoom >= 0 && <button onClick={() => change({ zoom: -1 })}>Show all</button>}
        <button onClick={() => exportPng(tree, { ...look, selected: -1 }, state.zoom)}>PNG</button>
        <button onClick={exportSvg}>SVG</button>
      </div>
      <FlameGraph
        tree={tree}
        look={look}
        zoom={state.zoom}
        describe={describe}
        onZoom={(zoom) => change({ zoom })}
        name={`Flame graph of ${tree.stacks} stacks, ${duration(tree.wholeNs)} in all`}
      />
    </section>
  );
}
