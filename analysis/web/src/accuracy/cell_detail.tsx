// What is behind one cell: its truth, its runs, and the state of the machine in each.
import { duration, signed } from "../figures";
import type { Cell, Results } from "./results";

function pair(values: [number, number] | null, text: (value: number) => string): string {
  return values ? `${text(values[0])} to ${text(values[1])}` : "none: too few runs";
}

export function CellDetail({ cell, results }: { cell: Cell; results: Results }) {
  const runs = new Map(results.runs.map((run) => [run.id, run]));
  const off = (ns: number) => signed(ns / 1e6, 3, "ms");
  return (
    <section class="detail" aria-label="The chosen cell">
      <h3>
        <bdi>{cell.endpoint}</bdi>: {cell.category}{" "}
        <em class={`verdict-${cell.verdict}`}>{cell.verdict}</em>
      </h3>
      {cell.reason && (
        <p class="note">
          <bdi>{cell.reason}</bdi>
        </p>
      )}
      <dl class="totals">
        <div>
          <dt>Truth</dt>
          <dd>
            {duration(cell.truth_lo_ns)}
            {cell.truth_hi_ns !== cell.truth_lo_ns && ` to ${duration(cell.truth_hi_ns)}`}
          </dd>
        </div>
        <div>
          <dt>Attributed</dt>
          <dd>{duration(cell.attributed_ns)}</dd>
        </div>
        <div>
          <dt>Error</dt>
          <dd>{cell.error_ns === null ? "–" : off(cell.error_ns)}</dd>
        </div>
        <div>
          <dt>95 % interval</dt>
          <dd>{pair(cell.ci95_ns, off)}</dd>
        </div>
        <div>
          <dt>Tolerance</dt>
          <dd>±{duration(cell.tolerance_ns)}</dd>
        </div>
        <div>
          <dt>Runs</dt>
          <dd>{cell.repeats}</dd>
        </div>
      </dl>
      <table class="runs">
        <caption>Its runs: what was true, what was attributed, and the machine's state</caption>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Truth, from</th>
            <th scope="col">to</th>
            <th scope="col">Attributed</th>
            <th scope="col">Error</th>
            <th scope="col">Machine</th>
          </tr>
        </thead>
        <tbody>
          {cell.per_run.map((at) => {
            const run = runs.get(at.run);
            const error =
              at.attributed < at.lo ? at.attributed - at.lo : Math.max(0, at.attributed - at.hi);
            return (
              <tr>
                <th scope="row">
                  <bdi>{at.run}</bdi>
                </th>
                <td>{duration(at.lo)}</td>
                <td>{duration(at.hi)}</td>
                <td>{duration(at.attributed)}</td>
                <td>{off(error)}</td>
                <td class="words">
                  {run
                    ? `${run.machine}${run.reasons.length ? `: ${run.reasons.join("; ")}` : ""}`
                    : "not known"}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
