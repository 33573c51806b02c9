// Reads what analysis/web/column_writer.cc wrote: a JSON header, and columns of integers.
// Columns are decoded when they are asked for. Failure: an Error that says what does not fit.

export interface ColumnPlace {
  name: string;
  kind: "plain" | "delta" | "bytes";
  count: number;
  offset: number;
  bytes: number;
}

const MAGIC = "PLUMBPG1";

export class Container {
  readonly header: Record<string, unknown>;
  private readonly places = new Map<string, ColumnPlace>();
  private readonly body: Uint8Array;

  constructor(bytes: Uint8Array) {
    const magic = new TextDecoder().decode(bytes.subarray(0, MAGIC.length));
    if (magic !== MAGIC) throw new Error("the data in this page is not plumbline's");
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const begin = MAGIC.length + 4;
    const end = begin + view.getUint32(MAGIC.length, true);
    this.header = JSON.parse(new TextDecoder().decode(bytes.subarray(begin, end)));
    this.body = bytes.subarray(end);
    for (const place of this.header.columns as ColumnPlace[]) this.places.set(place.name, place);
  }

  // Times and other large numbers: exact below 2^53, which is 104 days in nanoseconds.
  numbers(name: string): Float64Array {
    const place = this.place(name);
    const values = new Float64Array(place.count);
    this.decode(place, values);
    return values;
  }

  // Row numbers and small counts.
  integers(name: string): Int32Array {
    const place = this.place(name);
    const values = new Int32Array(place.count);
    this.decode(place, values);
    return values;
  }

  // Rows of another table, which are stored with 1 added: none is -1.
  rows(name: string): Int32Array {
    const values = this.integers(name);
    for (let i = 0; i < values.length; ++i) values[i]! -= 1;
    return values;
  }

  bytes(name: string): Uint8Array {
    const place = this.place(name);
    return this.body.subarray(place.offset, place.offset + place.bytes);
  }

  private place(name: string): ColumnPlace {
    const place = this.places.get(name);
    if (!place) throw new Error(`the data in this page has no column ${name}`);
    return place;
  }

  private decode(place: ColumnPlace, values: Float64Array | Int32Array): void {
    const bytes = this.body;
    const isDelta = place.kind === "delta";
    let at = place.offset;
    let before = 0;
    for (let i = 0; i < place.count; ++i) {
      let zigzag = 0;
      let factor = 1;
      for (;;) {
        const byte = bytes[at++]!;
        zigzag += (byte & 0x7f) * factor;
        if (byte < 0x80) break;
        factor *= 128;
      }
      const value = zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
      before = isDelta ? before + value : value;
      values[i] = before;
    }
    if (at !== place.offset + place.bytes) {
      throw new Error(`column ${place.name} of this page's data is damaged`);
    }
  }
}

export function hexadecimal(bytes: Uint8Array, from: number, count: number): string {
  let text = "";
  for (let i = from; i < from + count; ++i) text += bytes[i]!.toString(16).padStart(2, "0");
  return text;
}
