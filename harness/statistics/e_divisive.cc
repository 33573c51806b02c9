// Source of the method: Matteson and James, "A nonparametric approach for multiple change point
// analysis of multivariate data", Journal of the American Statistical Association 109 (2014):
// statistic (5)-(7) with alpha = 1, hierarchical estimation of section 2.3, permutation test of
// section 2.4 (permuted within the clusters found so far).
#include "harness/statistics/e_divisive.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>

namespace plumbline::harness {
namespace {

struct Cut {
  std::size_t index = 0;
  double statistic = -1;
};

double pairs(std::size_t count) {
  const double n = static_cast<double>(count);
  return n * (n - 1) / 2;
}

// Of every part of a series the sum of the distances between its values: `within(a, b)` of those in
// [a, b). Each row is made from the one below it.
class Distances {
 public:
  explicit Distances(std::span<const double> values) : count_(values.size()) {
    sums_.assign((count_ + 1) * (count_ + 1), 0);
    for (std::size_t a = count_; a-- > 0;) {
      double to_first = 0;  // from values[a] to those in (a, b)
      for (std::size_t b = a + 1; b <= count_; ++b) {
        to_first += std::abs(values[a] - values[b - 1]);
        at(a, b) = at(a + 1, b) + to_first;
      }
    }
  }

  double within(std::size_t a, std::size_t b) const {
    return a < b ? sums_[a * (count_ + 1) + b] : 0;
  }

  // The energy statistic of [0, middle) against [middle, end).
  double statistic(std::size_t middle, std::size_t end) const {
    const double left = static_cast<double>(middle), right = static_cast<double>(end - middle);
    const double in_left = within(0, middle), in_right = within(middle, end);
    const double between = within(0, end) - in_left - in_right;
    const double energy =
        2 * between / (left * right) - in_left / pairs(middle) - in_right / pairs(end - middle);
    return left * right / (left + right) * energy;
  }

 private:
  double& at(std::size_t a, std::size_t b) { return sums_[a * (count_ + 1) + b]; }

  std::size_t count_;
  std::vector<double> sums_;
};

// The right side may end before the series does: so a change that is taken back later is found.
Cut best_cut(std::span<const double> values, std::size_t least) {
  Cut best;
  if (values.size() < 2 * least) return best;
  const Distances distances(values);
  for (std::size_t middle = least; middle + least <= values.size(); ++middle) {
    for (std::size_t end = middle + least; end <= values.size(); ++end) {
      const double statistic = distances.statistic(middle, end);
      if (statistic > best.statistic) best = {middle, statistic};
    }
  }
  return best;
}

// Fisher and Yates; std::shuffle is not the same in every library.
void shuffle(std::span<double> values, std::mt19937_64& random) {
  for (std::size_t i = values.size(); i > 1; --i) {
    std::swap(values[i - 1], values[random() % i]);
  }
}

class Division {
 public:
  Division(std::span<const double> series, const EDivisiveOptions& options)
      : options_(options),
        least_(std::max<std::size_t>(2, options.least_values)),
        values_(series.begin(), series.end()),
        random_(options.seed) {
    parts_.push_back(part(0, values_.size()));
  }

  std::vector<ChangePoint> run() {
    while (true) {
      const auto best = std::ranges::max_element(
          parts_, {}, [](const Part& candidate) { return candidate.cut.statistic; });
      // Values that are all alike have nothing to tell apart.
      if (best == parts_.end() || best->cut.statistic <= 0) break;
      const std::optional<double> p_value = test(best->cut.statistic);
      if (!p_value) break;
      const Part whole = *best;
      found_.push_back({whole.begin + whole.cut.index, *p_value, whole.cut.statistic});
      *best = part(whole.begin, whole.begin + whole.cut.index);
      parts_.push_back(part(whole.begin + whole.cut.index, whole.end));
    }
    std::ranges::sort(found_, {}, &ChangePoint::index);
    return found_;
  }

 private:
  struct Part {
    std::size_t begin = 0, end = 0;
    Cut cut;
  };

  Part part(std::size_t begin, std::size_t end) const {
    return {begin, end, best_cut(std::span(values_).subspan(begin, end - begin), least_)};
  }

  // The p value, if it is significant: counting ends when it cannot become so any more.
  std::optional<double> test(double statistic) {
    const double most = options_.significance * (options_.permutations + 1);
    int as_large = 1;  // the order that was observed
    for (int i = 0; i < options_.permutations && as_large <= most; ++i) {
      double largest = 0;
      for (const Part& each : parts_) {
        std::vector<double> values(values_.begin() + static_cast<std::ptrdiff_t>(each.begin),
                                   values_.begin() + static_cast<std::ptrdiff_t>(each.end));
        shuffle(values, random_);
        largest = std::max(largest, best_cut(values, least_).statistic);
      }
      // Sums in another order differ by rounding: what is as large but for that, is as large.
      if (largest >= statistic * (1 - 1e-9)) ++as_large;
    }
    if (as_large > most) return std::nullopt;
    return static_cast<double>(as_large) / (options_.permutations + 1);
  }

  const EDivisiveOptions& options_;
  const std::size_t least_;
  std::vector<double> values_;
  std::mt19937_64 random_;
  std::vector<Part> parts_;
  std::vector<ChangePoint> found_;
};

}  // namespace

std::vector<ChangePoint> change_points(std::span<const double> series,
                                       const EDivisiveOptions& options) {
  return Division(series, options).run();
}

}  // namespace plumbline::harness
