// As analysis/attribution/row_lists.h: lists of rows by owner, one behind the other.

export class RowLists {
  private readonly first: Int32Array;
  private readonly list: Int32Array;

  // `owner` of each row, -1: in no list. Rows of one list keep their order.
  constructor(owners: number, owner: Int32Array) {
    this.first = new Int32Array(owners + 1);
    for (const of of owner) if (of >= 0) this.first[of + 1]! += 1;
    for (let i = 1; i <= owners; ++i) this.first[i]! += this.first[i - 1]!;
    this.list = new Int32Array(this.first[owners]!);
    const next = this.first.slice();
    owner.forEach((of, row) => {
      if (of >= 0) this.list[next[of]!++] = row;
    });
  }

  // Rows of neighbouring owners, from `from` to before `to`.
  ofRange(from: number, to: number): Int32Array {
    return this.list.subarray(this.first[from], this.first[to]);
  }
}
