// A signal exactly before an instruction of libplumbline.so, the first time that it is reached.
//
// The instruction's first byte is replaced by int3; the handler of SIGTRAP puts it back, runs what
// the test wants and goes on there. Unlike single steps, this leaves all that is before the
// instruction undisturbed: a switch flag that is armed is still armed when the signal comes.
// Thread rule: one thread, no other may come through the code meanwhile. Signal rule: SIGTRAP is
// taken. Failure: GoogleTest's, or an exception from the listing.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace plumbline::test {

struct Instruction {
  std::uintptr_t address;
  std::uint32_t function;  // row of Listing::functions
};

// What objdump says about the library that holds `symbol`.
struct Listing {
  std::vector<std::string> functions;
  std::vector<Instruction> instructions;
};
Listing list_instructions(const void* symbol);

// Makes the code writable and takes SIGTRAP, for as long as it lives.
class PlantedSignals {
 public:
  explicit PlantedSignals(const Listing& listing);
  ~PlantedSignals();
  PlantedSignals(const PlantedSignals&) = delete;
  PlantedSignals& operator=(const PlantedSignals&) = delete;

  // Runs `body` with a signal before `instruction`. True when the signal came; `in_handler` ran.
  bool run(const Instruction& instruction, const std::function<void()>& body, void (*in_handler)());

  // The functions that `body` enters.
  std::vector<bool> functions_entered(const std::function<void()>& body);

 private:
  const Listing& listing_;
};

}  // namespace plumbline::test
