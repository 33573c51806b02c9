#include "analysis/formats/stack_profile.h"

namespace plumbline::formats {

std::optional<std::size_t> find_sample_type(const StackProfile& profile, std::string_view type) {
  for (std::size_t index = 0; index < profile.sample_types.size(); ++index) {
    if (profile.name(profile.sample_types[index].type) == type) return index;
  }
  return std::nullopt;
}

std::string folded_stack(const StackProfile& profile, Index stack) {
  std::string text;
  bool first = true;
  for (const Index index : profile.stack(stack)) {
    const Frame& frame = profile.frames[index];
    if (!frame.named) continue;
    if (!first) text += ';';
    text += profile.name(frame.function);
    first = false;
  }
  return text;
}

}  // namespace plumbline::formats
