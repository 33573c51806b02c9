// What the readers of this folder are handed: bytes, and how errors should call them.
//
// Thread rule: plain data; the bytes must outlive it. Failure: none.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

namespace plumbline::formats {

// Of a file as it is on disk and once it is unpacked: a small file may claim to be anything.
inline constexpr std::size_t kMaxProfileBytes = std::size_t{512} << 20;

struct Input {
  std::string_view bytes;
  std::filesystem::path file;  // "x.pb.gz (unpacked)" when offsets are not those of the file
};

}  // namespace plumbline::formats
