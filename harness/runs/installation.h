// Where the parts of Plumbline are: beside the running program, built or installed.
//
// bin/plumbline, bin/plumbline-workload, bin/plumbline-truthd, lib/libplumbline.so,
// share/plumbline/{scenarios,sweeps,plots,catalogue.json,
// scenario.schema.json}. Asked by the commands.
// Thread rule: any thread. Failure: io::InputError when the program's own path cannot be read.
#pragma once

#include <filesystem>

namespace plumbline::harness {

struct Installation {
  std::filesystem::path workload, truthd, library, scenarios, sweeps, plots, catalogue,
      scenario_schema;
};

Installation find_installation();

}  // namespace plumbline::harness
