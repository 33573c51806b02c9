#include "analysis/attribution/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "analysis/attribution/coverage.h"
#include "analysis/io/error.h"

namespace plumbline::analysis {

namespace {

std::uint64_t hexadecimal(std::string_view digits, const std::string& whole) {
  std::uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) {
    throw io::InputError(fmt::format(
        "'{}' is no id: ids are hexadecimal, of a span up to 16 digits, of a trace up to 32",
        whole));
  }
  return value;
}

std::string_view without_prefix(std::string_view text) {
  return text.starts_with("0x") || text.starts_with("0X") ? text.substr(2) : text;
}

class Picking {
 public:
  Picking(const Recording& recording, const SpanForest& forest)
      : recording_(recording), spans_(recording.spans), forest_(forest) {}

  std::vector<Index> run(const SpanPicks& picks) {
    if (spans_.size() == 0) {
      throw io::InputError(
          "the recording has no spans: its program activated none while it was recorded; leave the "
          "selection out to see the whole process");
    }
    for (const std::uint64_t id : picks.span_ids) add_span(id);
    for (const TraceId& id : picks.trace_ids) add_trace(id);
    const std::vector<Index> names = endpoint_names(picks.endpoints);
    if (picks.slowest > 0) {
      add_slowest(picks.slowest, names);
    } else {
      for (const Index name : names) add_endpoint(name);
    }
    std::sort(rows_.begin(), rows_.end());
    rows_.erase(std::unique(rows_.begin(), rows_.end()), rows_.end());
    return std::move(rows_);
  }

 private:
  void add_span(std::uint64_t id) {
    const Index row = forest_.find(id);
    if (row == kNone) {
      throw io::InputError(fmt::format(
          "no span {:016x} in the recording; --slowest 10 --json lists ids of slow requests", id));
    }
    rows_.push_back(row);
  }

  bool is_of(Index row, const TraceId& id) const {
    return row != kNone && spans_.trace_id_low[row] == id.low &&
           spans_.trace_id_high[row] == id.high;
  }

  void add_trace(const TraceId& id) {
    const std::size_t before = rows_.size();
    for (Index row = 0; row < spans_.size(); ++row) {
      if (is_of(row, id) && !is_of(forest_.parent(row), id)) rows_.push_back(row);
    }
    if (rows_.size() == before) {
      throw io::InputError(
          fmt::format("no trace {:016x}{:016x} in the recording; --slowest 10 --json lists ids of "
                      "slow requests",
                      id.high, id.low));
    }
  }

  // Several names may read the same.
  std::vector<Index> endpoint_names(const std::vector<std::string>& endpoints) const {
    std::vector<bool> is_endpoint(recording_.names.size(), false);
    for (const Index name : spans_.endpoint) is_endpoint[name] = true;
    std::vector<Index> names;
    for (const std::string& wanted : endpoints) {
      const std::size_t before = names.size();
      for (Index name = 0; name < is_endpoint.size(); ++name) {
        if (is_endpoint[name] && recording_.names[name] == wanted) names.push_back(name);
      }
      if (names.size() == before) {
        throw io::InputError(fmt::format(
            "no endpoint '{}' in the recording; plumbline endpoints FILE lists them", wanted));
      }
    }
    return names;
  }

  void add_endpoint(Index name) {
    for (Index row = 0; row < spans_.size(); ++row) {
      if (spans_.endpoint[row] == name && forest_.parent(row) == kNone) rows_.push_back(row);
    }
  }

  void add_slowest(std::uint64_t count, const std::vector<Index>& names) {
    std::vector<Index> roots;
    for (Index row = 0; row < spans_.size(); ++row) {
      if (!is_finished_root(spans_, row)) continue;
      const bool wanted = names.empty() || std::find(names.begin(), names.end(),
                                                     spans_.endpoint[row]) != names.end();
      if (wanted) roots.push_back(row);
    }
    if (roots.empty())
      throw io::InputError("no request ended within the recording: none is slowest");
    const auto elapsed_ns = [&](Index row) { return spans_.end_ns[row] - spans_.start_ns[row]; };
    const auto behind =
        roots.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(count, roots.size()));
    std::partial_sort(roots.begin(), behind, roots.end(), [&](Index a, Index b) {
      return elapsed_ns(a) != elapsed_ns(b) ? elapsed_ns(a) > elapsed_ns(b) : a < b;
    });
    rows_.insert(rows_.end(), roots.begin(), behind);
  }

  const Recording& recording_;
  const SpanTable& spans_;
  const SpanForest& forest_;
  std::vector<Index> rows_;
};

}  // namespace

std::vector<Index> picked_spans(const Recording& recording, const SpanForest& forest,
                                const SpanPicks& picks) {
  return Picking(recording, forest).run(picks);
}

std::uint64_t parse_span_id(const std::string& text) {
  const std::string_view digits = without_prefix(text);
  const std::uint64_t id = hexadecimal(digits.size() > 16 ? "" : digits, text);
  if (id == 0) throw io::InputError("0 is no span's id");
  return id;
}

TraceId parse_trace_id(const std::string& text) {
  const std::string_view digits = without_prefix(text);
  if (digits.size() <= 16) return {0, hexadecimal(digits, text)};
  const std::size_t high_digits = digits.size() - 16;
  return {hexadecimal(digits.size() > 32 ? "" : digits.substr(0, high_digits), text),
          hexadecimal(digits.substr(high_digits), text)};
}

}  // namespace plumbline::analysis
