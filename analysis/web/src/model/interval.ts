// As analysis/attribution/sampled_interval.cc: Wilson's 95 % interval of a sampled figure.

export interface SamplingBasis {
  distributedNs: number; // CPU outside calls: what samples distribute
  sampledNs: number; // of it, to stacks that samples saw
  samples: number;
}

export type Interval = readonly [number, number];

export function sampledIntervalNs(sampledNs: number, basis: SamplingBasis): Interval | null {
  if (basis.samples === 0 || basis.sampledNs <= 0 || basis.distributedNs <= 0) return null;
  const quantile = 1.959964;
  const whole = basis.distributedNs;
  const trials = (basis.samples * whole) / basis.sampledNs;
  const share = Math.min(1, Math.max(0, sampledNs / whole));
  const z2 = (quantile * quantile) / trials;
  const middle = (share + z2 / 2) / (1 + z2);
  const half = Math.sqrt(share * (1 - share) * z2 + (z2 * z2) / 4) / (1 + z2);
  const low = Math.trunc(Math.max(0, middle - half) * whole);
  const high = Math.ceil(Math.min(1, middle + half) * whole);
  return [Math.min(low, sampledNs), Math.max(high, sampledNs)];
}
