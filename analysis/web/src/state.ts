// What the page shows, as one value that lives in the address behind '#': a link shows the same.
// Unknown or malformed parts are passed over.
import { useEffect, useState } from "preact/hooks";
import type { Direction } from "./flame/flame_tree";
import type { MergeBy } from "./model/frame_forest";
import { FOCUSES, type Focus } from "./model/scope";
import type { Picks } from "./model/selection";

export type ViewName = "traces" | "endpoints" | "flame" | "accuracy";
export type SpanTab = "hotspots" | "waterfall" | "threads";
export type Colour = "category" | "owner" | "name";

export interface State {
  view: ViewName | "";
  picks: Picks;
  focus: Focus;
  tab: SpanTab;
  category: string; // id, or "" for all
  by: MergeBy;
  form: "list" | "flame";
  direction: Direction;
  colour: Colour;
  zoom: number; // node of the flame graph
  query: string; // search in the flame graph
  list: "requests" | "spans";
  find: string; // filter of the list
  sort: string; // of the endpoint table
  per: "total" | "call";
  row: string; // what is opened in the accuracy view
  theme: "" | "light" | "dark";
}

export const START: State = {
  view: "",
  picks: { spans: [], traces: [], endpoints: [], slowest: 0 },
  focus: "children",
  tab: "hotspots",
  category: "",
  by: "function",
  form: "list",
  direction: "down",
  colour: "category",
  zoom: -1,
  query: "",
  list: "requests",
  find: "",
  sort: "wall",
  per: "total",
  row: "",
  theme: "",
};

const CHOICES: Partial<Record<keyof State, string[]>> = {
  view: ["traces", "endpoints", "flame", "accuracy"],
  focus: FOCUSES.map((focus) => focus.id),
  tab: ["hotspots", "waterfall", "threads"],
  by: ["function", "line"],
  form: ["list", "flame"],
  direction: ["down", "up"],
  colour: ["category", "owner", "name"],
  list: ["requests", "spans"],
  per: ["total", "call"],
  theme: ["light", "dark"],
};
const TEXTS: (keyof State)[] = ["category", "query", "find", "sort", "row"];

export function hashOf(state: State): string {
  const parts = new URLSearchParams();
  for (const name of [...Object.keys(CHOICES), ...TEXTS] as (keyof State)[]) {
    if (state[name] !== START[name]) parts.set(name, String(state[name]));
  }
  for (const id of state.picks.spans) parts.append("span", id);
  for (const id of state.picks.traces) parts.append("trace", id);
  for (const name of state.picks.endpoints) parts.append("endpoint", name);
  if (state.picks.slowest > 0) parts.set("slowest", String(state.picks.slowest));
  if (state.zoom >= 0) parts.set("zoom", String(state.zoom));
  return parts.toString();
}

function numberOf(text: string | null, otherwise: number): number {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : otherwise;
}

export function stateOf(hash: string): State {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const state: Record<string, unknown> = { ...START };
  for (const [name, values] of Object.entries(CHOICES)) {
    const value = parts.get(name);
    if (value !== null && values.includes(value)) state[name] = value;
  }
  for (const name of TEXTS) state[name] = parts.get(name) ?? START[name];
  state.picks = {
    spans: parts.getAll("span"),
    traces: parts.getAll("trace"),
    endpoints: parts.getAll("endpoint"),
    slowest: numberOf(parts.get("slowest"), 0),
  };
  state.zoom = numberOf(parts.get("zoom"), -1);
  return state as unknown as State;
}

export type Change = (change: Partial<State>) => void;

// Changes of what is looked at make a step in the browser's history; typing does not.
export function usePageState(): [State, Change] {
  const [state, setState] = useState(() => stateOf(location.hash));
  useEffect(() => {
    const onHash = () => setState(stateOf(location.hash));
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  }, []);
  const change = (part: Partial<State>) => {
    const next = { ...stateOf(location.hash), ...part };
    const isTyping = "query" in part || "find" in part;
    history[isTyping ? "replaceState" : "pushState"](null, "", `#${hashOf(next)}`);
    setState(next);
  };
  return [state, change];
}
