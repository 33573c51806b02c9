// Functions with known names for symbolizer_test.cc, which finds their addresses with nm.
//
// Built three times: position-independent, at a fixed address, and without debug information.
// Nothing here runs.
namespace subject {

volatile long sink = 0;

[[gnu::always_inline]] inline void inlined_step(long amount) {
  for (long i = 0; i < amount; ++i) sink = sink + i;
}

[[gnu::noinline]] void first_function(long amount) { inlined_step(amount); }
[[gnu::noinline]] void second_function(long amount) { sink = sink * amount; }

template <class Number>
[[gnu::noinline]] Number function_template(Number number) {
  sink = sink + 1;
  return number;
}

namespace {
[[gnu::noinline]] void hidden_function(long amount) { sink = sink - amount; }
}  // namespace

[[gnu::noinline]] void call_hidden_function(long amount) {
  hidden_function(amount);
  sink = sink + 2;
}

}  // namespace subject

extern "C" [[gnu::noinline]] void plain_c_function() { subject::sink = 0; }

int main(int argument_count, char**) {
  subject::first_function(argument_count);
  subject::second_function(argument_count);
  subject::call_hidden_function(argument_count);
  plain_c_function();
  return static_cast<int>(subject::function_template<long>(0));
}
