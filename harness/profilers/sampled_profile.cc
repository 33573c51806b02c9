// Samples are summed by endpoint and stack first: a stack's functions are then looked at once for
// each endpoint, however many samples have it.
#include "harness/profilers/sampled_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "analysis/io/error.h"
#include "harness/profilers/stack_tally.h"
#include "workloads/spec.h"

namespace plumbline::harness {
namespace {

using format::Category;
using formats::StackProfile;

constexpr std::size_t kCpu = static_cast<std::size_t>(Category::kCpu);

// Nanoseconds in one unit; none: the values are counts.
std::optional<double> ns_of_unit(std::string_view unit) {
  static const std::map<std::string_view, double> kUnits = {
      {"nanoseconds", 1},    {"nanosecond", 1},    {"ns", 1},
      {"microseconds", 1e3}, {"microsecond", 1e3}, {"us", 1e3},
      {"milliseconds", 1e6}, {"millisecond", 1e6}, {"ms", 1e6},
      {"seconds", 1e9},      {"second", 1e9},      {"s", 1e9}};
  const auto found = kUnits.find(unit);
  if (found == kUnits.end()) return std::nullopt;
  return found->second;
}

// What of the file gives one category.
struct Source {
  std::size_t type = 0;
  std::optional<double> ns_per_value;  // none: shares only
};

using Sources = std::map<std::size_t, Source>;  // by category

std::optional<double> scale_of(const StackProfile& stacks, std::size_t type,
                               const ProfileMapping& mapping) {
  const formats::SampleType& sample_type = stacks.sample_types[type];
  const std::optional<double> unit = ns_of_unit(stacks.name(sample_type.unit));
  if (unit) return unit;
  if (mapping.period_ns > 0) return static_cast<double>(mapping.period_ns);
  return std::nullopt;
}

Sources sources_of(const StackProfile& stacks, const ProfileMapping& mapping) {
  Sources sources;
  for (const auto& [name, category] : mapping.types) {
    for (std::size_t type = 0; type < stacks.sample_types.size(); ++type) {
      if (stacks.name(stacks.sample_types[type].type) != name) continue;
      const Source source{type, scale_of(stacks, type, mapping)};
      const auto [known, fresh] = sources.try_emplace(static_cast<std::size_t>(category), source);
      if (!fresh && !known->second.ns_per_value && source.ns_per_value) known->second = source;
    }
  }
  return sources;
}

// The type whose values count samples: the formats that aggregate have one, or say nothing of n.
std::optional<std::size_t> count_type(const StackProfile& stacks) {
  for (const std::string_view name : {"samples", "sample", "count"}) {
    if (const auto type = formats::find_sample_type(stacks, name)) return type;
  }
  return std::nullopt;
}

// Endpoint of each span of a ledger.
std::unordered_map<std::uint64_t, std::string> endpoints_of_spans(const workloads::Ledger& ledger) {
  const workloads::Spec spec = workloads::parse_spec(ledger.spec_json, "the ledger's scenario");
  std::unordered_map<std::uint64_t, std::string> endpoints;
  for (const workloads::LedgerThread& thread : ledger.threads) {
    for (const workloads::LedgerSpanId& id : thread.span_ids) {
      if (id.span_id == 0 || id.record >= thread.records.size()) continue;
      const std::uint16_t endpoint = thread.records[id.record].endpoint;
      if (endpoint >= spec.endpoints.size()) continue;
      endpoints[id.span_id] = spec.endpoints[endpoint].name;
    }
  }
  return endpoints;
}

std::optional<std::uint64_t> number_of(std::string_view text, int base) {
  if (base == 16 && text.starts_with("0x")) text.remove_prefix(2);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Says whose time a sample was, by its labels.
class Owners {
 public:
  Owners(const StackProfile& stacks, const ProfileMapping& mapping, const workloads::Ledger& ledger)
      : stacks_(stacks), mapping_(mapping) {
    const auto labelled = [&](const std::vector<std::string>& keys) {
      return std::ranges::any_of(stacks.labels, [&](const formats::Label& label) {
        return std::ranges::find(keys, stacks.name(label.key)) != keys.end();
      });
    };
    any_ = labelled(mapping.endpoint_labels) || labelled(mapping.span_labels);
    if (any_) endpoints_ = endpoints_of_spans(ledger);
  }

  bool any() const { return any_; }

  // "" when its labels name no endpoint that there is.
  std::string endpoint_of(const formats::Sample& sample) const {
    for (const std::string& key : mapping_.endpoint_labels) {
      if (const formats::Label* label = find(sample, key); label != nullptr && !label->numeric) {
        return std::string(stacks_.name(label->text));
      }
    }
    for (const std::string& key : mapping_.span_labels) {
      if (const formats::Label* label = find(sample, key)) return endpoint_of_span(*label);
    }
    return "";
  }

 private:
  const formats::Label* find(const formats::Sample& sample, const std::string& key) const {
    for (const formats::Label& label : stacks_.labels_of(sample)) {
      if (stacks_.name(label.key) == key) return &label;
    }
    return nullptr;
  }

  // Some profilers write the number, some its decimal digits, some its sixteen hexadecimal ones.
  std::string endpoint_of_span(const formats::Label& label) const {
    if (label.numeric) return look_up(static_cast<std::uint64_t>(label.number));
    const std::string_view text = stacks_.name(label.text);
    constexpr std::size_t kHexDigits = 16;
    const int first_base = text.size() == kHexDigits ? 16 : 10;
    for (const int base : {first_base, 26 - first_base}) {
      const std::optional<std::uint64_t> id = number_of(text, base);
      if (id && endpoints_.contains(*id)) return look_up(*id);
    }
    return "";
  }

  std::string look_up(std::uint64_t span_id) const {
    const auto found = endpoints_.find(span_id);
    return found == endpoints_.end() ? "" : found->second;
  }

  const StackProfile& stacks_;
  const ProfileMapping& mapping_;
  bool any_ = false;
  std::unordered_map<std::uint64_t, std::string> endpoints_;
};

// What the samples of one endpoint and stack add up to.
struct StackSum {
  std::array<double, format::kCategoryCount> ns{};
  double cpu_weight = 0;  // in whatever unit
  std::uint64_t samples = 0;
};

using StackSums = std::map<std::pair<std::string, formats::Index>, StackSum>;

StackSums sums_of(const StackProfile& stacks, const Sources& sources, const Owners& owners) {
  StackSums sums;
  const std::optional<std::size_t> count = count_type(stacks);
  std::optional<std::size_t> cpu;
  if (sources.contains(kCpu)) cpu = sources.at(kCpu).type;
  for (std::size_t row = 0; row < stacks.samples.size(); ++row) {
    const formats::Sample& sample = stacks.samples[row];
    const std::string endpoint =
        owners.any() ? owners.endpoint_of(sample) : std::string(kWholeProcess);
    if (endpoint.empty()) continue;  // some other time of the process
    StackSum& sum = sums[{endpoint, sample.stack}];
    for (const auto& [category, source] : sources) {
      const double value = static_cast<double>(stacks.value(row, source.type));
      sum.ns[category] += value * source.ns_per_value.value_or(0);
      if (category == kCpu) sum.cpu_weight += value;
    }
    if (!count || !cpu || stacks.value(row, *cpu) == 0) continue;
    sum.samples += static_cast<std::uint64_t>(std::max<std::int64_t>(0, stacks.value(row, *count)));
  }
  return sums;
}

std::set<std::string> functions_on(const StackProfile& stacks, formats::Index stack) {
  std::set<std::string> functions;
  for (const formats::Index frame : stacks.stack(stack)) {
    functions.emplace(stacks.name(stacks.frames[frame].function));
  }
  return functions;
}

std::int64_t rounded(double ns) { return static_cast<std::int64_t>(ns + (ns < 0 ? -0.5 : 0.5)); }

Claims claims_of(const Sources& sources, const Owners& owners) {
  Claims claims;
  claims.endpoints = owners.any();
  for (const auto& [category, source] : sources) {
    // Waits of a whole process are those of its partners' threads, too: nothing to compare.
    const bool comparable = category == kCpu || claims.endpoints;
    claims.categories[category] = source.ns_per_value.has_value() && comparable;
  }
  claims.functions = sources.contains(kCpu);
  return claims;
}

Category category_named(const std::string& id) {
  const auto found = std::ranges::find(format::kCategoryIds, id);
  if (found == format::kCategoryIds.end()) {
    throw io::InputError(fmt::format("--map: {} is no category; they are {}", id,
                                     fmt::join(format::kCategoryIds, ", ")));
  }
  return static_cast<Category>(found - format::kCategoryIds.begin());
}

}  // namespace

ProfileMapping default_mapping() {
  ProfileMapping mapping;
  mapping.types = {{"cpu", Category::kCpu},
                   {"cpu-time", Category::kCpu},
                   {"cpu_time", Category::kCpu},
                   {"task-clock", Category::kCpu},
                   {"cpu-clock", Category::kCpu},
                   {"samples", Category::kCpu},
                   {"lock-time", Category::kLock},
                   {"lock", Category::kLock},
                   {"delay", Category::kLock},
                   {"sync", Category::kSync},
                   {"file-io-time", Category::kFile},
                   {"file", Category::kFile},
                   {"socket-io-time", Category::kSocket},
                   {"socket", Category::kSocket},
                   {"runqueue", Category::kRunQueue},
                   {"other", Category::kOther}};
  mapping.span_labels = {"span id", "span_id", "span-id", "local root span id"};
  mapping.endpoint_labels = {"trace endpoint", "endpoint"};
  return mapping;
}

void apply_mapping(const std::string& setting, ProfileMapping& mapping) {
  const std::size_t equals = setting.rfind('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == setting.size()) {
    throw io::InputError(
        fmt::format("--map {}: expected span-label=KEY, endpoint-label=KEY, "
                    "period=NS, run-queue-in-waits=no or TYPE=CATEGORY",
                    setting));
  }
  const std::string key = setting.substr(0, equals);
  const std::string value = setting.substr(equals + 1);
  if (key == "span-label") {
    mapping.span_labels = {value};
  } else if (key == "endpoint-label") {
    mapping.endpoint_labels = {value};
  } else if (key == "period") {
    const std::optional<std::uint64_t> ns = number_of(value, 10);
    constexpr std::uint64_t kMaxPeriodNs = 1'000'000'000'000;
    if (!ns || *ns == 0 || *ns > kMaxPeriodNs) {
      throw io::InputError(fmt::format("--map {}: expected nanoseconds, from 1", setting));
    }
    mapping.period_ns = static_cast<std::int64_t>(*ns);
  } else if (key == "run-queue-in-waits" && (value == "yes" || value == "no")) {
    mapping.run_queue_in_waits = value == "yes";
  } else {
    mapping.types.insert(mapping.types.begin(), {key, category_named(value)});
  }
}

Profile profile_of_stacks(const StackProfile& stacks, const ProfileMapping& mapping,
                          const workloads::Ledger& ledger) {
  const Sources sources = sources_of(stacks, mapping);
  const Owners owners(stacks, mapping, ledger);
  Profile profile;
  profile.claims = claims_of(sources, owners);
  profile.wait_definition =
      mapping.run_queue_in_waits ? WaitDefinition::kEither : WaitDefinition::kExcludesRunQueue;
  const auto cpu = sources.find(kCpu);
  const bool timed = cpu != sources.end() && cpu->second.ns_per_value.has_value();
  for (const auto& [key, sum] : sums_of(stacks, sources, owners)) {
    EndpointProfile& endpoint = profile.endpoints[key.first];
    for (std::size_t category = 0; category < format::kCategoryCount; ++category) {
      if (category != kCpu) endpoint.time.category[category] += rounded(sum.ns[category]);
    }
    if (sum.cpu_weight <= 0) continue;
    add_stack(functions_on(stacks, key.second), rounded(timed ? sum.ns[kCpu] : sum.cpu_weight),
              sum.samples, endpoint);
  }
  if (stacks.skipped_records > 0) {
    profile.losses["records.skipped"] = static_cast<std::int64_t>(stacks.skipped_records);
  }
  return profile;
}

}  // namespace plumbline::harness
