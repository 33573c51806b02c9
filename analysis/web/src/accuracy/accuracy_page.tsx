// The page of a result: the answer first, then where the errors are, then everything else.
import { duration, signed } from "../figures";
import type { Change, State } from "../state";
import { CellDetail } from "./cell_detail";
import { ConfusionMatrix } from "./confusion_matrix";
import { HeatMap, SIGNS } from "./heat_map";
import { ParityPlot, SweepPlot } from "./pictures";
import { isOf, keyOf, settingsOf, type Results, type Setting } from "./results";

interface Props {
  results: Results;
  state: State;
  change: Change;
}

const ANSWERS: Record<number, [string, string]> = {
  0: ["pass", "The profiler told the truth"],
  1: ["fail", "The profiler was certainly wrong"],
  3: ["inconclusive", "It cannot be told"],
  77: ["skipped", "Nothing could be judged here"],
};

function Summary({ results }: { results: Results }) {
  const { summary, environment } = results;
  const [verdict, words] = ANSWERS[summary.exit_code] ?? ["inconclusive", "It cannot be told"];
  const counts = (["pass", "fail", "inconclusive", "vacuous", "skipped"] as const).map(
    (name) => [name, summary[name]] as const,
  );
  return (
    <section class={`summary verdict-${verdict}`} data-exit-code={summary.exit_code}>
      <h2>
        <span class="sign">{SIGNS[verdict]}</span>
        {words}
      </h2>
      <p>
        <bdi>{summary.reason}</bdi>
      </p>
      <dl class="totals">
        {counts.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd data-count={name}>{value}</dd>
          </div>
        ))}
        <div>
          <dt>invalid runs</dt>
          <dd>
            {summary.invalid_runs} of {results.runs.length}
          </dd>
        </div>
      </dl>
      <p class="facts">
        {["cpu_model", "cpus", "kernel", "hz", "virtualized", "version", "git"].map((name) => (
          <span>
            {name.replace("_", " ")} <bdi>{String(environment[name] ?? "–")}</bdi>
          </span>
        ))}
        {results.provenance && (
          <span>
            started <bdi>{results.provenance.started}</bdi>
          </span>
        )}
      </p>
    </section>
  );
}

function chosenSetting(settings: Setting[], query: string): Setting | undefined {
  return settings.find((one) => `${one.scenario} under ${one.profiler}` === query) ?? settings[0];
}

export function AccuracyPage({ results, state, change }: Props) {
  const settings = settingsOf(results);
  const setting = chosenSetting(settings, state.find);
  const opened = results.cells.find((cell) => keyOf(cell) === state.row);
  return (
    <section class="accuracy">
      <Summary results={results} />
      {settings.length > 1 && (
        <label class="labelled">
          <span>Scenario</span>
          <select
            value={`${setting!.scenario} under ${setting!.profiler}`}
            onChange={(event) => change({ find: event.currentTarget.value, row: "" })}
          >
            {settings.map((one) => (
              <option>{`${one.scenario} under ${one.profiler}`}</option>
            ))}
          </select>
        </label>
      )}
      {setting && (
        <>
          <HeatMap
            results={results}
            setting={setting}
            opened={state.row}
            onOpen={(row) => change({ row: row === state.row ? "" : row })}
          />
          {opened && isOf(setting, opened) && <CellDetail cell={opened} results={results} />}
          <div class="columns even">
            <ParityPlot results={results} setting={setting} />
            <ConfusionMatrix results={results} setting={setting} />
          </div>
          <Functions results={results} setting={setting} />
        </>
      )}
      <Profilers results={results} />
      <Overhead results={results} />
      {results.sweeps?.map((sweep) => (
        <SweepPlot sweep={sweep} />
      ))}
      <Soundness results={results} />
    </section>
  );
}

function Functions({ results, setting }: { results: Results; setting: Setting }) {
  const rows = results.functions.filter((row) => isOf(setting, row));
  if (rows.length === 0) return null;
  return (
    <table class="functions">
      <caption>
        Functions: their share of the CPU, true and attributed, beside what sampling allows
      </caption>
      <thead>
        <tr>
          <th scope="col">Function</th>
          <th scope="col">Endpoint</th>
          <th scope="col">True</th>
          <th scope="col">Attributed</th>
          <th scope="col">Error</th>
          <th scope="col">Sampling limit</th>
          <th scope="col">Samples</th>
          <th scope="col">Verdict</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr class={row.samples < 5 ? "few" : ""}>
            <th scope="row">
              <bdi>{row.function}</bdi>
            </th>
            <td class="words">
              <bdi>{row.endpoint}</bdi>
            </td>
            <td>{(100 * row.truth_share).toFixed(2)} %</td>
            <td>{(100 * row.attributed_share).toFixed(2)} %</td>
            <td>{signed(100 * (row.attributed_share - row.truth_share), 2, "points")}</td>
            <td>
              {row.sampling_limit === null
                ? "–"
                : `±${(100 * row.sampling_limit).toFixed(2)} points`}
            </td>
            <td>n = {Math.round(row.samples).toLocaleString("en-US")}</td>
            <td class={`words verdict-${row.verdict}`} title={row.reason}>
              {SIGNS[row.verdict]} {row.verdict}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Profilers({ results }: { results: Results }) {
  const rows = results.standings ?? [];
  if (rows.length === 0) return null;
  const points = (value: number | null) => (value === null ? "–" : `${value.toFixed(2)} points`);
  return (
    <table class="standings">
      <caption>Profilers side by side</caption>
      <thead>
        <tr>
          <th scope="col">Profiler</th>
          <th scope="col">Scenario</th>
          <th scope="col">Largest error</th>
          <th scope="col">Root mean square</th>
          <th scope="col">Over the limit</th>
          <th scope="col">Samples</th>
          <th scope="col">Overhead</th>
          <th scope="col">Losses</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr>
            <th scope="row">
              <bdi>{row.profiler}</bdi>
            </th>
            <td class="words">
              <bdi>{row.scenario}</bdi>
            </td>
            <td>{points(row.max_points)}</td>
            <td>{points(row.rms_points)}</td>
            <td>{row.rms_over_limit === null ? "–" : row.rms_over_limit.toFixed(2)}</td>
            <td>n = {Math.round(row.samples).toLocaleString("en-US")}</td>
            <td>{row.overhead_pct === null ? "–" : signed(row.overhead_pct, 2, "%")}</td>
            <td>{row.losses}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Overhead({ results }: { results: Results }) {
  const rows = results.overhead ?? [];
  if (rows.length === 0) return null;
  return (
    <table class="overhead">
      <caption>What profiling costs: profiled over bare, less one</caption>
      <thead>
        <tr>
          <th scope="col">Measure</th>
          <th scope="col">Profiler</th>
          <th scope="col">Rate</th>
          <th scope="col">Change</th>
          <th scope="col">95 % interval</th>
          <th scope="col">Verdict</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr>
            <th scope="row">
              <bdi>{row.measure}</bdi>
            </th>
            <td class="words">
              <bdi>{row.profiler}</bdi>
            </td>
            <td>{row.rate_hz} Hz</td>
            <td>{row.ratio === null ? "–" : signed(100 * row.ratio, 2, "%")}</td>
            <td>
              {row.ci95
                ? `${signed(100 * row.ci95[0], 2, "%")} to ${signed(100 * row.ci95[1], 2, "%")}`
                : "–"}
            </td>
            <td class={`words verdict-${row.verdict}`} title={row.reason}>
              {SIGNS[row.verdict]} {row.verdict}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Soundness({ results }: { results: Results }) {
  return (
    <table class="soundness">
      <caption>Links and conservation: did time go to the right span, and does it add up?</caption>
      <thead>
        <tr>
          <th scope="col">Scenario</th>
          <th scope="col">Profiler</th>
          <th scope="col">Right span</th>
          <th scope="col">Wrong</th>
          <th scope="col">None</th>
          <th scope="col">Tiling error</th>
          <th scope="col">Residual</th>
          <th scope="col">Verdicts</th>
        </tr>
      </thead>
      <tbody>
        {settingsOf(results).map((setting) => {
          const link = results.links.find((row) => isOf(setting, row));
          const sound = results.conservation.find((row) => isOf(setting, row));
          const share = (value: number | null | undefined) =>
            value === null || value === undefined ? "–" : `${value.toFixed(2)} %`;
          return (
            <tr>
              <th scope="row">
                <bdi>{setting.scenario}</bdi>
              </th>
              <td class="words">
                <bdi>{setting.profiler}</bdi>
              </td>
              <td>{share(link?.right_pct)}</td>
              <td>{share(link?.wrong_pct)}</td>
              <td>{share(link?.none_pct)}</td>
              <td>{sound ? duration(sound.tiling_error_ns) : "–"}</td>
              <td>{share(sound?.residual_pct)}</td>
              <td class="words">
                {[link?.verdict, sound?.verdict]
                  .filter(Boolean)
                  .map((verdict) => SIGNS[verdict!])
                  .join(" ")}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
