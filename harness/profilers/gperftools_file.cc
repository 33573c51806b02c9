#include "harness/profilers/gperftools_file.h"

#include <elf.h>
#include <fmt/format.h>

#include <cstring>
#include <optional>
#include <set>
#include <sstream>
#include <string>

#include "analysis/io/error.h"
#include "analysis/io/mapped_file.h"
#include "analysis/recording/elf_identity.h"
#include "analysis/recording/symbolizer.h"
#include "harness/profilers/stack_tally.h"

namespace plumbline::harness {
namespace {

constexpr std::size_t kWordBytes = sizeof(std::uint64_t);
constexpr std::uint64_t kHeaderWords = 3;      // that follow the second one
constexpr std::uint64_t kMaxHeaderWords = 64;  // later versions may add some
constexpr std::uint64_t kMaxDepth = 1024;      // libprofiler stops at 254

class Words {
 public:
  Words(std::string_view bytes, const std::filesystem::path& file) : bytes_(bytes), file_(file) {}

  std::uint64_t take(std::string_view what) {
    if (bytes_.size() - offset_ < kWordBytes) fail(fmt::format("cut within {}", what));
    std::uint64_t word = 0;
    std::memcpy(&word, bytes_.data() + offset_, kWordBytes);
    offset_ += kWordBytes;
    return word;
  }
  std::string_view rest() const { return bytes_.substr(offset_); }
  std::uint64_t words_left() const { return (bytes_.size() - offset_) / kWordBytes; }
  [[noreturn]] void fail(const std::string& what) const {
    throw io::damaged_file(file_, offset_, what);
  }

 private:
  std::string_view bytes_;
  const std::filesystem::path& file_;
  std::size_t offset_ = 0;
};

std::int64_t take_header(Words& words) {
  constexpr std::uint64_t kMaxPeriodUs = 1'000'000'000;
  const std::uint64_t first = words.take("the header");
  const std::uint64_t more = words.take("the header");
  if (first != 0 || more < kHeaderWords || more > kMaxHeaderWords) {
    words.fail("not a CPU profile of gperftools with 8-byte words, least significant first");
  }
  const std::uint64_t version = words.take("the header");
  if (version != 0) words.fail(fmt::format("version {} of the format is not known", version));
  const std::uint64_t period_us = words.take("the header");
  if (period_us == 0 || period_us > kMaxPeriodUs) {
    words.fail(fmt::format("a sampling period of {} us", period_us));
  }
  for (std::uint64_t i = 2; i < more; ++i) words.take("the header");
  return static_cast<std::int64_t>(period_us) * 1000;
}

// False at the trailer.
bool take_stack(Words& words, GperftoolsStack& stack) {
  constexpr std::uint64_t kMaxSamples = std::uint64_t{1} << 40;
  stack.samples = words.take("a stack");
  const std::uint64_t depth = words.take("a stack");
  if (depth == 0 || depth > kMaxDepth || depth > words.words_left()) {
    words.fail(fmt::format("a stack of {} addresses", depth));
  }
  if (stack.samples > kMaxSamples) words.fail(fmt::format("{} samples", stack.samples));
  stack.addresses.resize(depth);
  for (std::uint64_t& address : stack.addresses) address = words.take("a stack");
  return stack.samples != 0 || depth != 1 || stack.addresses[0] != 0;
}

template <typename Header>
std::optional<Header> header_at(std::string_view file, std::uint64_t offset) {
  Header header;
  if (offset > file.size() || file.size() - offset < sizeof header) return std::nullopt;
  std::memcpy(&header, file.data() + offset, sizeof header);
  return header;
}

// Address in the process less address in the file, of a mapping of its bytes from `offset` on.
std::uint64_t bias_of(std::string_view file, std::uint64_t begin, std::uint64_t offset) {
  constexpr std::uint64_t kPageMask = ~std::uint64_t{0xfff};
  const auto header = header_at<Elf64_Ehdr>(file, 0);
  for (std::uint64_t i = 0; header && i < header->e_phnum; ++i) {
    const auto segment = header_at<Elf64_Phdr>(file, header->e_phoff + i * sizeof(Elf64_Phdr));
    if (!segment || segment->p_type != PT_LOAD) continue;
    if ((segment->p_offset & kPageMask) == offset) return begin - (segment->p_vaddr & kPageMask);
  }
  return begin - offset;
}

// "5581a000-5581b000 r-xp 00001000 08:01 123   /usr/bin/x"
std::optional<analysis::Module> module_of_line(const std::string& line) {
  std::istringstream fields(line);
  std::string range, rights, offset_text, device, inode, path;
  fields >> range >> rights >> offset_text >> device >> inode >> std::ws;
  std::getline(fields, path);
  const std::size_t dash = range.find('-');
  if (rights.size() < 3 || rights[2] != 'x' || dash == std::string::npos || path.empty() ||
      path[0] != '/') {
    return std::nullopt;
  }
  try {
    analysis::Module module{};
    module.begin = std::stoull(range.substr(0, dash), nullptr, 16);
    module.end = std::stoull(range.substr(dash + 1), nullptr, 16);
    module.path = path;
    const io::MappedFile file(path);
    module.load_bias = bias_of(file.text(), module.begin, std::stoull(offset_text, nullptr, 16));
    if (const auto identity = analysis::identify_elf(file.bytes())) {
      module.build_id = identity->build_id;
    }
    return module;
  } catch (const std::exception&) {  // a line that is none, a file that is gone: no names
    return std::nullopt;
  }
}

std::set<std::string> functions_on(const GperftoolsStack& stack, analysis::Symbolizer& symbolizer) {
  std::set<std::string> functions;
  for (std::size_t i = 0; i < stack.addresses.size(); ++i) {
    const std::uint64_t address = stack.addresses[i];
    for (const analysis::CodeLocation& location :
         i == 0 ? symbolizer.at(address) : symbolizer.at_call_before(address)) {
      functions.insert(location.function);
    }
  }
  return functions;
}

}  // namespace

bool is_gperftools_profile(std::string_view bytes) {
  static constexpr std::uint64_t kStart[] = {0, kHeaderWords, 0};
  return bytes.size() >= sizeof kStart && std::memcmp(bytes.data(), kStart, sizeof kStart) == 0;
}

GperftoolsProfile parse_gperftools(std::string_view bytes, const std::filesystem::path& file) {
  Words words(bytes, file);
  GperftoolsProfile profile;
  profile.period_ns = take_header(words);
  for (GperftoolsStack stack; take_stack(words, stack);) profile.stacks.push_back(stack);
  profile.maps = words.rest();
  return profile;
}

std::vector<analysis::Module> modules_of_maps(std::string_view maps) {
  std::vector<analysis::Module> modules;
  std::istringstream lines{std::string(maps)};
  for (std::string line; std::getline(lines, line);) {
    if (std::optional<analysis::Module> module = module_of_line(line)) {
      modules.push_back(std::move(*module));
    }
  }
  return modules;
}

Profile read_gperftools(const std::filesystem::path& file) {
  const io::MappedFile mapped(file);
  const GperftoolsProfile parsed = parse_gperftools(mapped.text(), file);
  const std::vector<analysis::Module> modules = modules_of_maps(parsed.maps);
  analysis::Symbolizer symbolizer(modules);
  Profile profile;
  profile.claims.categories[static_cast<std::size_t>(format::Category::kCpu)] = true;
  profile.claims.functions = true;
  EndpointProfile& process = profile.endpoints[std::string(kWholeProcess)];
  for (const GperftoolsStack& stack : parsed.stacks) {
    const auto samples = static_cast<std::int64_t>(stack.samples);
    add_stack(functions_on(stack, symbolizer), samples * parsed.period_ns, stack.samples, process);
  }
  return profile;
}

}  // namespace plumbline::harness
