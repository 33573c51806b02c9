#include "harness/profilers/foreign_profile.h"

#include "analysis/formats/read_profile.h"
#include "analysis/io/mapped_file.h"
#include "harness/profilers/gperftools_file.h"

namespace plumbline::harness {

Profile read_foreign_profile(const std::filesystem::path& file, const ProfileMapping& mapping,
                             const workloads::Ledger& ledger) {
  if (is_gperftools_profile(io::MappedFile(file).text())) return read_gperftools(file);
  return profile_of_stacks(formats::read_profile(file), mapping, ledger);
}

}  // namespace plumbline::harness
