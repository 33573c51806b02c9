// A recording in the page: the columns of page_data.cc, and lists of them by span.
// Spans are numbered as in the forest: parents first, a subtree is one stretch. Immutable.
import { type Container, hexadecimal } from "../data/container";
import { RowLists } from "./row_lists";
import { FrameForest } from "./frame_forest";

export interface Header {
  file: string;
  categories: string[];
  category_names: string[];
  reasons: string[];
  operations: string[];
  owners: string[];
  owner_names: string[];
  few_samples: number;
  full_window_ns: number;
  begin_ns: number;
  end_ns: number;
  lockstep_risk: boolean;
  missing_modules: number;
  lost_events: number;
  backwards_ns: number;
  backwards_spans: number;
  intact: boolean;
  damage: string | null;
  settings: Record<string, string>;
  threads: { tid: number; name: string }[];
  stackless: { name: string; reason: string }[];
  strings: string[];
}

export class Spans {
  readonly row: Int32Array;
  readonly parent: Int32Array;
  readonly below: Int32Array; // spans in the subtree, without itself
  readonly startNs: Float64Array; // -1: not recorded
  readonly endNs: Float64Array; // -1: never ended
  readonly name: Int32Array;
  readonly endpoint: Int32Array;
  readonly isRoot: Int32Array;
  readonly coveredNs: Float64Array;
  private readonly ids: Uint8Array;
  private readonly traces: Uint8Array;
  private byId: Map<string, number> | null = null;

  constructor(data: Container) {
    this.row = data.integers("span_row");
    this.parent = data.rows("span_parent");
    this.below = data.integers("span_below");
    this.startNs = data.numbers("span_start_ns");
    this.endNs = data.numbers("span_end_ns");
    this.name = data.integers("span_name");
    this.endpoint = data.integers("span_endpoint");
    this.isRoot = data.integers("span_is_root");
    this.coveredNs = data.numbers("span_covered_ns");
    this.ids = data.bytes("span_id");
    this.traces = data.bytes("span_trace");
  }

  get count(): number {
    return this.parent.length;
  }
  id(at: number): string {
    return hexadecimal(this.ids, at * 8, 8);
  }
  trace(at: number): string {
    return hexadecimal(this.traces, at * 16, 16);
  }
  find(id: string): number {
    if (!this.byId) {
      this.byId = new Map();
      for (let at = 0; at < this.count; ++at) this.byId.set(this.id(at), at);
    }
    return this.byId.get(id.replace(/^0x/i, "").toLowerCase().padStart(16, "0")) ?? -1;
  }
  isTimed(at: number): boolean {
    return this.startNs[at]! >= 0 && this.endNs[at]! >= 0;
  }
  isFinishedRoot(at: number): boolean {
    return this.isRoot[at] === 1 && this.endNs[at]! >= 0;
  }
  elapsedNs(at: number): number {
    return this.endNs[at]! - this.startNs[at]!;
  }
}

// Starts of lists, from their lengths; one more than lists.
function startsOf(lengths: Int32Array): Int32Array {
  const first = new Int32Array(lengths.length + 1);
  for (let i = 0; i < lengths.length; ++i) first[i + 1] = first[i]! + lengths[i]!;
  return first;
}

export class Segments {
  readonly firstOfThread: Int32Array;
  readonly firstCell: Int32Array;
  readonly beginNs: Float64Array;
  readonly endNs: Float64Array;
  readonly span: Int32Array;
  readonly wait: Int32Array;

  constructor(data: Container) {
    this.firstOfThread = startsOf(data.integers("thread_segments"));
    this.firstCell = startsOf(data.integers("segment_cells"));
    this.beginNs = data.numbers("segment_begin_ns");
    this.endNs = data.numbers("segment_length_ns").map((ns, i) => ns + this.beginNs[i]!);
    this.span = data.rows("segment_span");
    this.wait = data.rows("segment_wait");
  }
}

export class RecordingModel {
  readonly header: Header;
  readonly spans: Spans;
  readonly segments: Segments;
  readonly cells: { key: Int32Array; kind: Int32Array; ns: Float64Array };
  readonly samples: {
    ns: Float64Array;
    weightNs: Float64Array;
    key: Int32Array;
    span: Int32Array;
    thread: Int32Array;
  };
  readonly calls: {
    nearNs: Float64Array;
    cpuNs: Float64Array;
    count: Int32Array;
    category: Int32Array;
    span: Int32Array;
  };
  readonly waits: {
    category: Int32Array;
    operation: Int32Array;
    object: Float64Array;
    ownerThread: Int32Array;
    ownerSpan: Int32Array;
  };
  readonly segmentsOf: RowLists;
  readonly samplesOf: RowLists;
  readonly callsOf: RowLists;
  readonly forest: FrameForest;

  constructor(data: Container) {
    this.header = data.header as unknown as Header;
    this.spans = new Spans(data);
    this.segments = new Segments(data);
    this.cells = {
      key: data.integers("cell_key"),
      kind: data.integers("cell_kind"),
      ns: data.numbers("cell_ns"),
    };
    this.samples = {
      ns: data.numbers("sample_ns"),
      weightNs: data.numbers("sample_weight_ns"),
      key: data.integers("sample_key"),
      span: data.rows("sample_span"),
      thread: data.rows("sample_thread"),
    };
    this.calls = {
      nearNs: data.numbers("calls_near_ns"),
      cpuNs: data.numbers("calls_cpu_ns"),
      count: data.integers("calls_count"),
      category: data.integers("calls_category"),
      span: data.rows("calls_span"),
    };
    this.waits = {
      category: data.integers("wait_category"),
      operation: data.integers("wait_operation"),
      object: data.numbers("wait_object"),
      ownerThread: data.rows("wait_owner_thread"),
      ownerSpan: data.rows("wait_owner_span"),
    };
    this.segmentsOf = new RowLists(this.spans.count, this.segments.span);
    this.samplesOf = new RowLists(this.spans.count, this.samples.span);
    this.callsOf = new RowLists(this.spans.count, this.calls.span);
    this.forest = new FrameForest(data, this.header.strings, this.header.stackless.length);
  }

  text(row: number): string {
    return this.header.strings[row]!;
  }
  threadName(row: number): string {
    const thread = this.header.threads[row]!;
    return `${thread.name} (${thread.tid})`;
  }
}
