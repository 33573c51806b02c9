#include "harness/selftest/mutation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <optional>
#include <random>
#include <utility>

namespace plumbline::harness {
namespace {

using format::Category;

// Those that a mutation may bend. Not `other`, which is a sum of parts with reasons.
constexpr std::array<Category, 6> kBendable = {Category::kCpu,    Category::kLock,
                                               Category::kSync,   Category::kFile,
                                               Category::kSocket, Category::kRunQueue};

// A row that moves by this many times what could hide it has failed for certain; a mutation is at
// most kMostTimes larger than that.
constexpr double kCertain = 2;
constexpr double kMostTimes = 3;
constexpr double kMostDropPct = 90;
constexpr double kMostScale = 0.5;  // away from 1

std::string_view id_of(Category category) {
  return format::kCategoryIds[static_cast<std::size_t>(category)];
}

// What an error has to exceed before the row fails: its tolerance, what the truth leaves open, and
// how far the error is from 0 already.
double hidden_ns(const CellRow& row) {
  return row.tolerance_ns + row.truth_hi_ns - row.truth_lo_ns +
         std::max(std::abs(row.ci95_ns.lo), std::abs(row.ci95_ns.hi));
}

bool can_fail(const CellRow& row) {
  return row.verdict != Verdict::kSkipped && row.verdict != Verdict::kNotOffered;
}

class Drawing {
 public:
  Drawing(const Results& clean, double request_ns, std::uint64_t seed)
      : clean_(clean), request_ns_(request_ns), random_(seed) {}

  std::optional<Mutation> draw(MutationKind kind) {
    switch (kind) {
      case MutationKind::kSwap:
        return draw_swap();
      case MutationKind::kDrop:
        return draw_drop();
      case MutationKind::kShift:
        return draw_shift();
      case MutationKind::kScale:
        return draw_scale();
    }
    return std::nullopt;
  }

  std::size_t below(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
  }

 private:
  double attributed_ns(const std::string& endpoint, Category category) const {
    for (const CellRow& row : clean_.cells) {
      if (row.endpoint == endpoint && row.category == id_of(category)) return row.attributed_ns;
    }
    return 0;
  }

  // Names of the rows of `category` that certainly fail when each moves by `change_ns`.
  void add_failing(Category category, const std::function<double(const CellRow&)>& change_ns,
                   std::vector<std::string>& names) const {
    for (const CellRow& row : clean_.cells) {
      if (row.category != id_of(category) || !can_fail(row)) continue;
      const double change = std::abs(change_ns(row)) * (1 + 1e-9);
      if (change >= kCertain * hidden_ns(row)) names.push_back(row_name(row));
    }
  }

  // The smallest part of a row of `category` whose loss is certainly seen.
  std::optional<double> least_part(Category category) const {
    std::optional<double> least;
    for (const CellRow& row : clean_.cells) {
      if (row.category != id_of(category) || !can_fail(row) || row.attributed_ns <= 0) continue;
      const double part = kCertain * hidden_ns(row) / row.attributed_ns;
      if (!least || part < *least) least = part;
    }
    return least;
  }

  double times() { return std::uniform_real_distribution<double>(1, kMostTimes)(random_); }
  bool coin() { return below(2) == 1; }

  std::optional<Mutation> draw_swap() {
    std::vector<Mutation> possible;
    for (std::size_t i = 0; i < kBendable.size(); ++i) {
      for (std::size_t j = i + 1; j < kBendable.size(); ++j) {
        Mutation swap;
        swap.kind = MutationKind::kSwap;
        swap.first = kBendable[i];
        swap.second = kBendable[j];
        const auto with = [&](Category other) {
          return [this, other](const CellRow& row) {
            return attributed_ns(row.endpoint, other) - row.attributed_ns;
          };
        };
        add_failing(swap.first, with(swap.second), swap.must_fail);
        add_failing(swap.second, with(swap.first), swap.must_fail);
        if (!swap.must_fail.empty()) possible.push_back(std::move(swap));
      }
    }
    if (possible.empty()) return std::nullopt;
    return possible[below(possible.size())];
  }

  std::optional<Mutation> draw_drop() {
    std::vector<std::pair<Category, double>> possible;
    for (const Category category : kBendable) {
      const std::optional<double> part = least_part(category);
      if (part && 100 * *part <= kMostDropPct) possible.emplace_back(category, 100 * *part);
    }
    if (possible.empty()) return std::nullopt;
    const auto [category, least_pct] = possible[below(possible.size())];
    Mutation drop;
    drop.kind = MutationKind::kDrop;
    drop.first = category;
    drop.drop_pct = std::min(kMostDropPct, least_pct * times());
    add_failing(
        category, [&](const CellRow& row) { return drop.drop_pct / 100 * row.attributed_ns; },
        drop.must_fail);
    return drop;
  }

  // At the begin or the end of each request so much lies outside its root span.
  std::optional<Mutation> draw_shift() {
    if (clean_.links.empty() || clean_.links.front().verdict == Verdict::kNotOffered) {
      return std::nullopt;
    }
    const LinkRow& links = clean_.links.front();
    const double least_pct = kCertain * std::max(links.wrong_tolerance_pct + links.wrong_pct,
                                                 links.none_tolerance_pct + links.none_pct);
    Mutation shift;
    shift.kind = MutationKind::kShift;
    shift.shift_ns = static_cast<std::int64_t>(least_pct / 100 * request_ns_ * times());
    if (shift.shift_ns == 0) return std::nullopt;
    if (coin()) shift.shift_ns = -shift.shift_ns;
    shift.must_fail = {kLinksName};
    return shift;
  }

  std::optional<Mutation> draw_scale() {
    std::optional<double> least;
    for (const Category category : kBendable) {
      const std::optional<double> part = least_part(category);
      if (part && (!least || *part < *least)) least = part;
    }
    if (!least || *least > kMostScale) return std::nullopt;
    const double away = std::min(kMostScale, *least * times());
    Mutation scale;
    scale.kind = MutationKind::kScale;
    scale.scale = coin() ? 1 + away : 1 - away;
    for (const Category category : kBendable) {
      add_failing(
          category, [&](const CellRow& row) { return away * row.attributed_ns; }, scale.must_fail);
    }
    return scale;
  }

  const Results& clean_;
  double request_ns_;
  std::mt19937_64 random_;
};

void bend(analysis::TimeParts& parts, const Mutation& mutation) {
  auto& time = parts.category;
  const auto first = static_cast<std::size_t>(mutation.first);
  const auto scaled = [](std::int64_t ns, double factor) {
    return static_cast<std::int64_t>(std::llround(static_cast<double>(ns) * factor));
  };
  switch (mutation.kind) {
    case MutationKind::kSwap:
      std::swap(time[first], time[static_cast<std::size_t>(mutation.second)]);
      return;
    case MutationKind::kDrop:
      time[first] = scaled(time[first], 1 - mutation.drop_pct / 100);
      return;
    case MutationKind::kScale:
      for (const Category category : kBendable) {
        std::int64_t& ns = time[static_cast<std::size_t>(category)];
        ns = scaled(ns, mutation.scale);
      }
      return;
    case MutationKind::kShift:
      return;
  }
}

}  // namespace

std::string Mutation::what() const {
  switch (kind) {
    case MutationKind::kSwap:
      return fmt::format("swap {} and {}", id_of(first), id_of(second));
    case MutationKind::kDrop:
      return fmt::format("drop {:.2f} % of {}", drop_pct, id_of(first));
    case MutationKind::kShift:
      return fmt::format("shift by {:+.1f} us", static_cast<double>(shift_ns) / 1e3);
    case MutationKind::kScale:
      return fmt::format("scale by {:.4f}", scale);
  }
  return "";
}

std::string row_name(const CellRow& row) {
  return fmt::format("{} of {}", row.category, row.endpoint);
}

std::vector<Mutation> draw_mutations(const Results& clean, double request_ns, std::uint64_t seed,
                                     std::size_t count) {
  Drawing drawing(clean, request_ns, seed);
  std::vector<Mutation> mutations;
  const std::size_t first = drawing.below(kMutationKinds);
  for (std::size_t i = 0; i < count; ++i) {
    const auto kind = static_cast<MutationKind>((first + i) % kMutationKinds);
    if (std::optional<Mutation> mutation = drawing.draw(kind)) {
      mutations.push_back(std::move(*mutation));
    }
  }
  return mutations;
}

Profile mutated(Profile profile, const Mutation& mutation) {
  for (auto& [name, endpoint] : profile.endpoints) bend(endpoint.time, mutation);
  for (auto& [tid, segments] : profile.threads) {
    for (ReportedSegment& segment : segments) {
      bend(segment.parts, mutation);
      segment.begin_ns += mutation.shift_ns;
      segment.end_ns += mutation.shift_ns;
    }
  }
  return profile;
}

}  // namespace plumbline::harness
