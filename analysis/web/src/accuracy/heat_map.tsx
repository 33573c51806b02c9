// Endpoint by category: how far the profiler was off, beside the tolerance. A cell opens its runs.
//
// Colour: the error as a part of the tolerance, blue below the truth, orange above. The verdict is
// a sign in the cell as well, so that nothing rests on colour alone.
import { duration, signed } from "../figures";
import { categoriesOf, keyOf, type Cell, type Results, type Setting, isOf } from "./results";

export const SIGNS: Record<string, string> = {
  pass: "✓",
  fail: "✕",
  inconclusive: "?",
  vacuous: "·",
  skipped: "–",
  not_offered: "–",
};

function tint(cell: Cell): string {
  const over = (cell.error_ns ?? 0) / Math.max(1, cell.tolerance_ns);
  const strength = Math.min(70, Math.round(Math.abs(over) * 70));
  return `color-mix(in srgb, ${over < 0 ? "#0072b2" : "#d55e00"} ${strength}%, var(--card))`;
}

function titleOf(cell: Cell): string {
  const attributed = duration(cell.attributed_ns);
  return (
    `${cell.verdict}: truth ${duration(cell.truth_lo_ns)}, attributed ${attributed}; ` +
    `${cell.repeats} runs`
  );
}

function cellText(cell: Cell): string {
  if (cell.error_ns === null) return SIGNS[cell.verdict] ?? "";
  if (cell.error_pct === null) return signed(cell.error_ns / 1e6, 2, "ms");
  return signed(cell.error_pct, 2, "%");
}

interface Props {
  results: Results;
  setting: Setting;
  opened: string;
  onOpen: (key: string) => void;
}

export function HeatMap({ results, setting, opened, onOpen }: Props) {
  const cells = results.cells.filter((cell) => isOf(setting, cell));
  const endpoints = [...new Set(cells.map((cell) => cell.endpoint))];
  const categories = categoriesOf(cells.map((cell) => cell.category));
  const at = new Map(cells.map((cell) => [`${cell.endpoint}\n${cell.category}`, cell]));
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Error of each endpoint and category">
      <table class="heat-map">
        <caption>
          Signed error, colour: its part of the tolerance; ✓ within, ✕ certainly beyond, ? cannot be
          told
        </caption>
        <thead>
          <tr>
            <th scope="col">Endpoint</th>
            {categories.map((category) => (
              <th scope="col">{category}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {endpoints.map((endpoint) => (
            <tr>
              <th scope="row">
                <bdi>{endpoint}</bdi>
              </th>
              {categories.map((category) => {
                const cell = at.get(`${endpoint}\n${category}`);
                if (!cell) return <td />;
                return (
                  <td class={`verdict-${cell.verdict}`} style={{ background: tint(cell) }}>
                    <button
                      data-cell={keyOf(cell)}
                      data-error-ns={cell.error_ns}
                      aria-pressed={opened === keyOf(cell)}
                      title={titleOf(cell)}
                      onClick={() => onOpen(keyOf(cell))}
                    >
                      {cellText(cell)} <small>{SIGNS[cell.verdict]}</small>
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
