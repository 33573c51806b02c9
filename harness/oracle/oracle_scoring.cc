#include "harness/oracle/oracle_scoring.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace plumbline::harness::oracle {
namespace {

using format::Category;

std::string counts_text(const Counts& counts) {
  std::string text;
  for (const auto& [what, count] : counts) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", what, count);
  }
  return text;
}

class Scoring {
 public:
  Scoring(const std::string& scenario, const std::vector<OracleRun>& runs,
          const Tolerances& tolerances)
      : scenario_(scenario), tolerances_(tolerances) {
    for (const OracleRun& run : runs) {
      if (const std::vector<std::string> faults = run.faults(); !faults.empty()) {
        ++invalid_;
        example_ = fmt::format("{}", fmt::join(faults, "; "));
        continue;
      }
      ++valid_;
      for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] += run.agreement.categories[i];
    }
    for (const CategoryAgreement& sum : sums_) blocks_ += sum.blocks;
  }

  std::vector<OracleRow> rows() const {
    std::vector<OracleRow> rows;
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      if (sums_[i].segments > 0 || (valid_ == 0 && i == 0)) {
        rows.push_back(row_of(static_cast<Category>(i)));
      }
    }
    return rows;
  }

 private:
  OracleRow row_of(Category category) const {
    const CategoryAgreement& sum = sums_[static_cast<std::size_t>(category)];
    const double runs = std::max<double>(1, static_cast<double>(valid_));
    OracleRow row;
    row.scenario = scenario_;
    row.category = format::kCategoryIds[static_cast<std::size_t>(category)];
    row.runs = valid_;
    row.invalid_runs = invalid_;
    row.segments = sum.segments;
    if (sum.segments > 0) {
      row.inside_pct = 100.0 * static_cast<double>(sum.inside) / static_cast<double>(sum.segments);
    }
    row.ledger_lo_ns = static_cast<double>(sum.ledger.lo_ns) / runs;
    row.ledger_hi_ns = static_cast<double>(sum.ledger.hi_ns) / runs;
    row.kernel_lo_ns = static_cast<double>(sum.kernel.lo_ns) / runs;
    row.kernel_hi_ns = static_cast<double>(sum.kernel.hi_ns) / runs;
    row.error_ns = static_cast<double>(sum.ledger.distance_to(sum.kernel)) / runs;
    row.blocks = sum.blocks;
    for (const auto& [place, count] : sum.misplaced) row.misplaced_blocks += count;
    row.tolerance_ns = tolerance_ns(category, row);
    judge(category, sum, row);
    return row;
  }

  double tolerance_ns(Category category, const OracleRow& row) const {
    const double truth_ns = (row.ledger_lo_ns + row.ledger_hi_ns) / 2;
    if (category == Category::kCpu) return tolerances_.oracle_cpu_pct / 100 * truth_ns;
    if (category != Category::kRunQueue) return tolerances_.oracle_wait_pct / 100 * truth_ns;
    const double waits = static_cast<double>(blocks_) / std::max<double>(1, double(valid_));
    return category_tolerance_ns(tolerances_, category, {.truth_ns = truth_ns, .waits = waits});
  }

  void judge(Category category, const CategoryAgreement& sum, OracleRow& row) const {
    if (machine_unfit(invalid_, invalid_ + valid_)) {
      row.verdict = Verdict::kInconclusive;
      row.reason = fmt::format("{} of {} oracle runs invalid, such as {}", invalid_,
                               invalid_ + valid_, example_);
      return;
    }
    const bool is_wait = category != Category::kCpu && category != Category::kRunQueue;
    std::vector<std::string> faults;
    if (std::abs(row.error_ns) > row.tolerance_ns) faults.push_back("totals differ");
    if (is_wait && row.inside_pct < tolerances_.oracle_inside_pct) {
      faults.push_back(fmt::format("only {:.2f} % of the segments inside", row.inside_pct));
    }
    if (!sum.misplaced.empty()) faults.push_back("blocked in " + counts_text(sum.misplaced));
    row.reason = fmt::format("{}", fmt::join(faults, "; "));
    row.verdict = faults.empty() ? Verdict::kPass : Verdict::kFail;
    const double truth_ns = (row.ledger_lo_ns + row.ledger_hi_ns) / 2;
    if (faults.empty() && is_vacuous(tolerances_, truth_ns, row.tolerance_ns)) {
      row.verdict = Verdict::kVacuous;
      row.reason = "the tolerance is over 10 % of what is compared";
    }
  }

  const std::string& scenario_;
  const Tolerances& tolerances_;
  std::array<CategoryAgreement, format::kCategoryCount> sums_{};
  std::int64_t valid_ = 0, invalid_ = 0, blocks_ = 0;
  std::string example_;
};

}  // namespace

std::vector<std::string> OracleRun::faults() const {
  std::vector<std::string> faults;
  if (!agreement.holes.empty()) {
    faults.push_back("the kernel's trace has holes: " + counts_text(agreement.holes));
  }
  if (machine.verdict == MachineVerdict::kInvalid) {
    faults.insert(faults.end(), machine.reasons.begin(), machine.reasons.end());
  }
  return faults;
}

std::vector<OracleRow> score_oracle(const std::string& scenario, const std::vector<OracleRun>& runs,
                                    const Tolerances& tolerances) {
  return runs.empty() ? std::vector<OracleRow>{} : Scoring(scenario, runs, tolerances).rows();
}

}  // namespace plumbline::harness::oracle
