// As analysis/attribution/apportion.cc and percents.cc: the same integers, by largest remainder.

interface Division {
  quotient: number;
  remainder: number;
}

// value * times / by, rounded down; by is positive. Beyond 2^53 by BigInt.
export function portion(value: number, times: number, by: number): Division {
  const product = value * times;
  if (Math.abs(product) <= Number.MAX_SAFE_INTEGER) {
    let remainder = product % by;
    if (remainder < 0) remainder += by;
    return { quotient: (product - remainder) / by, remainder };
  }
  const exact = BigInt(value) * BigInt(times);
  const divisor = BigInt(by);
  let remainder = exact % divisor;
  if (remainder < 0n) remainder += divisor;
  return { quotient: Number((exact - remainder) / divisor), remainder: Number(remainder) };
}

// Hands `left` units, one each, to those with the largest remainders; earlier ones first.
function handOut(parts: number[], remainders: number[], left: number): number[] {
  if (left <= 0) return parts;
  const least = Float64Array.from(remainders).sort()[remainders.length - left]!; // that gets one
  let equal = left;
  for (const remainder of remainders) equal -= Number(remainder > least);
  remainders.forEach((remainder, i) => {
    if (remainder > least || (remainder === least && equal-- > 0)) parts[i]! += 1;
  });
  return parts;
}

// Parts in proportion to the weights, whose sum is exactly `total`. None is negative.
export function apportion(weights: number[], total: number): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  if (sum === 0) return weights.map(() => 0);
  const divisions = weights.map((weight) => portion(weight, total, sum));
  const parts = divisions.map((division) => division.quotient);
  const left = total - parts.reduce((a, b) => a + b, 0);
  return handOut(
    parts,
    divisions.map((division) => division.remainder),
    left,
  );
}

// Percents to one decimal, as tenths, that sum to 1000; all 0 unless the sum is positive.
export function tenthsOfPercent(values: ArrayLike<number>): number[] {
  const list = Array.from(values);
  const sum = list.reduce((a, b) => a + b, 0);
  if (sum <= 0) return list.map(() => 0);
  const divisions = list.map((value) => portion(value, 1000, sum));
  const tenths = divisions.map((division) => division.quotient);
  const left = 1000 - tenths.reduce((a, b) => a + b, 0);
  return handOut(
    tenths,
    divisions.map((division) => division.remainder),
    left,
  );
}
