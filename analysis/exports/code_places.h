// Places in code, as pprof and OTLP want them: an address in a module with the functions there.
//
// Used by the exports to both. Thread rule: one thread. Failure: none; an address without a name
// stands for itself.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analysis/attribution/stackless.h"
#include "analysis/recording/row_index.h"
#include "analysis/recording/symbolizer.h"

namespace plumbline::exports {

struct CodePlace {
  std::uint64_t address = 0;  // of the call, in frames above a leaf; 0: a frame in brackets
  analysis::Index module = analysis::kNone;
  std::vector<analysis::CodeLocation> lines;  // innermost first, never empty; names are safe
};

class CodePlaces {
 public:
  explicit CodePlaces(const analysis::Recording& recording);

  // Rows of all(), leaf first, of a stack key (see stackless.h).
  std::vector<analysis::Index> of_key(analysis::Index key);

  const std::vector<CodePlace>& all() const { return places_; }

 private:
  analysis::Index of_address(std::uint64_t address, bool is_leaf);
  analysis::Index of_bracket(const std::string& name);

  const analysis::Recording& recording_;
  analysis::Symbolizer symbolizer_;
  const analysis::StackKeys keys_;
  analysis::RowIndex by_address_;
  std::map<std::string, analysis::Index> by_bracket_;
  std::vector<CodePlace> places_;
};

}  // namespace plumbline::exports
