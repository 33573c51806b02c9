// Small pieces that several views draw: a figure with its uncertainty, keys of colours, choices.
import type { ComponentChildren } from "preact";
import { duration } from "../figures";
import type { RecordingModel } from "../model/recording";
import type { TimeSums } from "../model/time_sums";
import { CATEGORY_COLOURS } from "../palette";
import { intervalOf, type Answer } from "./answer";

interface FigureProps {
  answer: Answer;
  sums: TimeSums;
  row: number;
}

// A time, and how far it can be trusted: its interval and samples, or that it is exact.
export function Figure({ answer, sums, row }: FigureProps) {
  const ns = sums.value(row, answer.column);
  const interval = intervalOf(answer, sums, row);
  const samples = sums.samples[row]!;
  const isSampled = answer.column <= 0 && sums.sampledNs[row]! !== 0;
  const isFew = samples > 0 && isSampled && samples < answer.model.header.few_samples;
  return (
    <span
      class={isFew ? "figure few" : "figure"}
      data-ns={ns}
      data-samples={samples}
      data-interval={interval ? interval.join(",") : ""}
      title={`${ns.toLocaleString("en-US")} ns`}
    >
      <b>{duration(ns)}</b>
      <small>{isSampled ? trust(interval, samples) : "exact"}</small>
    </span>
  );
}

function trust(interval: readonly [number, number] | null, samples: number): string {
  if (samples === 0) return "exact, seen by no sample";
  const range = interval ? `${duration(interval[0])} – ${duration(interval[1])}, ` : "";
  return `${range}n = ${samples.toLocaleString("en-US")}`;
}

export function Swatch({ column }: { column: number }) {
  return <i class={`swatch mark-${column}`} style={{ background: CATEGORY_COLOURS[column]! }} />;
}

export function categoryName(model: RecordingModel, column: number): string {
  return model.header.category_names[column] ?? "Residual";
}

// Time by category as one bar.
export function CategoryBar({ columnsNs, wholeNs }: { columnsNs: number[]; wholeNs: number }) {
  return (
    <span class="category-bar" aria-hidden="true">
      {columnsNs.map(
        (ns, column) =>
          ns > 0 &&
          wholeNs > 0 && (
            <i
              style={{ width: `${(100 * ns) / wholeNs}%`, background: CATEGORY_COLOURS[column]! }}
            />
          ),
      )}
    </span>
  );
}

interface ChoiceProps {
  name: string;
  value: string;
  choices: { id: string; name: string; what?: string }[];
  onChoose: (id: string) => void;
}

// A few words next to each other, one of them chosen.
export function Choice({ name, value, choices, onChoose }: ChoiceProps) {
  return (
    <div class="choice" role="group" aria-label={name}>
      {choices.map((choice) => (
        <button
          aria-pressed={choice.id === value}
          title={choice.what}
          data-choice={choice.id}
          onClick={() => onChoose(choice.id)}
        >
          {choice.name}
        </button>
      ))}
    </div>
  );
}

export function Labelled({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <label class="labelled">
      <span>{name}</span>
      {children}
    </label>
  );
}
