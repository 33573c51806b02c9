#include "analysis/formats/folded.h"

#include <charconv>
#include <vector>

#include "analysis/formats/stack_profile_builder.h"
#include "analysis/formats/text_lines.h"
#include "analysis/io/error.h"

namespace plumbline::formats {
namespace {

struct FoldedLine {
  std::string_view stack;
  std::int64_t count = 0;
};

// The count is behind the last space: names may hold spaces themselves.
std::optional<FoldedLine> split(std::string_view line) {
  const std::size_t space = line.find_last_of(" \t");
  if (space == line.npos) return std::nullopt;
  FoldedLine made{trimmed(line.substr(0, space))};
  const std::string_view digits = line.substr(space + 1);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), made.count);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return made;
}

}  // namespace

StackProfile read_folded(const Input& input) {
  StackProfileBuilder builder(Format::kFolded, input.file);
  builder.sample_type(builder.name("samples"), builder.name("count"));
  std::vector<Index> frames;
  for (TextLines lines(input.bytes); lines.next();) {
    const std::string_view line = trimmed(lines.line());
    if (line.empty() || line.starts_with('#')) continue;
    const std::optional<FoldedLine> folded = split(line);
    if (!folded) throw io::damaged_file(input.file, lines.offset(), "expected 'frame;frame COUNT'");
    frames.clear();
    for (std::string_view rest = folded->stack; !rest.empty();) {
      const std::size_t end = rest.find(';');
      Frame frame{.function = builder.name(rest.substr(0, end)), .named = true};
      frames.push_back(builder.frame(frame));
      rest = end == rest.npos ? std::string_view{} : rest.substr(end + 1);
      if (frames.size() > kMaxDepth) break;  // refused by the builder
    }
    builder.sample({builder.stack(frames)}, {{folded->count}});
    ++builder.profile().sample_types[0].samples;
  }
  if (builder.profile().samples.empty()) builder.fail("has no stacks");
  return builder.finish();
}

}  // namespace plumbline::formats
