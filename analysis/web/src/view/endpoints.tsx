// Endpoints: which use the most, in total and per call, how slow they are, and when they came.
// A click on one scopes the flame graph to it.
import { useMemo } from "preact/hooks";
import { duration } from "../figures";
import { endpointsOf, percentileNs, type EndpointRow } from "../model/endpoints";
import type { RecordingModel } from "../model/recording";
import { CATEGORY_COLOURS } from "../palette";
import type { Change, State } from "../state";
import { CategoryBar, categoryName, Choice, Swatch } from "./parts";

interface Props {
  model: RecordingModel;
  state: State;
  change: Change;
}

interface Column {
  id: string;
  name: string;
  isPerCall: boolean; // divided by requests, where that is asked for
  value: (row: EndpointRow) => number;
  text?: (value: number) => string;
}

function columnsOf(model: RecordingModel): Column[] {
  const whole = (value: number) => value.toLocaleString("en-US");
  const latency = (percent: number) => (row: EndpointRow) => percentileNs(row.latenciesNs, percent);
  return [
    {
      id: "requests",
      name: "Requests",
      isPerCall: false,
      value: (row) => row.requests,
      text: whole,
    },
    { id: "p50", name: "p50", isPerCall: false, value: latency(50) },
    { id: "p95", name: "p95", isPerCall: false, value: latency(95) },
    { id: "p99", name: "p99", isPerCall: false, value: latency(99) },
    { id: "max", name: "max", isPerCall: false, value: (row) => row.latenciesNs.at(-1) ?? 0 },
    { id: "wall", name: "Wall", isPerCall: true, value: (row) => row.wallNs },
    ...model.header.categories.map((id, i) => ({
      id,
      name: categoryName(model, i),
      isPerCall: true,
      value: (row: EndpointRow) => row.columnsNs[i]!,
    })),
  ];
}

// Requests over the recording, as a line of bars; the highest is the full height.
function OverTime({ row }: { row: EndpointRow }) {
  const most = Math.max(1, ...row.overTime);
  const widthPx = 120 / row.overTime.length;
  return (
    <svg
      class="over-time"
      width="120"
      height="24"
      role="img"
      aria-label={`requests over time, at most ${most} in a part`}
    >
      {row.overTime.map(
        (count, i) =>
          count > 0 && (
            <rect
              x={i * widthPx}
              y={24 - (24 * count) / most}
              width={Math.max(1, widthPx - 0.5)}
              height={(24 * count) / most}
            >
              <title>{`part ${i + 1}: ${count}`}</title>
            </rect>
          ),
      )}
    </svg>
  );
}

function EndpointLine({
  row,
  columns,
  state,
  change,
}: Props & { row: EndpointRow; columns: Column[] }) {
  const isSpan = row.requests + row.spans > 0;
  const calls = state.per === "call" ? Math.max(1, row.requests) : 1;
  const open = () =>
    change({
      view: "flame",
      focus: "children",
      zoom: -1,
      picks: { spans: [], traces: [], endpoints: [row.name], slowest: 0 },
    });
  return (
    <tr data-endpoint={row.name}>
      <th scope="row">
        {isSpan ? (
          <button class="link" onClick={open} title="Flame graph of this endpoint">
            <bdi>{row.name}</bdi>
          </button>
        ) : (
          <i>{row.name}</i>
        )}
        <CategoryBar columnsNs={row.columnsNs} wholeNs={row.wallNs} />
      </th>
      <td class="chart">
        <OverTime row={row} />
      </td>
      {columns.map((column) => {
        const value = column.value(row) / (column.isPerCall ? calls : 1);
        const text = value === 0 ? "–" : (column.text ?? duration)(value);
        return (
          <td
            data-column={column.id}
            data-ns={column.value(row)}
            class={state.sort === column.id ? "sorted" : ""}
          >
            {text}
          </td>
        );
      })}
      <td>{row.samples}</td>
    </tr>
  );
}

function LatencyPicture({ rows }: { rows: EndpointRow[] }) {
  const shown = rows.filter((row) => row.requests > 0).slice(0, 12);
  const longestNs = Math.max(1, ...shown.map((row) => row.latenciesNs.at(-1)!));
  const shortestNs = Math.max(1, Math.min(...shown.map((row) => row.latenciesNs[0]!)));
  const scale = Math.log(longestNs / shortestNs) || 1;
  const place = (ns: number) =>
    200 + (560 * Math.log(Math.max(ns, shortestNs) / shortestNs)) / scale;
  return (
    <figure class="latency">
      <figcaption>
        Latency of each endpoint, from its fastest to its slowest request, on a logarithmic scale;
        thick: p50 to p95, line: p99
      </figcaption>
      <svg
        viewBox={`0 0 780 ${shown.length * 26 + 22}`}
        role="img"
        aria-label="Latency of endpoints; the table holds the figures"
      >
        {shown.map((row, i) => {
          const y = i * 26 + 13;
          const at = (percent: number) => place(percentileNs(row.latenciesNs, percent));
          return (
            <g>
              <text x="190" y={y + 4} text-anchor="end">
                {row.name.length > 28 ? `${row.name.slice(0, 27)}…` : row.name}
              </text>
              <line
                x1={place(row.latenciesNs[0]!)}
                x2={place(row.latenciesNs.at(-1)!)}
                y1={y}
                y2={y}
                class="range"
              />
              <rect
                x={at(50)}
                width={Math.max(2, at(95) - at(50))}
                y={y - 6}
                height="12"
                fill={CATEGORY_COLOURS[2]!}
              />
              <line x1={at(99)} x2={at(99)} y1={y - 8} y2={y + 8} class="p99" />
            </g>
          );
        })}
        <text x="200" y={shown.length * 26 + 18}>
          {duration(shortestNs)}
        </text>
        <text x="760" y={shown.length * 26 + 18} text-anchor="end">
          {duration(longestNs)}
        </text>
      </svg>
    </figure>
  );
}

export function Endpoints(props: Props) {
  const { model, state, change } = props;
  const rows = useMemo(() => endpointsOf(model), [model]);
  const columns = useMemo(() => columnsOf(model), [model]);
  const by = columns.find((column) => column.id === state.sort) ?? columns[5]!;
  const perCall = (row: EndpointRow) =>
    state.per === "call" && by.isPerCall ? Math.max(1, row.requests) : 1;
  const ordered = rows
    .slice(0, -1)
    .sort((a, b) => by.value(b) / perCall(b) - by.value(a) / perCall(a));
  ordered.push(rows.at(-1)!);
  return (
    <section class="endpoints" aria-label="Endpoints">
      <div class="tools">
        <Choice
          name="Times"
          value={state.per}
          choices={[
            { id: "total", name: "Total" },
            { id: "call", name: "Per call" },
          ]}
          onChoose={(id) => change({ per: id as State["per"] })}
        />
        <span class="legend">
          {columns.slice(6).map((column, i) => (
            <span>
              <Swatch column={i} />
              {column.name}
            </span>
          ))}
        </span>
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label="Table of endpoints">
        <table class="endpoint-table">
          <caption>
            Endpoints: latency of requests, and where their time went; all figures are exact
          </caption>
          <thead>
            <tr>
              <th scope="col">Endpoint</th>
              <th scope="col">Over time</th>
              {columns.map((column) => (
                <th scope="col" aria-sort={by === column ? "descending" : "none"}>
                  <button onClick={() => change({ sort: column.id })}>
                    {column.name}
                    {by === column ? " ↓" : ""}
                  </button>
                </th>
              ))}
              <th scope="col">Samples</th>
            </tr>
          </thead>
          <tbody>
            {ordered.map((row) => (
              <EndpointLine key={row.name} {...props} row={row} columns={columns} />
            ))}
          </tbody>
        </table>
      </div>
      {ordered.some((row) => row.requests > 0) && <LatencyPicture rows={ordered} />}
    </section>
  );
}
