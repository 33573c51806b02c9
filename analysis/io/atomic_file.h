// Whole files or none: results, reports, exports and ledgers are written through here.
//
// Thread rule: any thread; two writers of one file leave one of the two whole.
// Failure: throws InputError with file and reason; an earlier file is then untouched and nothing
// is left beside it.
#pragma once

#include <filesystem>
#include <string_view>

namespace plumbline::io {

// Writes aside in the same folder, syncs, renames. A link is followed. What is not a regular file
// (a folder, a device, a pipe) is refused: it cannot be replaced by renaming.
void write_file_atomically(const std::filesystem::path& file, std::string_view bytes);

}  // namespace plumbline::io
