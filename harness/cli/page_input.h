// The page of an input: of a recording, or of a result.
//
// Called by the commands `report` and `serve`. Thread rule: any thread. Failure: throws
// io::InputError for what is neither, or cannot be used.
#pragma once

#include <string>
#include <vector>

namespace plumbline::harness {

struct PageInput {
  std::string path;                       // a recording, results.json, or a folder with one
  std::vector<std::string> own_prefixes;  // as `plumbline hotspots --own`
};

struct Page {
  std::string html;
  std::string damage;  // of a recording that could be read up to there only; else empty
};

Page page_of(const PageInput& input);

}  // namespace plumbline::harness
