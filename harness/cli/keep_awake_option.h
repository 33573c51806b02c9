// --keep-awake, as each command has it that measures.
//
// Called by run, overhead and selfcheck while they declare their options.
// Thread rule: the main thread. Failure: an unknown value is refused by the parser.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace plumbline::harness {

inline void add_keep_awake_option(CLI::App& command, std::string& value) {
  value = "auto";
  command
      .add_option("--keep-awake", value,
                  "spinners of the idle class on all CPUs, so that the host does not take those "
                  "that halt: on, off, or auto (on virtual machines without a limit of CPU)")
      ->check(CLI::IsMember({"auto", "on", "off"}))
      ->capture_default_str();
}

}  // namespace plumbline::harness
