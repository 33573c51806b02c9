// Spans of opentelemetry-cpp in Plumbline's recordings: include it in a program that has its API
// and SDK (1.x) and add two things, before the first span.
//
//   auto processor = std::make_unique<plumbline::OpenTelemetrySpanProcessor>();
//   provider = TracerProviderFactory::Create({exporter..., std::move(processor)}, ...);
//   plumbline::InstallOpenTelemetryContextStorage();
//
// The processor tells of a span's name, ids, start and end; the storage of where it is active. Ids
// are OpenTelemetry's own, so that a recording and the traces in a backend can be laid side by
// side. The name that a local root has at its end (UpdateName: routers set the route late) is its
// endpoint. A root is local when its parent is none, remote, or not recorded. Spans that the
// sampler drops have no name here: the time in which one is active is shown under `<unknown>`.
//
// Thread rule: as opentelemetry-cpp's. Signal rule: not from handlers.
// Failure rule: nothing fails; without a recording both only pass on. Contexts nested deeper than
// 64 on one thread are not followed.
#ifndef PLUMBLINE_OPENTELEMETRY_BRIDGE_H_
#define PLUMBLINE_OPENTELEMETRY_BRIDGE_H_

#include <opentelemetry/context/runtime_context.h>
#include <opentelemetry/sdk/trace/processor.h>
#include <opentelemetry/sdk/trace/span_data.h>
#include <opentelemetry/trace/context.h>
#include <plumbline/trace.h>

#include <array>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace plumbline {

namespace internal {

// An id as W3C writes it: the first byte is the most significant.
inline std::uint64_t NumberOf(const std::uint8_t* bytes) {
  std::uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = number << 8 | bytes[i];
  return number;
}

// As a local root of its own.
inline SpanContext ContextOf(const opentelemetry::trace::SpanContext& span) {
  const std::uint8_t* trace_id = span.trace_id().Id().data();
  const std::uint64_t span_id = NumberOf(span.span_id().Id().data());
  return {NumberOf(trace_id), NumberOf(trace_id + 8), span_id, span_id, 0};
}

// The spans that have started and not ended, by id: which local root is theirs, which name they
// started with. In parts, so that threads rarely meet at a lock.
class OpenSpans {
 public:
  struct Known {
    std::uint64_t root_span_id = 0;
    std::string name;
  };

  void Add(std::uint64_t span_id, Known known) {
    Part& part = PartOf(span_id);
    const std::lock_guard lock(part.mutex);
    part.spans.insert_or_assign(span_id, std::move(known));
  }
  Known Take(std::uint64_t span_id) {
    Part& part = PartOf(span_id);
    const std::lock_guard lock(part.mutex);
    auto node = part.spans.extract(span_id);
    return node.empty() ? Known{} : std::move(node.mapped());
  }
  // 0: not known.
  std::uint64_t RootOf(std::uint64_t span_id) {
    Part& part = PartOf(span_id);
    const std::lock_guard lock(part.mutex);
    const auto found = part.spans.find(span_id);
    return found == part.spans.end() ? 0 : found->second.root_span_id;
  }

 private:
  struct Part {
    std::mutex mutex;
    std::unordered_map<std::uint64_t, Known> spans;
  };
  Part& PartOf(std::uint64_t span_id) { return parts_[span_id % parts_.size()]; }

  std::array<Part, 16> parts_;
};

// Never destroyed: threads may still end spans while the program exits.
inline OpenSpans& SpansOfProcess() {
  static auto* const spans = new OpenSpans;
  return *spans;
}

// The scopes that stand for the calling thread's attached contexts. Trivial, so that a token that
// is destroyed late at a thread's exit still finds it.
class AttachedScopes {
 public:
  void Enter(const SpanContext& span) {
    const auto* api = RecordingApi();
    if (api == nullptr || span.span_id == 0 || depth_ == kMostScopes) return;
    span_ids_[depth_] = span.span_id;
    api->enter_scope(&span, &scopes_[depth_++]);
  }

  // The current context changed: a detach may have taken several away.
  void ReturnTo(const SpanContext& span) {
    while (depth_ > 0 && span_ids_[depth_ - 1] != span.span_id) {
      if (const auto* api = Api()) api->leave_scope(&scopes_[--depth_]);
    }
    if (depth_ == 0) Enter(span);
  }

 private:
  static constexpr std::size_t kMostScopes = 64;
  std::size_t depth_ = 0;
  std::uint64_t span_ids_[kMostScopes];
  plumbline_scope scopes_[kMostScopes];
};

inline thread_local AttachedScopes attached_scopes;

}  // namespace internal

// Add it beside the processors that export.
class OpenTelemetrySpanProcessor : public opentelemetry::sdk::trace::SpanProcessor {
 public:
  using Recordable = opentelemetry::sdk::trace::Recordable;

  std::unique_ptr<Recordable> MakeRecordable() noexcept override {
    return std::make_unique<opentelemetry::sdk::trace::SpanData>();
  }

  void OnStart(Recordable& recordable,
               const opentelemetry::trace::SpanContext& parent) noexcept override {
    const auto* api = internal::RecordingApi();
    if (api == nullptr || !PLUMBLINE_API_HAS(api, start_span_as)) return;
    const auto& data = static_cast<const opentelemetry::sdk::trace::SpanData&>(recordable);
    SpanContext span = internal::ContextOf(data.GetSpanContext());
    const std::uint64_t parent_span_id = internal::ContextOf(parent).span_id;
    if (parent.IsValid() && !parent.IsRemote()) {
      const std::uint64_t root = internal::SpansOfProcess().RootOf(parent_span_id);
      if (root != 0) span.root_span_id = root;
    }
    const std::string name(data.GetName().data(), data.GetName().size());
    internal::SpansOfProcess().Add(span.span_id, {span.root_span_id, name});
    api->start_span_as(tracer_name_, name.data(), name.size(), parent_span_id, &span);
  }

  void OnEnd(std::unique_ptr<Recordable>&& recordable) noexcept override {
    const auto& data = static_cast<const opentelemetry::sdk::trace::SpanData&>(*recordable);
    SpanContext span = internal::ContextOf(data.GetSpanContext());
    const auto known = internal::SpansOfProcess().Take(span.span_id);
    const auto* api = internal::RecordingApi();
    if (api == nullptr || known.root_span_id == 0) return;
    const auto name = data.GetName();
    const bool renamed = std::string_view(name.data(), name.size()) != known.name;
    if (renamed && known.root_span_id == span.span_id) {
      api->set_endpoint(&span, name.data(), name.size());
    }
    api->end_span(&span);
  }

  bool ForceFlush(std::chrono::microseconds) noexcept override { return true; }
  bool Shutdown(std::chrono::microseconds) noexcept override { return true; }

 private:
  const std::uint32_t tracer_name_ = [] {
    constexpr std::string_view kName = "opentelemetry";
    const auto* api = internal::Api();
    return api != nullptr ? api->intern(kName.data(), kName.size()) : 0;
  }();
};

// Does what `storage` does, and keeps Plumbline's active span equal to that of the current context.
class OpenTelemetryContextStorage : public opentelemetry::context::RuntimeContextStorage {
 public:
  using Context = opentelemetry::context::Context;
  using Token = opentelemetry::context::Token;
  using Storage = opentelemetry::context::RuntimeContextStorage;

  explicit OpenTelemetryContextStorage(opentelemetry::nostd::shared_ptr<Storage> storage)
      : storage_(std::move(storage)) {}

  Context GetCurrent() noexcept override { return storage_->GetCurrent(); }

  opentelemetry::nostd::unique_ptr<Token> Attach(const Context& context) noexcept override {
    auto token = storage_->Attach(context);
    if (internal::RecordingApi() != nullptr) internal::attached_scopes.Enter(ActiveIn(context));
    return token;
  }

  // A token that is destroyed out of order takes those above along: ask what is current now.
  bool Detach(Token& token) noexcept override {
    const bool detached = storage_->Detach(token);
    if (detached) internal::attached_scopes.ReturnTo(ActiveIn(storage_->GetCurrent()));
    return detached;
  }

 private:
  static SpanContext ActiveIn(const Context& context) {
    SpanContext span = internal::ContextOf(opentelemetry::trace::GetSpan(context)->GetContext());
    const std::uint64_t root = internal::SpansOfProcess().RootOf(span.span_id);
    if (root != 0) span.root_span_id = root;
    return span;
  }

  opentelemetry::nostd::shared_ptr<Storage> storage_;
};

// Before the first span: opentelemetry-cpp has one storage in a process.
inline void InstallOpenTelemetryContextStorage(
    opentelemetry::nostd::shared_ptr<opentelemetry::context::RuntimeContextStorage> around =
        opentelemetry::nostd::shared_ptr<opentelemetry::context::RuntimeContextStorage>(
            new opentelemetry::context::ThreadLocalContextStorage())) {
  opentelemetry::context::RuntimeContext::SetRuntimeContextStorage(
      opentelemetry::nostd::shared_ptr<opentelemetry::context::RuntimeContextStorage>(
          new OpenTelemetryContextStorage(std::move(around))));
}

}  // namespace plumbline

#endif  // PLUMBLINE_OPENTELEMETRY_BRIDGE_H_
