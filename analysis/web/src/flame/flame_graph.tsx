// A flame graph on one canvas that is as large as what is in view: the page scrolls under it.
//
// Mouse: click zooms, again on what is zoomed to goes back. Keys: arrows move, Enter zooms, Escape
// shows all. What is under the mouse or the keys is said in the line above, which is live for
// screen readers; the table below the graph holds the same figures.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { blocksOf, nodeAt, ROW_PX, type Block, type View } from "./blocks";
import { paint, type Look } from "./painter";
import type { FlameTree } from "./flame_tree";

interface Props {
  tree: FlameTree;
  look: Omit<Look, "selected">;
  zoom: number;
  onZoom: (node: number) => void;
  describe: (node: number) => string;
  name: string;
}

function useWidth(): [{ current: HTMLDivElement | null }, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const watch = new ResizeObserver(() => setWidth(box.current?.clientWidth ?? 0));
    watch.observe(box.current!);
    setWidth(box.current!.clientWidth);
    return () => watch.disconnect();
  }, []);
  return [box, width];
}

export function blocksInView(view: View, topPx: number, heightPx: number): Block[] {
  const first = Math.max(0, Math.floor(topPx / ROW_PX));
  const last = Math.min(view.tree.depth - 1, Math.floor((topPx + heightPx) / ROW_PX));
  const blocks: Block[] = [];
  for (let depth = first; depth <= last; ++depth) blocks.push(...blocksOf(view, depth));
  return blocks;
}

function sibling(tree: FlameTree, node: number, step: number): number {
  const depth = tree.depthOf(node);
  const last = tree.level(depth).begin.length - 1;
  return tree.nodeAt(depth, Math.max(0, Math.min(last, tree.placeOf(node) + step)));
}

function moved(tree: FlameTree, node: number, key: string): number {
  if (node < 0) return 0;
  if (key === "ArrowUp") return tree.depthOf(node) > 0 ? tree.parentOf(node) : node;
  if (key === "ArrowDown") return Math.max(node, tree.firstChildOf(node));
  return sibling(tree, node, key === "ArrowLeft" ? -1 : 1);
}

export function FlameGraph(props: Props) {
  const { tree, zoom } = props;
  const [box, width] = useWidth();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [topPx, setTopPx] = useState(0);
  const [at, setAt] = useState<{ node: number; merged: number }>({ node: -1, merged: 1 });
  const view = useMemo(
    () => ({ tree, zoom: zoom >= 0 && tree.has(zoom) ? zoom : -1, widthPx: width }),
    [tree, zoom, width],
  );
  const wholePx = Math.max(1, tree.depth) * ROW_PX;
  const heightPx = Math.min(wholePx, Math.max(200, innerHeight - 300));
  const blocks = useMemo(
    () => (width > 0 ? blocksInView(view, topPx, heightPx) : []),
    [view, topPx, heightPx],
  );
  useEffect(() => setAt({ node: -1, merged: 1 }), [tree]);
  useLayoutEffect(() => {
    const element = canvas.current!;
    const scale = devicePixelRatio;
    element.width = Math.round(width * scale);
    element.height = Math.round(heightPx * scale);
    const context = element.getContext("2d")!;
    context.scale(scale, scale);
    paint(context, blocks, topPx, { ...props.look, selected: at.node });
  }, [blocks, props.look, at.node, width, heightPx]);
  const under = (event: MouseEvent) => {
    const place = canvas.current!.getBoundingClientRect();
    const depth = Math.floor((event.clientY - place.top + topPx) / ROW_PX);
    const px = event.clientX - place.left;
    const block = blocks.find(
      (one) => one.depth === depth && one.leftPx <= px && px < one.leftPx + one.widthPx,
    );
    return { node: nodeAt(view, depth, px), merged: block?.merged ?? 1 };
  };
  const zoomTo = (node: number) => props.onZoom(node === zoom ? -1 : node);
  const onKey = (event: KeyboardEvent) => {
    if (event.key.startsWith("Arrow")) setAt({ node: moved(tree, at.node, event.key), merged: 1 });
    else if (event.key === "Enter" && at.node >= 0) zoomTo(at.node);
    else if (event.key === "Escape") props.onZoom(-1);
    else return;
    event.preventDefault();
  };
  return (
    <div class="flame">
      <p class="said" aria-live="polite">
        {said(props, at)}
      </p>
      <div
        class="flame-box"
        ref={box}
        onScroll={() => setTopPx(box.current!.scrollTop)}
        style={{ height: `${heightPx}px` }}
      >
        <div style={{ height: `${wholePx}px` }}>
          <canvas
            ref={canvas}
            tabIndex={0}
            role="img"
            aria-label={props.name}
            style={{ width: "100%", height: `${heightPx}px` }}
            onKeyDown={onKey}
            onClick={(event) => {
              const { node } = under(event);
              if (node >= 0) zoomTo(node);
            }}
            onMouseMove={(event) => setAt(under(event))}
          />
        </div>
      </div>
    </div>
  );
}

function said(props: Props, at: { node: number; merged: number }): string {
  if (at.node < 0) return "Click a frame to zoom; arrow keys move, Enter zooms, Escape shows all.";
  const rest = at.merged > 1 ? ` and ${at.merged - 1} more, too narrow to draw apart` : "";
  return props.describe(at.node) + rest;
}
