// Mounts that killed servers left behind, in any directory.
//
// Used by plumbline-truthd at its start, so that none stays for long.
// Thread rule: the main thread. Failure rule: none; what may not be unmounted stays.
#pragma once

#include <filesystem>
#include <string_view>

namespace plumbline::workloads {

// As it stands in /proc/self/mountinfo before the file system's type.
inline constexpr const char* kMountSource = "plumbline-truthd";

// Where our file system is mounted according to one line of mountinfo; empty: nowhere.
std::filesystem::path mount_in(std::string_view mountinfo_line);

// Unmounts those whose server is gone. A living server holds the lock of its directory, and is
// not asked: one that is stopped would not answer.
void remove_abandoned_mounts();

}  // namespace plumbline::workloads
