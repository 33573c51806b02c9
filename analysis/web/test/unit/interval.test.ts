// Wilson intervals and largest remainders: figures computed by hand, and rules that must hold.
import { describe, expect, test } from "vitest";
import { apportion, portion, tenthsOfPercent } from "../../src/model/apportion";
import { sampledIntervalNs } from "../../src/model/interval";
import { randomOf } from "./made";

describe("the interval of a sampled figure", () => {
  test("is Wilson's: 10 of 100 samples are 5.5 to 17.4 %", () => {
    const basis = { distributedNs: 1_000_000, sampledNs: 1_000_000, samples: 100 };
    const [low, high] = sampledIntervalNs(100_000, basis)!;
    expect(low / 1e6).toBeCloseTo(0.0552, 4);
    expect(high / 1e6).toBeCloseTo(0.1744, 4);
  });

  test("begins at none when no sample was there, and ends above it", () => {
    const basis = { distributedNs: 1_000_000, sampledNs: 1_000_000, samples: 100 };
    const [low, high] = sampledIntervalNs(0, basis)!;
    expect(low).toBe(0);
    expect(high / 1e6).toBeCloseTo(0.037, 3);
  });

  test("is not said without samples", () => {
    expect(sampledIntervalNs(0, { distributedNs: 10, sampledNs: 0, samples: 0 })).toBeNull();
  });
});

// The rule as it is written: largest remainder first, earlier ones before later equals.
function byTheRule(weights: number[], total: number): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  const parts = weights.map((weight) => Math.floor((weight * total) / sum));
  const order = weights.map((weight, i) => ({ rest: (weight * total) % sum, i }));
  order.sort((a, b) => b.rest - a.rest || a.i - b.i);
  const left = total - parts.reduce((a, b) => a + b, 0);
  for (let i = 0; i < left; ++i) parts[order[i]!.i]! += 1;
  return parts;
}

describe("largest remainders", () => {
  test("hand out all, as the rule says, also among equals", () => {
    const random = randomOf(11);
    for (let round = 0; round < 300; ++round) {
      const weights = Array.from({ length: 1 + random(40) }, () => 1 + random(round % 2 ? 4 : 900));
      const total = random(5000);
      expect(apportion(weights, total)).toEqual(byTheRule(weights, total));
    }
  });

  test("products beyond 2^53 are exact", () => {
    const [value, times, by] = [9_007_199_254_740_881, 1_000_003, 1_000_033];
    const exact = BigInt(value) * BigInt(times);
    expect(portion(value, times, by)).toEqual({
      quotient: Number(exact / BigInt(by)),
      remainder: Number(exact % BigInt(by)),
    });
  });

  test("percents sum to a hundred", () => {
    expect(tenthsOfPercent([1, 1, 1])).toEqual([334, 333, 333]);
    expect(tenthsOfPercent([0, 0])).toEqual([0, 0]);
  });
});
