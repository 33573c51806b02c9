// A recording of so many stacks as the page's data, by the container's own layout (see
// column_writer.h), and the same stacks as the nested objects that d3-flame-graph takes.
// The stacks are hard on purpose: up to 60 frames of 5,000 functions, with next to nothing in
// common; each node has two samples. Real recordings share more.
import { gzipSync } from "node:zlib";

const FUNCTIONS = 5000;
const DEEPEST = 60;
const SPANS = 2000;
const BEGIN_NS = 1e9;
const WEIGHT_NS = 1e6;
const SAMPLES_PER_NODE = 2;
const STACKLESS = 22;
const REASONS = [
  "uninstrumented_wait",
  "major_fault",
  "not_on_any_thread",
  "stopped_or_stolen",
  "lost",
];
const CATEGORIES = ["cpu", "lock", "sync", "file", "socket", "runqueue", "other"];
const OWNERS = ["own", "third_party", "libc", "kernel", "no_code"];

function randomOf(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const range = (count, of) => Array.from({ length: count }, (_, i) => of(i));
const functionName = (i) => `ns${i % 97}::function_${i}`;

export function madeStacks(nodes) {
  const random = randomOf(7);
  const parent = [-1];
  const depth = [0];
  const frame = [0];
  for (let i = 1; i < nodes; ++i) {
    const goesOn = random() < 0.6 && depth[i - 1] < DEEPEST;
    let above = goesOn ? i - 1 : Math.max(0, i - 3000) + Math.floor(random() * Math.min(i, 3000));
    while (depth[above] >= DEEPEST) above = parent[above];
    parent.push(above);
    depth.push(depth[above] + 1);
    frame.push(Math.floor(random() * FUNCTIONS));
  }
  const sampled = range(SAMPLES_PER_NODE * nodes, () => Math.floor(random() * nodes));
  return { parent, frame, sampled };
}

// Zigzag varints of numbers that are not negative.
function varints(values) {
  const bytes = [];
  for (const value of values) {
    let rest = value * 2;
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push(rest % 128 | 128);
    bytes.push(rest);
  }
  return Buffer.from(bytes);
}

function bigEndian(values) {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, i) => bytes.writeBigUInt64BE(BigInt(value), i * 8));
  return bytes;
}

function columnsOf({ parent, frame, sampled }) {
  const lengthNs = sampled.length * (WEIGHT_NS / 100);
  const spanNs = lengthNs / SPANS;
  const beginNs = range(SPANS, (i) => BEGIN_NS + i * spanNs);
  const ofSpans = (value) => range(SPANS, () => value);
  const ids = range(SPANS, (i) => i + 1);
  const none = range(17, () => []);
  const plain = {
    span_row: range(SPANS, (i) => i),
    span_parent: ofSpans(0),
    span_below: ofSpans(0),
    span_start_ns: beginNs,
    span_end_ns: beginNs.map((ns) => ns + spanNs),
    span_name: ofSpans(1),
    span_endpoint: ofSpans(1),
    span_is_root: ofSpans(1),
    span_covered_ns: ofSpans(spanNs),
    thread_segments: [SPANS],
    segment_begin_ns: beginNs,
    segment_length_ns: ofSpans(spanNs),
    segment_cells: ofSpans(1),
    segment_span: ids,
    segment_wait: ofSpans(0),
    cell_kind: ofSpans(0),
    cell_ns: ofSpans(spanNs),
    cell_key: ofSpans(parent.length),
    sample_ns: sampled.map((_, i) => BEGIN_NS + Math.floor((i * lengthNs) / sampled.length)),
    sample_weight_ns: sampled.map(() => WEIGHT_NS),
    sample_span: sampled.map((_, i) => Math.floor((i * SPANS) / sampled.length) + 1),
    sample_thread: sampled.map(() => 1),
    sample_key: sampled,
    key_node: [...range(parent.length, (i) => i), ...range(STACKLESS, () => 0)],
    node_parent: parent.map((above) => above + 1),
    node_frame: frame,
    frame_function: range(FUNCTIONS, (i) => 2 + i),
    frame_file: range(FUNCTIONS, () => 0),
    frame_line: range(FUNCTIONS, () => 0),
    frame_owner: range(FUNCTIONS, (i) => i % 3),
  };
  for (const name of ["near_ns", "cpu_ns", "count", "category", "span"]) {
    plain[`calls_${name}`] = none.pop();
  }
  for (const name of ["category", "operation", "object", "owner_thread", "owner_span"]) {
    plain[`wait_${name}`] = none.pop();
  }
  return { plain, bytes: { span_id: ids, span_trace: ids.flatMap((id) => [1, id]) }, lengthNs };
}

function headerOf(columns, lengthNs) {
  return {
    schema: "plumbline.page/1",
    kind: "recording",
    file: "made",
    categories: CATEGORIES,
    category_names: CATEGORIES,
    reasons: REASONS,
    operations: ["unknown"],
    owners: OWNERS,
    owner_names: OWNERS,
    few_samples: 5,
    full_window_ns: 60e9,
    begin_ns: BEGIN_NS,
    end_ns: BEGIN_NS + lengthNs,
    lockstep_risk: false,
    missing_modules: 0,
    lost_events: 0,
    backwards_ns: 0,
    backwards_spans: 0,
    intact: true,
    damage: null,
    settings: {},
    threads: [{ tid: 1, name: "made" }],
    stackless: range(STACKLESS, (i) => ({ name: `[made ${i}]`, reason: "" })),
    strings: ["", "GET /", ...range(FUNCTIONS, functionName)],
    columns,
  };
}

// In place of <!--DATA--> in the page.
export function packedData(stacks) {
  const { plain, bytes, lengthNs } = columnsOf(stacks);
  const places = [];
  const body = [];
  let offset = 0;
  const add = (name, kind, count, data) => {
    places.push({ name, kind, count, offset, bytes: data.length });
    body.push(data);
    offset += data.length;
  };
  for (const [name, values] of Object.entries(plain)) {
    add(name, "plain", values.length, varints(values));
  }
  for (const [name, values] of Object.entries(bytes)) {
    add(name, "bytes", values.length, bigEndian(values));
  }
  const header = Buffer.from(JSON.stringify(headerOf(places, lengthNs)));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(header.length);
  return gzipSync(Buffer.concat([Buffer.from("PLUMBPG1"), size, header, ...body])).toString(
    "base64",
  );
}

export function nested({ parent, frame, sampled }) {
  const nodes = frame.map((of) => ({ name: functionName(of), value: 0, children: [] }));
  for (const node of sampled) nodes[node].value += 1;
  for (let node = parent.length - 1; node > 0; --node) {
    nodes[parent[node]].value += nodes[node].value;
    if (nodes[node].value > 0) nodes[parent[node]].children.push(nodes[node]);
  }
  return nodes[0];
}
