// Time by category: what the Code Hotspots tab begins with. A click shows one category alone.
import { duration } from "../figures";
import { tenthsOfPercent } from "../model/apportion";
import { OTHER, RESIDUAL } from "../model/time_sums";
import { CATEGORY_COLOURS } from "../palette";
import type { Change, State } from "../state";
import type { Answer } from "./answer";
import { categoryName, Swatch } from "./parts";

interface Props {
  answer: Answer;
  state: State;
  change: Change;
}

function reasonsText(answer: Answer): string {
  return answer.model.header.reasons
    .map((id, i) => ({ id, ns: answer.time.reasonsNs[i]! }))
    .filter((reason) => reason.ns !== 0)
    .sort((a, b) => b.ns - a.ns)
    .map((reason) => `${reason.id.replaceAll("_", " ")} ${duration(reason.ns)}`)
    .join(", ");
}

export function Breakdown({ answer, state, change }: Props) {
  const { columnsNs } = answer.time;
  const tenths = tenthsOfPercent(columnsNs);
  const most = Math.max(1, ...columnsNs);
  return (
    <table class="breakdown">
      <caption>Time by category, exact</caption>
      <thead>
        <tr>
          <th scope="col">Category</th>
          <th scope="col">Time</th>
          <th scope="col">Percent</th>
        </tr>
      </thead>
      <tbody>
        {columnsNs.map((ns, column) => {
          const id = answer.model.header.categories[column] ?? "residual";
          const name = categoryName(answer.model, column);
          const share = `${(tenths[column]! / 10).toFixed(1)} %`;
          const isChosen = state.category === id;
          return (
            <tr
              class={isChosen ? "chosen" : ""}
              data-category={id}
              title={`${share} of this time is explained by ${name}`}
            >
              <th scope="row">
                <button
                  disabled={column === RESIDUAL}
                  aria-pressed={isChosen}
                  onClick={() => change({ category: isChosen ? "" : id, zoom: -1 })}
                >
                  <Swatch column={column} />
                  {name}
                </button>
                <span
                  class="bar"
                  style={{
                    width: `${Math.max(0, (100 * ns) / most)}%`,
                    background: CATEGORY_COLOURS[column]!,
                  }}
                />
                {column === OTHER && ns !== 0 && <small>{reasonsText(answer)}</small>}
              </th>
              <td data-ns={ns} title={`${ns.toLocaleString("en-US")} ns`}>
                {duration(ns)}
              </td>
              <td data-percent={tenths[column]! / 10}>{share}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
