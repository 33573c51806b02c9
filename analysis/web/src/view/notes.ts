// What the numbers alone do not say; as the notes of `plumbline hotspots`.
import type { Answer } from "./answer";

export function notesOf(answer: Answer): string[] {
  const { header } = answer.model;
  const { scope, time } = answer;
  const isEmpty = time.keys.length === 0;
  const ofPicked = (spans: number) => `${spans} of ${scope.picked} picked spans`;
  const notes: [boolean, string][] = [
    [!header.intact, `the recording is damaged ${header.damage}; what is before that is shown`],
    [!answer.isWhole && scope.picked === 0, "the recording has nothing that the selection names"],
    [
      scope.neverActive > 0,
      `${ofPicked(scope.neverActive)} were never active on any thread, and have 0 samples of ` +
        "their own: a span counts while a scope of it is open",
    ],
    [isEmpty, "nothing lies in this scope: no time, 0 samples"],
    [
      scope.unfinished > 0,
      `${ofPicked(scope.unfinished)} never ended in the recording: their elapsed time is not known`,
    ],
    [
      scope.unstarted > 0,
      `of ${ofPicked(scope.unstarted)} the start was lost: their elapsed time is not known`,
    ],
    [
      scope.outlivingSpans > 0,
      `${scope.outlivingSpans} spans ended after their parent; they count in full`,
    ],
    [
      header.backwards_ns + header.backwards_spans > 0,
      `the clock went backwards: ${header.backwards_ns} ns of edges, ` +
        `${header.backwards_spans} spans`,
    ],
    [header.lockstep_risk, "sampled on the kernel's tick: shares by samples have no intervals"],
    [
      !isEmpty && time.sampling.samples < header.few_samples,
      `${time.sampling.samples} samples in this scope: CPU by method says little; ` +
        "categories are exact",
    ],
    [header.lost_events > 0, `${header.lost_events} events were lost while recording`],
    [
      header.missing_modules > 0,
      `${header.missing_modules} modules could not be read as they were recorded: ` +
        "their frames are addresses",
    ],
  ];
  return notes.filter(([applies]) => applies).map(([, text]) => text);
}
