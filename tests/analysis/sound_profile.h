// What holds of every StackProfile that a reader returns, whatever the file was. Used by the tests
// of hostile input and by the fuzzer.
#pragma once

#include <algorithm>

#include "analysis/formats/stack_profile.h"

namespace plumbline::test {

inline bool is_sound(const formats::Frame& frame, std::size_t names) {
  return frame.function < names && frame.file < names && frame.mapping < names;
}

inline bool is_sound(const formats::StackProfile& profile) {
  const std::size_t names = profile.names.size(), types = profile.sample_types.size();
  bool sound = names > 0 && profile.names[0].empty() && types > 0 &&
               profile.values.size() == profile.samples.size() * types &&
               profile.stack_begins.front() == 0 &&
               profile.stack_begins.back() == profile.stack_frames.size() &&
               std::is_sorted(profile.stack_begins.begin(), profile.stack_begins.end()) &&
               (!profile.default_type || *profile.default_type < types);
  for (const formats::SampleType& type : profile.sample_types) {
    sound = sound && type.type < names && type.unit < names && type.duration_s >= 0;
  }
  for (const formats::Frame& frame : profile.frames) sound = sound && is_sound(frame, names);
  for (const formats::Index frame : profile.stack_frames) {
    sound = sound && frame < profile.frames.size();
  }
  for (const formats::Label& label : profile.labels) {
    sound = sound && label.key < names && label.text < names && label.unit < names;
  }
  for (const formats::Sample& sample : profile.samples) {
    sound = sound && sample.stack < profile.stack_count() &&
            std::size_t{sample.labels_begin} + sample.labels_count <= profile.labels.size();
  }
  return sound;
}

}  // namespace plumbline::test
