// Endpoints of a program then and now: which got slower or dearer, which are new, and how sure.
//
// Called by `plumbline endpoints --baseline`. Each figure of an endpoint (elapsed time and the time
// by category, of one request) is compared by ranks over the single requests; the false discovery
// rate is kept over all figures of all endpoints (Benjamini-Hochberg). What is tested is a change
// by more than a share of what a request takes (`least_change_percent`): two runs of one program
// always differ by a little, and of many thousand requests any difference is sure. There is no
// threshold on what was measured.
// Thread rule: pure functions. Failure: none; an endpoint with too few requests is said to be so.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/statistics/intervals.h"

namespace plumbline::harness {

// Of one request, in nanoseconds: elapsed, then each category.
inline constexpr std::array<std::string_view, 8> kRequestFigures = {
    "elapsed", "cpu", "lock", "sync", "file", "socket", "runqueue", "other"};
using RequestFigures = std::array<double, kRequestFigures.size()>;

struct EndpointSample {
  std::string name;
  std::vector<RequestFigures> requests;
  double wall_ns = 0;  // of the endpoint, with requests that never ended
};

enum class EndpointVerdict { kRegressed, kImproved, kNoChangeShown, kNew, kGone, kTooFew };
enum class FigureVerdict { kWorse, kBetter, kNoChangeShown };

// Of how often a value of one side is more than one of the other: Cliff's delta below 0.147, 0.33
// and 0.474 (Romano et al., 2006), or above.
enum class Effect { kNegligible, kSmall, kMedium, kLarge };

struct FigureChange {
  std::string_view figure;
  double baseline_mean_ns = 0, mean_ns = 0;
  Interval change_95_ns;  // of the difference of the means (Welch)
  double superiority = 0.5;
  Effect effect = Effect::kNegligible;
  double p_value = 1, p_adjusted = 1;
  FigureVerdict verdict = FigureVerdict::kNoChangeShown;
};

struct EndpointChange {
  std::string name;
  EndpointVerdict verdict = EndpointVerdict::kNoChangeShown;
  std::uint64_t baseline_requests = 0, requests = 0;
  double baseline_wall_percent = 0, wall_percent = 0;  // of all endpoints' wall
  std::vector<FigureChange> figures;                   // none where nothing can be compared
};

struct ChangeOptions {
  double false_discovery_rate = 0.01;
  double least_change_percent = 5;  // of the baseline's median elapsed time
  std::size_t least_requests = 8;   // on each side
};

// Regressed first, then new ones, each by their share of the wall now.
std::vector<EndpointChange> endpoint_changes(const std::vector<EndpointSample>& baseline,
                                             const std::vector<EndpointSample>& now,
                                             const ChangeOptions& options);

std::string_view name_of(EndpointVerdict verdict);
std::string_view name_of(FigureVerdict verdict);
std::string_view name_of(Effect effect);

}  // namespace plumbline::harness
