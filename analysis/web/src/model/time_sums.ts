// Rows of time by category, as columns: what C++ calls TimeSum, many at once.
// The last column is the signed residual, so that a row's sum is its wall.

export const COLUMNS = 8;
export const RESIDUAL = 7;
export const CPU = 0;
export const RUN_QUEUE = 5;
export const OTHER = 6;
export const WALL = -1; // in place of a column: the sum of all

export class TimeSums {
  readonly ns: Float64Array;
  readonly sampledNs: Float64Array; // of CPU: distributed by samples; all else is exact
  readonly samples: Float64Array;

  constructor(readonly rows: number) {
    this.ns = new Float64Array(rows * COLUMNS);
    this.sampledNs = new Float64Array(rows);
    this.samples = new Float64Array(rows);
  }

  add(row: number, from: TimeSums, of: number): void {
    for (let column = 0; column < COLUMNS; ++column) {
      this.ns[row * COLUMNS + column]! += from.ns[of * COLUMNS + column]!;
    }
    this.sampledNs[row]! += from.sampledNs[of]!;
    this.samples[row]! += from.samples[of]!;
  }

  wallNs(row: number): number {
    let sum = 0;
    for (let i = row * COLUMNS; i < (row + 1) * COLUMNS; ++i) sum += this.ns[i]!;
    return sum;
  }
  // Of a column, or of all.
  value(row: number, column: number): number {
    return column === WALL ? this.wallNs(row) : this.ns[row * COLUMNS + column]!;
  }
  isNothing(row: number): boolean {
    if (this.samples[row] !== 0) return false;
    for (let i = row * COLUMNS; i < (row + 1) * COLUMNS; ++i) if (this.ns[i] !== 0) return false;
    return true;
  }
}
