// The page of a recording: traces, endpoints, and the flame graph in full.
import type { RecordingModel } from "../model/recording";
import { NO_PICKS, slowestRequests, type Picks } from "../model/selection";
import type { Change, State } from "../state";
import { duration } from "../figures";
import { useAnswer, type Answer } from "./answer";
import { Endpoints } from "./endpoints";
import { HotspotsPanel } from "./hotspots_panel";
import { Choice } from "./parts";
import { ThreadTimeline } from "./thread_timeline";
import { TraceList } from "./trace_list";
import { Waterfall } from "./waterfall";

interface Props {
  model: RecordingModel;
  state: State;
  change: Change;
}

export function RecordingPage(props: Props) {
  if (props.state.view === "endpoints") return <Endpoints {...props} />;
  if (props.state.view === "flame") return <FlamePage {...props} />;
  return <TracesPage {...props} />;
}

function titleOf(answer: Answer, picks: Picks): string {
  const { spans } = answer.model;
  if (answer.isWhole) return "The whole recording";
  if (answer.picked.length === 1) return answer.model.text(spans.name[answer.picked[0]!]!);
  if (picks.endpoints.length > 0 && picks.slowest === 0) return picks.endpoints.join(", ");
  return `${answer.picked.length} spans`;
}

function FlamePage({ model, state, change }: Props) {
  const answer = useAnswer(model, state, state.picks);
  return (
    <section class="flame-page">
      <div class="head">
        <h2>
          <bdi>{titleOf(answer, state.picks)}</bdi>
        </h2>
        {!answer.isWhole && (
          <button onClick={() => change({ picks: NO_PICKS, zoom: -1 })}>
            Show the whole recording
          </button>
        )}
      </div>
      <HotspotsPanel answer={answer} state={state} change={change} isFullPage />
    </section>
  );
}

// Without a pick, the slowest request is looked at; a recording without spans as a whole.
function picksOf(model: RecordingModel, state: State): Picks {
  const { picks } = state;
  const isPicked =
    picks.spans.length + picks.traces.length + picks.endpoints.length + picks.slowest > 0;
  const slowest = isPicked ? [] : slowestRequests(model, 1, []);
  return slowest.length === 0 ? picks : { ...NO_PICKS, spans: [model.spans.id(slowest[0]!)] };
}

function TracesPage({ model, state, change }: Props) {
  const picks = picksOf(model, state);
  const answer = useAnswer(model, state, picks);
  const changeFromHere: Change = (part) =>
    change(part.picks || state.picks === picks ? part : { picks, ...part });
  const at = answer.picked[0];
  return (
    <div class="traces">
      <TraceList model={model} state={state} change={change} chosen={answer.picked} />
      <section class="span">
        <div class="head">
          <h2>
            <bdi>{titleOf(answer, picks)}</bdi>
          </h2>
          {at !== undefined && answer.picked.length === 1 && <SpanFacts model={model} at={at} />}
        </div>
        <Choice
          name="About this span"
          value={state.tab}
          choices={[
            { id: "hotspots", name: "Code Hotspots" },
            { id: "waterfall", name: "Waterfall" },
            { id: "threads", name: "Threads" },
          ]}
          onChoose={(id) => changeFromHere({ tab: id as State["tab"] })}
        />
        {(state.tab === "hotspots" || at === undefined) && (
          <HotspotsPanel answer={answer} state={{ ...state, picks }} change={changeFromHere} />
        )}
        {state.tab === "waterfall" && at !== undefined && (
          <Waterfall model={model} at={at} change={change} />
        )}
        {state.tab === "threads" && at !== undefined && <ThreadTimeline model={model} at={at} />}
      </section>
    </div>
  );
}

function SpanFacts({ model, at }: { model: RecordingModel; at: number }) {
  const { spans, header } = model;
  const startNs = spans.startNs[at]!;
  return (
    <p class="facts">
      <span>
        endpoint <bdi>{model.text(spans.endpoint[at]!)}</bdi>
      </span>
      <span>
        span <code>{spans.id(at)}</code>
      </span>
      <span>
        trace <code>{spans.trace(at)}</code>
      </span>
      {startNs >= 0 && <span>{duration(startNs - header.begin_ns)} into the recording</span>}
    </p>
  );
}
