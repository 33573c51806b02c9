// The answer to what the page's state asks of a recording: made again when the question changes.
import { useMemo } from "preact/hooks";
import type { FrameTree } from "../model/frame_forest";
import { sampledIntervalNs, type Interval } from "../model/interval";
import type { RecordingModel } from "../model/recording";
import { scopedTime, wholeRecording, type ScopedTime } from "../model/scope";
import { selectedTime, type SelectedTime } from "../model/selected_time";
import { isEmpty, pickedSpans, type Picks } from "../model/selection";
import { CPU, WALL, type TimeSums } from "../model/time_sums";
import type { State } from "../state";

export interface Answer {
  model: RecordingModel;
  picked: number[];
  isWhole: boolean;
  scope: ScopedTime;
  time: SelectedTime;
  tree: FrameTree;
  column: number; // asked for, or WALL
  wholeNs: number; // in that column
}

export function columnOf(model: RecordingModel, category: string): number {
  const column = model.header.categories.indexOf(category);
  return column < 0 ? WALL : column;
}

export function useAnswer(model: RecordingModel, state: State, picks: Picks): Answer {
  const asked = JSON.stringify(picks);
  const taken = useMemo(() => {
    const isWhole = isEmpty(picks);
    const picked = pickedSpans(model, picks);
    const scope = isWhole ? wholeRecording(model) : scopedTime(model, picked, state.focus);
    return { isWhole, picked, scope, time: selectedTime(model, scope) };
  }, [model, asked, state.focus]);
  return useMemo(() => {
    const column = columnOf(model, state.category);
    const columns = taken.time.columnsNs;
    const wholeNs = column === WALL ? columns.reduce((a, b) => a + b, 0) : columns[column]!;
    return { model, ...taken, tree: model.forest.tree(state.by), column, wholeNs };
  }, [taken, state.category, state.by]);
}

// Of a row's value, where part of it is distributed by samples: the 95 % interval of the whole.
export function intervalOf(answer: Answer, sums: TimeSums, row: number): Interval | null {
  const isSampled = answer.column === WALL || answer.column === CPU;
  if (!isSampled || sums.samples[row] === 0 || answer.model.header.lockstep_risk) return null;
  const interval = sampledIntervalNs(sums.sampledNs[row]!, answer.time.sampling);
  if (!interval) return null;
  const exactNs = sums.value(row, answer.column) - sums.sampledNs[row]!;
  return [interval[0] + exactNs, interval[1] + exactNs];
}

// What the numbers alone do not say; as the notes of `plumbline hotspots`.
