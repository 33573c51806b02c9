// Reads the text of `perf script -F comm,pid,tid,time,period,event,ip,sym,dso`.
//
// Called by read_profile. Tolerates what else perf prints by default: a CPU number, flags, no
// period, no thread id, offsets behind symbols, source lines, `(inlined)` frames, comments, and no
// call chain (the frame is then on the line of the event).
// Types: `samples` in `count`, and each event by its name without modifiers ("cycles" of
// "cycles:u"), its value the period, or 1 where none was printed; task-clock and cpu-clock are in
// nanoseconds. The name of the thread is the label `thread name`. Duration is from the first sample
// to the last: the text says no more.
// Thread rule: one thread. Failure: io::InputError when no line is an event; lines that make no
// sense among others are counted as skipped.
#pragma once

#include <string_view>

#include "analysis/formats/input.h"
#include "analysis/formats/stack_profile.h"

namespace plumbline::formats {

StackProfile read_perf_script(const Input& input);

// Whether the line begins a sample; for telling the format from others.
bool is_perf_event_line(std::string_view line);

}  // namespace plumbline::formats
