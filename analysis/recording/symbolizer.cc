#include "analysis/recording/symbolizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "analysis/io/error.h"
#include "analysis/io/mapped_file.h"
#include "analysis/recording/elf_identity.h"

namespace plumbline::analysis {

namespace {

std::optional<ElfIdentity> identity_of(const std::string& path) {
  try {
    return identify_elf(io::MappedFile(path).bytes());
  } catch (const io::InputError&) {
    return std::nullopt;  // counted by the caller; a recording may be read on another machine
  }
}

}  // namespace

Symbolizer::Symbolizer(const std::vector<Module>& modules) : modules_(modules) {
  for (Index row = 0; row < modules.size(); ++row) by_address_.push_back(row);
  // Of modules at one address (unloaded, another loaded) the later stands later.
  std::stable_sort(by_address_.begin(), by_address_.end(),
                   [&](Index a, Index b) { return modules_[a].begin < modules_[b].begin; });
}

Index Symbolizer::module_of(std::uint64_t pc) const {
  const auto behind = std::upper_bound(
      by_address_.begin(), by_address_.end(), pc,
      [&](std::uint64_t address, Index row) { return address < modules_[row].begin; });
  if (behind == by_address_.begin()) return kNone;
  const Index row = *std::prev(behind);
  return pc < modules_[row].end ? row : kNone;
}

const DebugInfo* Symbolizer::open(const Module& module) {
  const std::optional<ElfIdentity> identity = identity_of(module.path);
  if (!identity) {
    ++report_.missing_files;
    return nullptr;
  }
  if (identity->build_id != module.build_id) {
    ++report_.changed_files;
    return nullptr;
  }
  return &debug_info_of_file(module.path, module.build_id, identity->is_position_independent);
}

const DebugInfo* Symbolizer::debug_info_of(Index module) {
  const auto entry = debug_info_.find(module);
  if (entry != debug_info_.end()) return entry->second;
  return debug_info_.emplace(module, open(modules_[module])).first->second;
}

std::vector<CodeLocation> Symbolizer::look_up(std::uint64_t pc) {
  const Index row = module_of(pc);
  if (row == kNone) return {{fmt::format("[0x{:x}]", pc), "", 0}};
  const Module& module = modules_[row];
  const std::uint64_t file_address = pc - module.load_bias;
  if (const DebugInfo* debug_info = debug_info_of(row)) {
    std::vector<CodeLocation> locations = debug_info->at(file_address);
    if (!locations.empty()) return locations;
  }
  const std::string name = std::filesystem::path(module.path).filename().string();
  return {{fmt::format("[{}+0x{:x}]", name, file_address), "", 0}};
}

const std::vector<CodeLocation>& Symbolizer::at(std::uint64_t pc) {
  const auto entry = known_.find(pc);
  if (entry != known_.end()) return entry->second;
  return known_.emplace(pc, look_up(pc)).first->second;
}

const std::vector<CodeLocation>& Symbolizer::at_call_before(std::uint64_t return_address) {
  if (return_address > format::kMaxLeftOut) return at(return_address - 1);
  const auto entry = left_out_.find(return_address);
  if (entry != left_out_.end()) return entry->second;
  const std::string name = return_address == 0
                               ? "[all further frames left out]"
                               : fmt::format("[{} frames left out]", return_address);
  return left_out_.emplace(return_address, std::vector<CodeLocation>{{name, "", 0}}).first->second;
}

}  // namespace plumbline::analysis
