#include "analysis/recording/assembler.h"

#include "analysis/recording/elf_identity.h"
#include "analysis/recording/plausible.h"
#include "analysis/recording/record_bytes.h"

namespace plumbline::analysis {

namespace {

Taken taken_if(bool was_taken) { return was_taken ? Taken::kYes : Taken::kRejected; }

}  // namespace

Assembler::Assembler(Recording& recording)
    : recording_(recording), names_(recording), spans_(recording), threads_(recording, spans_) {}

Taken Assembler::add(format::RecordType type, Bytes record) {
  using format::RecordType;
  switch (type) {
    case RecordType::kThreadStart:
      return taken_if(threads_.add_thread_start(record));
    case RecordType::kThreadEnd:
      return taken_if(threads_.add_thread_end(record));
    case RecordType::kThreadName:
      return taken_if(threads_.add_thread_name(record));
    case RecordType::kThreadState:
      return taken_if(threads_.add_thread_state(record));
    case RecordType::kSpanStart:
      return taken_if(add_span_start(record));
    case RecordType::kSpanEnd:
      return taken_if(add_span_end(record));
    case RecordType::kSpanEndpoint:
      return taken_if(add_span_endpoint(record));
    case RecordType::kScopeEnter:
    case RecordType::kScopeLeave:
      return taken_if(threads_.add_scope(record));
    case RecordType::kWait:
      return taken_if(threads_.add_wait(record));
    case RecordType::kCallSums:
      return taken_if(threads_.add_call_sums(record));
    case RecordType::kSample:
      return taken_if(threads_.add_sample(record));
    case RecordType::kThreadSampling:
      return taken_if(threads_.add_thread_sampling(record));
    case RecordType::kRateChange:
      return taken_if(add_rate_change(record));
    case RecordType::kLoss:
      return taken_if(threads_.add_loss(record));
    case RecordType::kName:
      return taken_if(add_name(record));
    case RecordType::kModule:
      return taken_if(add_module(record));
    case RecordType::kSetting:
      return taken_if(add_setting(record));
    case RecordType::kCounter:
      return taken_if(add_counter(record));
    case RecordType::kFlush:
      return taken_if(threads_.add_flush(record));
  }
  return Taken::kUnknown;
}

void Assembler::finish() {
  threads_.finish();
  spans_.settle(names_);
}

bool Assembler::add_span_start(Bytes bytes) {
  const auto record = decode<format::SpanStart>(bytes);
  if (!record || record->span_id == 0 || !is_clock(record->wall_ns)) return false;
  ++recording_.recorded.spans;
  spans_.start(*record);
  return true;
}

bool Assembler::add_span_end(Bytes bytes) {
  const auto record = decode<format::SpanEnd>(bytes);
  if (!record || record->span_id == 0 || !is_clock(record->wall_ns)) return false;
  ++recording_.recorded.spans;
  spans_.end(*record);
  return true;
}

bool Assembler::add_span_endpoint(Bytes bytes) {
  const auto record = decode<format::SpanEndpoint>(bytes);
  if (!record || record->root_span_id == 0 || !is_clock(record->wall_ns)) return false;
  ++recording_.recorded.spans;
  spans_.set_endpoint(*record);
  return true;
}

bool Assembler::add_name(Bytes bytes) {
  const auto record = decode<format::Name>(bytes);
  if (!record) return false;
  const auto text = tail(bytes, sizeof *record, record->length_bytes);
  if (!text) return false;
  names_.add(record->name_id, as_text(*text));
  return true;
}

bool Assembler::add_module(Bytes bytes) {
  const auto record = decode<format::Module>(bytes);
  if (!record || record->begin > record->end) return false;
  const auto path = tail(bytes, sizeof *record, record->path_bytes);
  if (!path) return false;
  const auto build_id = tail(bytes, sizeof *record + path->size(), record->build_id_bytes);
  if (!build_id) return false;
  recording_.modules.push_back({record->load_bias, record->begin, record->end,
                                std::string(as_text(*path)), as_hex(*build_id)});
  return true;
}

bool Assembler::add_setting(Bytes bytes) {
  const auto record = decode<format::Setting>(bytes);
  if (!record) return false;
  const auto key = tail(bytes, sizeof *record, record->key_bytes);
  if (!key) return false;
  const auto value = tail(bytes, sizeof *record + key->size(), record->value_bytes);
  if (!value) return false;
  recording_.settings[std::string(as_text(*key))] = as_text(*value);
  return true;
}

bool Assembler::add_rate_change(Bytes bytes) {
  const auto record = decode<format::RateChange>(bytes);
  if (!record || !is_clock(record->wall_ns) || !is_duration(record->own_cpu_ns) ||
      !is_duration(record->process_cpu_ns)) {
    return false;
  }
  for (const std::int64_t period_ns : {record->old_period_ns, record->new_period_ns}) {
    if (period_ns <= 0 || !is_duration(period_ns)) return false;
  }
  recording_.rate_changes.push_back(*record);
  return true;
}

bool Assembler::add_counter(Bytes bytes) {
  const auto record = decode<format::Counter>(bytes);
  if (!record || record->value < 0) return false;
  const auto key = tail(bytes, sizeof *record, record->key_bytes);
  if (!key) return false;
  recording_.counters[std::string(as_text(*key))] = record->value;
  return true;
}

}  // namespace plumbline::analysis
