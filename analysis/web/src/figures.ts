// Numbers as people read them. Exact nanoseconds stand beside them, in `data-ns` and in titles.

export function duration(ns: number): string {
  const size = Math.abs(ns);
  if (size >= 100e9) return `${(ns / 1e9).toFixed(1)} s`;
  if (size >= 1e9) return `${(ns / 1e9).toFixed(2)} s`;
  if (size >= 100e6) return `${(ns / 1e6).toFixed(0)} ms`;
  if (size >= 1e6) return `${(ns / 1e6).toFixed(2)} ms`;
  if (size >= 1e3) return `${(ns / 1e3).toFixed(1)} µs`;
  return `${ns.toFixed(0)} ns`;
}

export function percent(part: number, whole: number): string {
  return whole > 0 ? `${((100 * part) / whole).toFixed(1)} %` : "–";
}

export function count(value: number, one: string, many = `${one}s`): string {
  return `${value.toLocaleString("en-US")} ${value === 1 ? one : many}`;
}

export function signed(value: number, digits: number, unit: string): string {
  return `${value > 0 ? "+" : ""}${value.toFixed(digits)} ${unit}`;
}
