// The slowest requests, or the slowest of all spans: where a look at a recording begins.
import { useMemo } from "preact/hooks";
import { count, duration } from "../figures";
import type { RecordingModel } from "../model/recording";
import type { Change, State } from "../state";
import { Choice } from "./parts";

const SHOWN = 200;

export function listedSpans(model: RecordingModel, state: State): number[] {
  const { spans } = model;
  const words = state.find.toLowerCase();
  const rows: number[] = [];
  for (let at = 0; at < spans.count; ++at) {
    const isListed = state.list === "requests" ? spans.isFinishedRoot(at) : spans.isTimed(at);
    if (!isListed) continue;
    const text = `${model.text(spans.name[at]!)}\n${model.text(spans.endpoint[at]!)}`.toLowerCase();
    if (
      words === "" ||
      text.includes(words) ||
      spans.id(at) === words ||
      spans.trace(at) === words
    ) {
      rows.push(at);
    }
  }
  return rows.sort((a, b) => spans.elapsedNs(b) - spans.elapsedNs(a) || a - b);
}

interface Props {
  model: RecordingModel;
  state: State;
  change: Change;
  chosen: number[];
}

export function TraceList({ model, state, change, chosen }: Props) {
  const { spans } = model;
  const rows = useMemo(() => listedSpans(model, state), [model, state.list, state.find]);
  const longestNs = rows.length > 0 ? Math.max(1, spans.elapsedNs(rows[0]!)) : 1;
  const choose = (at: number, isMore: boolean) => {
    const id = spans.id(at);
    const others = state.picks.spans.filter((one) => one !== id);
    const ids = !isMore
      ? [id]
      : others.length < state.picks.spans.length
        ? others
        : [...others, id];
    change({ picks: { spans: ids, traces: [], endpoints: [], slowest: 0 }, zoom: -1 });
  };
  return (
    <nav class="trace-list" aria-label="Slowest traces and spans">
      <Choice
        name="What is listed"
        value={state.list}
        choices={[
          { id: "requests", name: "Slowest requests" },
          { id: "spans", name: "Slowest spans" },
        ]}
        onChoose={(id) => change({ list: id as State["list"] })}
      />
      <input
        type="search"
        value={state.find}
        placeholder="name, endpoint, span or trace id"
        aria-label="Find in the list"
        onInput={(event) => change({ find: event.currentTarget.value })}
      />
      <ol>
        {rows.slice(0, SHOWN).map((at) => (
          <li key={at}>
            <button
              aria-current={chosen.includes(at)}
              data-span={spans.id(at)}
              title="With Ctrl: several at once"
              onClick={(event) => choose(at, event.ctrlKey || event.metaKey)}
            >
              <span class="line">
                <bdi class="title">{model.text(spans.name[at]!)}</bdi>
                <b data-ns={spans.elapsedNs(at)}>{duration(spans.elapsedNs(at))}</b>
              </span>
              <span class="meter">
                <i style={{ width: `${(100 * spans.elapsedNs(at)) / longestNs}%` }} />
              </span>
            </button>
          </li>
        ))}
      </ol>
      <p class="none">
        {rows.length > SHOWN
          ? `the slowest ${SHOWN} of ${count(rows.length, "span")}`
          : count(rows.length, state.list === "requests" ? "request" : "span")}
      </p>
    </nav>
  );
}
