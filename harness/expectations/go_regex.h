// Regular expressions as Go's regexp has them: the same syntax and the same unanchored search, by
// RE2, which takes time linear in the text whatever the pattern.
//
// Used by `plumbline check`, whose expectation files were written for Go.
// Thread rule: any thread. Failure: io::InputError for a pattern that does not compile.
#pragma once

#include <re2/re2.h>

#include <memory>
#include <string>
#include <string_view>

namespace plumbline::harness::expectations {

class GoRegex {
 public:
  // `where`: what an error names, "FILE: stacks[0].pprof-regex".
  GoRegex(const std::string& pattern, std::string_view where);
  // `text` has been through as_go_sees().
  bool matches(std::string_view text) const;

 private:
  std::shared_ptr<const RE2> compiled_;
};

// Go's '.' matches a byte that is not UTF-8, as if it were U+FFFD; RE2's does not.
std::string as_go_sees(std::string_view text);

// "a\.b": a pattern that matches `text` and nothing else in its place.
std::string quoted_for_go(std::string_view text);

}  // namespace plumbline::harness::expectations
