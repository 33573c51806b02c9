// Pictures of a result as SVG: attributed against true time, and the error over a sweep.
// Each has its figures in a table of the page.
import { duration } from "../figures";
import { CATEGORY_COLOURS } from "../palette";
import { CATEGORY_ORDER, isOf, type Cell, type Results, type Setting, type Sweep } from "./results";

const SIDE = 360;
const EDGE = 56;

function logarithmic(least: number, most: number): (value: number) => number {
  const [from, to] = [Math.log(Math.max(1, least)), Math.log(Math.max(2, most))];
  const length = Math.max(1e-9, to - from);
  return (value) => Math.min(1, Math.max(0, (Math.log(Math.max(value, 1)) - from) / length));
}

function decades(least: number, most: number): number[] {
  const ticks: number[] = [];
  for (let tick = 10 ** Math.ceil(Math.log10(least)); tick <= most; tick *= 10) ticks.push(tick);
  return ticks;
}

function bounds(values: number[]): [number, number] {
  const positive = values.filter((value) => value > 0);
  return positive.length === 0
    ? [1, 10]
    : [Math.min(...positive) * 0.7, Math.max(...positive) * 1.4];
}

function Mark({ x, y, category }: { x: number; y: number; category: string }) {
  const column = Math.max(0, CATEGORY_ORDER.indexOf(category));
  const fill = CATEGORY_COLOURS[column]!;
  if (column % 3 === 0) return <circle cx={x} cy={y} r="5" fill={fill} />;
  if (column % 3 === 1) return <rect x={x - 4.5} y={y - 4.5} width="9" height="9" fill={fill} />;
  return <path d={`M${x} ${y - 6}L${x + 6} ${y + 4.5}L${x - 6} ${y + 4.5}Z`} fill={fill} />;
}

export function ParityPlot({ results, setting }: { results: Results; setting: Setting }) {
  const cells = results.cells.filter(
    (cell) =>
      isOf(setting, cell) &&
      cell.truth_hi_ns > 0 &&
      cell.attributed_ns > 0 &&
      cell.error_ns !== null,
  );
  const [least, most] = bounds(cells.flatMap((cell) => [cell.truth_lo_ns, cell.attributed_ns]));
  const share = logarithmic(least, most);
  const x = (ns: number) => EDGE + SIDE * share(ns);
  const y = (ns: number) => 10 + SIDE * (1 - share(ns));
  const attributed = (cell: Cell, bound: 0 | 1) =>
    cell.ci95_ns ? cell.attributed_ns - cell.error_ns! + cell.ci95_ns[bound] : cell.attributed_ns;
  return (
    <figure class="picture">
      <figcaption>
        Parity: attributed over true time; a true profiler is on the line. Bars: 95 % interval, and
        how far the truth is open
      </figcaption>
      <svg
        viewBox={`0 0 ${SIDE + EDGE + 20} ${SIDE + 50}`}
        role="img"
        aria-label={`Parity plot of ${cells.length} cells; the heat map holds the figures`}
      >
        <rect x={EDGE} y="10" width={SIDE} height={SIDE} class="frame" />
        {decades(least, most).map((tick) => (
          <g class="tick">
            <line x1={x(tick)} x2={x(tick)} y1="10" y2={10 + SIDE} />
            <line x1={EDGE} x2={EDGE + SIDE} y1={y(tick)} y2={y(tick)} />
            <text x={x(tick)} y={SIDE + 26} text-anchor="middle">
              {duration(tick).replace(/\.0+ /, " ")}
            </text>
            <text x={EDGE - 5} y={y(tick) + 4} text-anchor="end">
              {duration(tick).replace(/\.0+ /, " ")}
            </text>
          </g>
        ))}
        <line x1={x(least)} y1={y(least)} x2={x(most)} y2={y(most)} class="diagonal" />
        {cells.map((cell) => {
          const middle = (cell.truth_lo_ns + cell.truth_hi_ns) / 2;
          return (
            <g>
              <line
                x1={x(cell.truth_lo_ns)}
                x2={x(cell.truth_hi_ns)}
                y1={y(cell.attributed_ns)}
                y2={y(cell.attributed_ns)}
                class="interval"
              />
              <line
                x1={x(middle)}
                x2={x(middle)}
                y1={y(attributed(cell, 0))}
                y2={y(attributed(cell, 1))}
                class="interval"
              />
              <Mark x={x(middle)} y={y(cell.attributed_ns)} category={cell.category} />
              <title>
                {`${cell.endpoint} ${cell.category}: truth ${duration(middle)}, ` +
                  `attributed ${duration(cell.attributed_ns)}`}
              </title>
            </g>
          );
        })}
        <text x={EDGE + SIDE / 2} y={SIDE + 46} text-anchor="middle">
          true time
        </text>
      </svg>
    </figure>
  );
}

export function SweepPlot({ sweep }: { sweep: Sweep }) {
  const points = sweep.points.filter((point) => point.error_pct !== null);
  const [least, most] = bounds(sweep.points.map((point) => point.value));
  const share = logarithmic(least, most);
  const x = (value: number) => EDGE + SIDE * share(value);
  const highest = Math.max(
    1,
    ...points.flatMap((point) => [point.error_pct!, ...(point.ci95 ?? [])]).map(Math.abs),
  );
  const y = (error: number) => 100 - (90 * error) / highest;
  return (
    <figure class="picture">
      <figcaption>
        <bdi>{sweep.scenario}</bdi> under <bdi>{sweep.profiler}</bdi>: error in percent over{" "}
        {sweep.parameter};{" "}
        {sweep.breaking_point === null ? "breaks nowhere" : `breaks at ${sweep.breaking_point}`}
      </figcaption>
      <svg
        viewBox={`0 0 ${SIDE + EDGE + 20} 230`}
        role="img"
        aria-label="Error over the parameter; the table holds the figures"
      >
        <line x1={EDGE} x2={EDGE + SIDE} y1={y(0)} y2={y(0)} class="diagonal" />
        {[highest, -highest].map((error) => (
          <text x={EDGE - 5} y={y(error) + 4} text-anchor="end">
            {error.toFixed(1)} %
          </text>
        ))}
        {points.map((point) => (
          <g>
            {point.ci95 && (
              <line
                x1={x(point.value)}
                x2={x(point.value)}
                y1={y(point.ci95[0])}
                y2={y(point.ci95[1])}
                class="interval"
              />
            )}
            <circle
              cx={x(point.value)}
              cy={y(point.error_pct!)}
              r="4.5"
              fill={CATEGORY_COLOURS[1]!}
            />
            <title>{`${point.value}: ${point.error_pct!.toFixed(2)} %`}</title>
          </g>
        ))}
        {sweep.points.map((point) => (
          <text x={x(point.value)} y="214" text-anchor="middle">
            {point.value}
          </text>
        ))}
      </svg>
    </figure>
  );
}
