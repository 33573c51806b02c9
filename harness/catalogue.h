// The catalogue: each known way in which profilers are wrong, and the scenario that shows it.
//
// Read from workloads/catalogue.json by `plumbline list`. A mode has scenarios, or the reason why
// it has none; a scenario names what it catches: the seeded faults (tests/faults/seeded/) that are
// tried in it, or a profiler that is known to fail it.
// Thread rule: immutable once read. Failure: io::InputError, one line with file and JSON path.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace plumbline::harness {

struct FailureMode {
  std::int64_t row = 0;  // its number in the catalogue, from 1 without gaps
  std::string mode;      // what happens in the program
  std::string fails;     // who is wrong then, and how
  std::string source;
  std::vector<std::string> scenarios;
  std::string why_not;  // empty where there are scenarios
};

struct Catch {
  std::string scenario;
  std::vector<std::string> faults;  // names of patches; empty: a peer
  std::string peer;                 // who fails it, with the figure or the source; may be empty
};

struct Catalogue {
  std::vector<FailureMode> modes;
  std::vector<Catch> catches;

  // Those that the scenario shows, in the order of their numbers.
  std::vector<const FailureMode*> modes_of(const std::string& scenario) const;
  // What it catches; null: the catalogue does not know the scenario.
  const Catch* catch_of(const std::string& scenario) const;
};

Catalogue read_catalogue(const std::filesystem::path& file);

}  // namespace plumbline::harness
