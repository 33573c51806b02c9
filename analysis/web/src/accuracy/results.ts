// What the page reads of results.json (results/schema/results-1.schema.json). Sections that are
// missing are empty: older results have fewer.

export type Verdict = "pass" | "fail" | "inconclusive" | "vacuous" | "skipped" | "not_offered";
export type NumberPair = [number, number];

interface Row {
  scenario: string;
  profiler: string;
  verdict: Verdict;
  reason?: string;
}

export interface Cell extends Row {
  endpoint: string;
  category: string;
  truth_lo_ns: number;
  truth_hi_ns: number;
  attributed_ns: number;
  error_ns: number | null;
  error_pct: number | null;
  error_pp: number | null;
  ci95_ns: NumberPair | null;
  ci95_pct: NumberPair | null;
  repeats: number;
  tolerance_ns: number;
  per_run: { run: string; lo: number; hi: number; attributed: number }[];
}

export interface FunctionRow extends Row {
  endpoint: string;
  function: string;
  truth_share: number;
  attributed_share: number;
  samples: number;
  span_wall_ns?: number;
  sampling_limit: number | null;
}

export interface Run {
  id: string;
  scenario: string;
  profiler: string;
  seed: number;
  repeat: number;
  machine: "ok" | "degraded" | "invalid";
  reasons: string[];
  wall_ns: number;
  losses: Record<string, number>;
  overhead_pct: number | null;
}

export interface Confusion {
  scenario: string;
  profiler: string;
  true_category: string;
  reported_category: string;
  ns: number;
}

export interface LinkRow extends Row {
  right_pct: number;
  wrong_pct: number;
  none_pct: number;
}

export interface ConservationRow extends Row {
  tiling_error_ns: number;
  residual_pct: number | null;
  other_pct: number | null;
  double_booked_ns: number;
}

export interface OverheadRow extends Row {
  rate_hz: number;
  measure: string;
  unit: string;
  bare: number;
  profiled: number;
  ratio: number | null;
  ci95: NumberPair | null;
}

export interface Standing {
  scenario: string;
  profiler: string;
  runs: number;
  samples: number;
  rate_hz: number | null;
  max_points: number | null;
  rms_points: number | null;
  rms_over_limit: number | null;
  overhead_pct: number | null;
  losses: number;
}

export interface Sweep {
  scenario: string;
  profiler: string;
  parameter: string;
  points: { value: number; error_pct: number | null; ci95: NumberPair | null }[];
  breaking_point: number | null;
}

export interface Results {
  environment: Record<string, unknown>;
  provenance?: { name: string; started: string; id: string };
  runs: Run[];
  cells: Cell[];
  functions: FunctionRow[];
  links: LinkRow[];
  conservation: ConservationRow[];
  confusion: Confusion[];
  sweeps?: Sweep[];
  overhead?: OverheadRow[];
  standings?: Standing[];
  summary: {
    pass: number;
    fail: number;
    inconclusive: number;
    vacuous: number;
    skipped: number;
    invalid_runs: number;
    exit_code: number;
    reason: string;
  };
}

// One scenario under one profiler: what the pictures are of.
export interface Setting {
  scenario: string;
  profiler: string;
}

export function settingsOf(results: Results): Setting[] {
  const seen = new Map<string, Setting>();
  for (const { scenario, profiler } of [...results.cells, ...results.functions]) {
    seen.set(`${scenario}\n${profiler}`, { scenario, profiler });
  }
  return [...seen.values()];
}

export function isOf(setting: Setting, row: Setting): boolean {
  return row.scenario === setting.scenario && row.profiler === setting.profiler;
}

export const CATEGORY_ORDER = [
  "cpu",
  "lock",
  "sync",
  "file",
  "socket",
  "runqueue",
  "other",
  "residual",
];

export function categoriesOf(names: Iterable<string>): string[] {
  const place = (name: string) => (CATEGORY_ORDER.indexOf(name) + 99) % 99;
  return [...new Set(names)].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

export function keyOf(cell: Cell): string {
  return [cell.scenario, cell.profiler, cell.endpoint, cell.category].join("\n");
}
