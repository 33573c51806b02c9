// What was time of each category (rows), and what it was reported as (columns).
import { duration, percent } from "../figures";
import { categoriesOf, isOf, type Results, type Setting } from "./results";

export function ConfusionMatrix({ results, setting }: { results: Results; setting: Setting }) {
  const rows = results.confusion.filter((row) => isOf(setting, row));
  if (rows.length === 0) return <p class="none">This result has no confusion matrix.</p>;
  const names = categoriesOf(rows.flatMap((row) => [row.true_category, row.reported_category]));
  const wholeNs = (name: string) =>
    rows.filter((row) => row.true_category === name).reduce((sum, row) => sum + row.ns, 0);
  const trueNames = names.filter((name) => wholeNs(name) > 0);
  const at = new Map(rows.map((row) => [`${row.true_category}\n${row.reported_category}`, row.ns]));
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Confusion matrix">
      <table class="confusion">
        <caption>
          Confusion: rows are the truth, columns what was reported, percent of the row
        </caption>
        <thead>
          <tr>
            <th scope="col">True</th>
            {names.map((name) => (
              <th scope="col">{name}</th>
            ))}
            <th scope="col">In all</th>
          </tr>
        </thead>
        <tbody>
          {trueNames.map((name) => (
            <tr>
              <th scope="row">{name}</th>
              {names.map((reported) => {
                const ns = at.get(`${name}\n${reported}`) ?? 0;
                const share = ns / wholeNs(name);
                const colour = name === reported ? "#009e73" : "#d55e00";
                const strength = Math.round(Math.min(1, share) * 55) + (ns > 0 ? 4 : 0);
                return (
                  <td
                    data-ns={ns}
                    title={duration(ns)}
                    style={{
                      background: `color-mix(in srgb, ${colour} ${strength}%, var(--card))`,
                    }}
                  >
                    {ns > 0 ? percent(ns, wholeNs(name)) : ""}
                  </td>
                );
              })}
              <td>{duration(wholeNs(name))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
