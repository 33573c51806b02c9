// Methods by their own time; the plus sign opens the stack to each, in reverse order: its callers.
import { useMemo, useState } from "preact/hooks";
import { percent } from "../figures";
import type { Frame } from "../model/frame_forest";
import { callersOf, leavesOf, methodsOf, type CallerPlace } from "../model/methods";
import type { TimeSums } from "../model/time_sums";
import { OWNER_COLOURS } from "../palette";
import type { Answer } from "./answer";
import { Figure } from "./parts";

const STEP = 30;

export function FrameName({ frame, answer }: { frame: Frame; answer: Answer }) {
  const reason = answer.model.header.stackless.find((one) => one.name === frame.name)?.reason;
  const place = frame.file ? `${frame.file}:${frame.line}` : "";
  const owner = answer.model.header.owner_names[frame.owner]!;
  return (
    <span class="frame" title={[frame.name, place, owner, reason].filter(Boolean).join("\n")}>
      <i class="owner" style={{ background: OWNER_COLOURS[frame.owner]! }} />
      <bdi>{frame.name}</bdi>
      {place && (
        <small>
          <bdi>{frame.file.split("/").at(-1)}</bdi>:{frame.line}
        </small>
      )}
    </span>
  );
}

interface RowProps {
  answer: Answer;
  frame: number;
  sums: TimeSums;
  row: number;
  level: number;
  place: () => CallerPlace;
  total?: TimeSums;
}

function Row({ answer, frame, sums, row, level, place, total }: RowProps) {
  const [isOpen, setOpen] = useState(false);
  const callers = useMemo(
    () => (isOpen ? callersOf(answer.time, answer.tree, place(), answer.column) : []),
    [isOpen, answer],
  );
  const name = answer.tree.frames[frame]!;
  return (
    <>
      <tr
        class={level > 0 ? "caller" : "method"}
        data-function={name.name}
        data-line={name.line || undefined}
        data-owner={answer.model.header.owners[name.owner]}
      >
        <td class="name" style={{ paddingLeft: `${level * 16 + 4}px` }}>
          <button
            class="plus"
            aria-expanded={isOpen}
            aria-label={`${isOpen ? "Hide" : "Show"} the callers of ${name.name}`}
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? "−" : "+"}
          </button>
          <FrameName frame={name} answer={answer} />
        </td>
        <td class="self">
          <Figure answer={answer} sums={sums} row={row} />
        </td>
        <td>{percent(sums.value(row, answer.column), answer.wholeNs)}</td>
        <td class="total">{total && <Figure answer={answer} sums={total} row={row} />}</td>
      </tr>
      {callers.map((caller) => (
        <Row
          key={caller.frame}
          answer={answer}
          frame={caller.frame}
          sums={caller.sums}
          row={0}
          level={level + 1}
          place={() => caller}
        />
      ))}
      {isOpen && callers.length === 0 && (
        <tr class="caller">
          <td class="name none" colSpan={4} style={{ paddingLeft: `${level * 16 + 40}px` }}>
            nothing called it: here the stacks begin
          </td>
        </tr>
      )}
    </>
  );
}

export function MethodsList({ answer }: { answer: Answer }) {
  const [shown, setShown] = useState(STEP);
  const methods = useMemo(() => methodsOf(answer.time, answer.tree, answer.column), [answer]);
  const rows = useMemo(
    () =>
      methods.order.filter(
        (row) => answer.column < 0 || methods.total.value(row, answer.column) !== 0,
      ),
    [methods],
  );
  return (
    <>
      <table class="methods">
        <caption>Methods by their own time, with the time of what they called beside it</caption>
        <thead>
          <tr>
            <th scope="col">Method</th>
            <th scope="col">Self</th>
            <th scope="col">Of all</th>
            <th scope="col">With callees</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, shown).map((row) => (
            <Row
              key={row}
              answer={answer}
              frame={row}
              sums={methods.self}
              row={row}
              level={0}
              place={() => leavesOf(answer.time, answer.tree, row)}
              total={methods.total}
            />
          ))}
        </tbody>
      </table>
      {rows.length > shown && (
        <button class="more" onClick={() => setShown(shown * 4)}>
          {rows.length - shown} more methods
        </button>
      )}
    </>
  );
}
