// Code Hotspots of a selection: Focus On, the breakdown by category, and methods or a flame graph.
import { useState } from "preact/hooks";
import { count, duration } from "../figures";
import { FOCUSES, type Focus } from "../model/scope";
import { commandOf } from "../model/selection";
import type { Change, State } from "../state";
import type { Answer } from "./answer";
import { Breakdown } from "./breakdown";
import { FlamePanel } from "./flame_panel";
import { MethodsList } from "./methods_list";
import { notesOf } from "./notes";
import { Choice, Labelled } from "./parts";

interface Props {
  answer: Answer;
  state: State;
  change: Change;
  isFullPage?: boolean;
}

function CopyCommand({ answer, state }: Props) {
  const [said, setSaid] = useState("");
  const more = [
    ...(state.category ? ["--category", state.category] : []),
    ...(state.by === "line" ? ["--lines"] : []),
    ...(state.form === "flame" || state.view === "flame"
      ? [state.direction === "up" ? "--reverse" : "--tree"]
      : []),
  ];
  const command = commandOf(answer.model.header.file, state.picks, state.focus, more);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(command);
      setSaid("copied");
    } catch {
      setSaid(command); // pages from disk may not have a clipboard: to be copied by hand
    }
    setTimeout(() => setSaid(""), 8000);
  };
  return (
    <>
      <button class="copy" title={command} data-command={command} onClick={copy}>
        Copy as command
      </button>
      <output class="copied">{said}</output>
    </>
  );
}

function Totals({ answer }: { answer: Answer }) {
  const { scope, time } = answer;
  const allNs = time.columnsNs.reduce((a, b) => a + b, 0);
  return (
    <dl
      class="totals"
      data-wall-ns={allNs}
      data-elapsed-ns={scope.elapsedNs}
      data-thread-time-ns={time.onThreadsNs}
      data-uncovered-ns={time.uncoveredNs}
      data-samples={time.sampling.samples}
      data-spans={scope.spans}
      data-picked={scope.picked}
      data-distributed-ns={time.sampling.distributedNs}
      data-sampled-ns={time.sampling.sampledNs}
    >
      <div>
        <dt>Elapsed</dt>
        <dd>{duration(scope.elapsedNs)}</dd>
      </div>
      <div>
        <dt>On threads</dt>
        <dd>{duration(time.onThreadsNs)}</dd>
      </div>
      <div>
        <dt>On no thread</dt>
        <dd>{duration(time.uncoveredNs)}</dd>
      </div>
      <div>
        <dt title="time on threads over elapsed time">Parallelism</dt>
        <dd>{scope.elapsedNs > 0 ? (time.onThreadsNs / scope.elapsedNs).toFixed(2) : "–"}</dd>
      </div>
      <div>
        <dt>Samples</dt>
        <dd>{count(time.sampling.samples, "sample")}</dd>
      </div>
      {scope.spans > 1 && (
        <div>
          <dt>Spans</dt>
          <dd>{scope.spans.toLocaleString("en-US")}</dd>
        </div>
      )}
    </dl>
  );
}

export function HotspotsPanel(props: Props) {
  const { answer, state, change, isFullPage } = props;
  const isFlame = isFullPage || state.form === "flame";
  return (
    <section class={isFullPage ? "hotspots full" : "hotspots"} aria-label="Code Hotspots">
      <div class="tools">
        {!answer.isWhole && (
          <Labelled name="Focus On">
            <select
              value={state.focus}
              class="focus"
              title={FOCUSES.find((one) => one.id === state.focus)!.what}
              onChange={(event) => change({ focus: event.currentTarget.value as Focus, zoom: -1 })}
            >
              {FOCUSES.map((focus) => (
                <option value={focus.id}>{focus.name}</option>
              ))}
            </select>
          </Labelled>
        )}
        <Labelled name="Merge by">
          <select
            value={state.by}
            onChange={(event) => change({ by: event.currentTarget.value as State["by"], zoom: -1 })}
          >
            <option value="function">function</option>
            <option value="line">line</option>
          </select>
        </Labelled>
        {!isFullPage && (
          <>
            <Choice
              name="Shown as"
              value={state.form}
              choices={[
                { id: "list", name: "Methods" },
                { id: "flame", name: "Flame graph" },
              ]}
              onChoose={(id) => change({ form: id as State["form"] })}
            />
            <button class="full-page" onClick={() => change({ view: "flame" })}>
              View in full page
            </button>
          </>
        )}
        <span class="space" />
        <CopyCommand {...props} />
      </div>
      <Totals answer={answer} />
      {notesOf(answer).map((note) => (
        <p class="note">{note}</p>
      ))}
      <div class="columns">
        <Breakdown answer={answer} state={state} change={change} />
        <div class="what">
          {isFlame && <FlamePanel answer={answer} state={state} change={change} />}
          {(!isFlame || isFullPage) && <MethodsList answer={answer} />}
        </div>
      </div>
    </section>
  );
}
