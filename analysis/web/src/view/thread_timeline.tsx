// What the threads did while the span was open: a lane for each, waits and CPU by category, and a
// line from who waited for a lock to who held it. The span's own time is bright, all else pale.
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { count, duration } from "../figures";
import { timelineOf, type Lane, type Piece, type Timeline } from "../model/timeline";
import type { RecordingModel } from "../model/recording";
import { CATEGORY_COLOURS } from "../palette";
import { categoryName, Swatch } from "./parts";

const LANE_PX = 30;
const BAR_PX = 18;
const MOST_LANES = 60;

interface Props {
  model: RecordingModel;
  at: number;
}

// Pieces thinner than a pixel share one: the largest category of the pixel is drawn.
function paintLane(
  context: CanvasRenderingContext2D,
  lane: Lane,
  yPx: number,
  widthPx: number,
  timeline: Timeline,
): void {
  const { beginNs, endNs } = timeline.window;
  const px = (ns: number) => ((ns - beginNs) / (endNs - beginNs)) * widthPx;
  for (const piece of lane.pieces) {
    const left = px(piece.beginNs);
    context.globalAlpha = piece.isOfSelection ? 1 : 0.28;
    context.fillStyle = CATEGORY_COLOURS[piece.column]!;
    context.fillRect(left, yPx, Math.max(0.4, px(piece.endNs) - left), BAR_PX);
  }
  context.globalAlpha = 1;
}

function paintBlockings(
  context: CanvasRenderingContext2D,
  timeline: Timeline,
  lanes: Lane[],
  widthPx: number,
  ink: string,
): void {
  const { beginNs, endNs } = timeline.window;
  const row = new Map(lanes.map((lane, i) => [lane.thread, i]));
  context.strokeStyle = ink;
  context.lineWidth = 1;
  for (const blocking of timeline.blockings.slice(0, 200)) {
    const from = row.get(blocking.waiter);
    const to = row.get(blocking.holder);
    if (from === undefined || to === undefined || from === to) continue;
    const x = ((blocking.beginNs - beginNs) / (endNs - beginNs)) * widthPx;
    const isDown = to > from;
    const top = from * LANE_PX + (isDown ? BAR_PX : 0);
    const end = to * LANE_PX + (isDown ? 0 : BAR_PX);
    context.beginPath();
    context.moveTo(x, top);
    context.lineTo(x, end);
    context.moveTo(x - 3, end + (isDown ? -5 : 5));
    context.lineTo(x, end);
    context.lineTo(x + 3, end + (isDown ? -5 : 5));
    context.stroke();
  }
}

function pieceAt(timeline: Timeline, lane: Lane | undefined, share: number): Piece | undefined {
  const { beginNs, endNs } = timeline.window;
  const ns = beginNs + share * (endNs - beginNs);
  return lane?.pieces.find((piece) => piece.beginNs <= ns && ns < piece.endNs);
}

export function ThreadTimeline({ model, at }: Props) {
  const timeline = useMemo(() => timelineOf(model, at), [model, at]);
  const lanes = timeline.lanes.slice(0, MOST_LANES);
  const lengthNs = timeline.window.endNs - timeline.window.beginNs;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [said, setSaid] = useState("");
  useLayoutEffect(() => {
    const watch = new ResizeObserver(() => setWidth(canvas.current?.clientWidth ?? 0));
    watch.observe(canvas.current!);
    return () => watch.disconnect();
  }, []);
  useLayoutEffect(() => {
    const element = canvas.current!;
    element.width = width * devicePixelRatio;
    element.height = lanes.length * LANE_PX * devicePixelRatio;
    const context = element.getContext("2d")!;
    context.scale(devicePixelRatio, devicePixelRatio);
    lanes.forEach((lane, i) => paintLane(context, lane, i * LANE_PX, width, timeline));
    paintBlockings(context, timeline, lanes, width, getComputedStyle(element).color);
  }, [timeline, width]);
  const describe = (event: MouseEvent) => {
    const place = canvas.current!.getBoundingClientRect();
    const lane = lanes[Math.floor((event.clientY - place.top) / LANE_PX)];
    const piece = pieceAt(timeline, lane, (event.clientX - place.left) / place.width);
    if (!lane || !piece) return setSaid("");
    const operation =
      piece.wait < 0
        ? ""
        : `, ${model.header.operations[model.waits.operation[piece.wait]!]!.replaceAll("_", " ")}`;
    const span = piece.span < 0 ? "no span" : model.text(model.spans.name[piece.span]!);
    setSaid(
      `${model.threadName(lane.thread)}: ${categoryName(model, piece.column)}${operation} ` +
        `for ${duration(piece.endNs - piece.beginNs)}, in ${span}`,
    );
  };
  return (
    <section class="threads" data-lanes={timeline.lanes.length}>
      <p class="said" aria-live="polite">
        {said ||
          `${count(timeline.lanes.length, "thread")} over ${duration(lengthNs)}; bright: this ` +
            "span and those below it; arrows: waited for a lock that the other held"}
      </p>
      <div class="lanes">
        <div class="lane-names" style={{ lineHeight: `${LANE_PX}px` }}>
          {lanes.map((lane) => (
            <div key={lane.thread}>
              <bdi>{model.threadName(lane.thread)}</bdi>
            </div>
          ))}
        </div>
        <canvas
          ref={canvas}
          style={{ height: `${lanes.length * LANE_PX}px` }}
          role="img"
          aria-label="Threads over the span's time; the tables below hold its figures"
          onMouseMove={describe}
          onMouseLeave={() => setSaid("")}
        />
      </div>
      <BlockingTable model={model} timeline={timeline} />
      <LaneTable model={model} timeline={timeline} />
    </section>
  );
}

function BlockingTable({ model, timeline }: { model: RecordingModel; timeline: Timeline }) {
  if (timeline.blockings.length === 0)
    return <p class="none">No wait here was for a lock whose holder is known.</p>;
  return (
    <table class="blockings">
      <caption>Who blocked whom: the longest waits for locks</caption>
      <thead>
        <tr>
          <th scope="col">Waited</th>
          <th scope="col">For</th>
          <th scope="col">Lock</th>
          <th scope="col">Held by</th>
          <th scope="col">In span</th>
        </tr>
      </thead>
      <tbody>
        {timeline.blockings.slice(0, 30).map((blocking) => (
          <tr>
            <td class="words">
              <bdi>{model.threadName(blocking.waiter)}</bdi>
            </td>
            <td data-ns={blocking.endNs - blocking.beginNs}>
              {duration(blocking.endNs - blocking.beginNs)}
            </td>
            <td>
              <code>0x{blocking.object.toString(16)}</code>
            </td>
            <td class="words">
              <bdi>{model.threadName(blocking.holder)}</bdi>
            </td>
            <td class="words">
              {blocking.holderSpan < 0 ? (
                "no span"
              ) : (
                <bdi>
                  {model.text(model.spans.name[blocking.holderSpan]!)} of{" "}
                  {model.text(model.spans.endpoint[blocking.holderSpan]!)}
                </bdi>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function LaneTable({ model, timeline }: { model: RecordingModel; timeline: Timeline }) {
  const columns = [...Array(8).keys()].filter((column) =>
    timeline.lanes.some((lane) => lane.columnsNs[column]! > 0),
  );
  return (
    <table class="lane-table">
      <caption>Time of each thread, by what filled most of each piece</caption>
      <thead>
        <tr>
          <th scope="col">Thread</th>
          {columns.map((column) => (
            <th scope="col">
              <Swatch column={column} />
              {categoryName(model, column)}
            </th>
          ))}
          <th scope="col">Samples</th>
        </tr>
      </thead>
      <tbody>
        {timeline.lanes.map((lane) => (
          <tr>
            <th scope="row">
              <bdi>{model.threadName(lane.thread)}</bdi>
            </th>
            {columns.map((column) => (
              <td>{lane.columnsNs[column] ? duration(lane.columnsNs[column]!) : ""}</td>
            ))}
            <td>{lane.samples}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
