#include "harness/publish/published_names.h"

#include <fmt/format.h>

#include "analysis/io/terminal_text.h"

namespace plumbline::harness::publish {
namespace {

// FNV-1a: the same in every version, as names in a history must be.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14'695'981'039'346'656'037u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211u;
  return hash;
}

std::string cut(std::string text, std::size_t max_bytes, const std::string& end) {
  std::size_t length = max_bytes - end.size();
  // Not within a code point.
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0u) == 0x80) --length;
  text.resize(length);
  return text + end;
}

}  // namespace

std::string printable_name(std::string_view name, std::size_t max_bytes) {
  std::string text = io::terminal_safe(name);
  if (text.size() <= max_bytes) return text;
  return cut(std::move(text), max_bytes, fmt::format("...{:016x}", hash_of(name)));
}

std::string printable_text(std::string_view text, std::size_t max_bytes) {
  // Written out, a text only grows: what lies beyond is not needed.
  std::string safe = io::terminal_safe(text.substr(0, max_bytes + 1));
  return safe.size() <= max_bytes ? safe : cut(std::move(safe), max_bytes, "...");
}

std::string UniqueNames::take(std::string name) {
  std::uint32_t& count = taken_[hash_of(name)];
  if (++count == 1) return name;
  // From the last number on: a million equal names are not counted a million times each.
  for (;; ++count) {
    const std::string candidate = fmt::format("{} #{}", name, count);
    const auto [entry, fresh] = taken_.try_emplace(hash_of(candidate), 1);
    if (fresh) return candidate;
  }
}

}  // namespace plumbline::harness::publish
