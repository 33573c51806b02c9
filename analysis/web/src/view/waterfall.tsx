// The spans of a trace over its time, each below its parent.
import { useMemo } from "preact/hooks";
import { duration } from "../figures";
import { scopedTime } from "../model/scope";
import { selectedTime } from "../model/selected_time";
import type { RecordingModel } from "../model/recording";
import type { Change } from "../state";
import { CategoryBar } from "./parts";

const MOST_ROWS = 400;

function topOf(model: RecordingModel, at: number): number {
  while (model.spans.parent[at]! >= 0) at = model.spans.parent[at]!;
  return at;
}

interface Row {
  at: number;
  level: number;
}

function rowsOf(model: RecordingModel, top: number): Row[] {
  const { spans } = model;
  const level = new Map<number, number>([[top, 0]]);
  const rows: Row[] = [];
  for (let at = top; at <= top + spans.below[top]!; ++at) {
    if (at !== top) level.set(at, level.get(spans.parent[at]!)! + 1);
    rows.push({ at, level: level.get(at)! });
  }
  return rows;
}

interface Props {
  model: RecordingModel;
  at: number;
  change: Change;
}

export function Waterfall({ model, at, change }: Props) {
  const { spans, header } = model;
  const top = topOf(model, at);
  const rows = useMemo(() => rowsOf(model, top).slice(0, MOST_ROWS), [model, top]);
  const endOf = (span: number) => (spans.endNs[span]! < 0 ? header.end_ns : spans.endNs[span]!);
  const beginNs = Math.min(...rows.map((row) => spans.startNs[row.at]!).filter((ns) => ns >= 0));
  const lengthNs = Math.max(1, Math.max(...rows.map((row) => endOf(row.at))) - beginNs);
  const own = useMemo(
    () => rows.map((row) => selectedTime(model, scopedTime(model, [row.at], "span")).columnsNs),
    [rows],
  );
  return (
    <table class="waterfall">
      <caption>
        Spans of trace <code>{spans.trace(top)}</code>, over {duration(lengthNs)}
      </caption>
      <thead>
        <tr>
          <th scope="col">Span</th>
          <th scope="col">Elapsed</th>
          <th scope="col" class="wide">
            When, and what its own time was
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, i) => {
          const startNs = spans.startNs[row.at]!;
          const elapsedNs = startNs < 0 ? 0 : endOf(row.at) - startNs;
          const ownNs = own[i]!.reduce((sum, ns) => sum + Math.max(0, ns), 0);
          return (
            <tr class={row.at === at ? "chosen" : ""} data-span={spans.id(row.at)}>
              <th scope="row" style={{ paddingLeft: `${8 + row.level * 16}px` }}>
                <button
                  class="link"
                  aria-current={row.at === at}
                  onClick={() =>
                    change({
                      picks: { spans: [spans.id(row.at)], traces: [], endpoints: [], slowest: 0 },
                      zoom: -1,
                    })
                  }
                >
                  <bdi>{model.text(spans.name[row.at]!)}</bdi>
                </button>
              </th>
              <td>{spans.isTimed(row.at) ? duration(elapsedNs) : "not known"}</td>
              <td class="wide">
                <span class="track">
                  <span
                    class="piece"
                    style={{
                      left: `${startNs < 0 ? 0 : (100 * (startNs - beginNs)) / lengthNs}%`,
                      width: `${Math.max(0.3, (100 * elapsedNs) / lengthNs)}%`,
                    }}
                  >
                    <CategoryBar columnsNs={own[i]!} wholeNs={ownNs} />
                  </span>
                </span>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
