#include "harness/profilers/described_profiler.h"

#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "analysis/io/error.h"
#include "analysis/io/mapped_file.h"
#include "harness/profilers/foreign_profile.h"
#include "workloads/json_field.h"

namespace plumbline::harness {
namespace {

using workloads::JsonField;

constexpr std::size_t kMaxTextBytes = 4096;
constexpr std::size_t kMaxWords = 100;

// `text` with {output} and {rate} filled in.
std::string filled(std::string text, const LaunchOrder& order) {
  const std::pair<std::string, std::string> places[] = {{"{output}", order.output.string()},
                                                        {"{rate}", std::to_string(order.rate_hz)}};
  for (const auto& [place, value] : places) {
    for (std::size_t at = text.find(place); at != std::string::npos;
         at = text.find(place, at + value.size())) {
      text.replace(at, place.size(), value);
    }
  }
  return text;
}

class Described : public ProfilerAdapter {
 public:
  explicit Described(const std::filesystem::path& file) {
    const io::MappedFile mapped(file);
    const nlohmann::json document = workloads::parse_json(mapped.text(), file);
    const JsonField root(file, document);
    root.allow_only({"name", "command", "environment", "extension", "map"});
    name_ = root["name"].text(kMaxTextBytes);
    if (root["extension"].present()) extension_ = root["extension"].text(kMaxTextBytes);
    if (root["command"].present()) {
      for (const JsonField& word : root["command"].elements(kMaxWords)) {
        command_.push_back(word.text(kMaxTextBytes));
      }
    }
    if (root["map"].present()) {
      for (const JsonField& setting : root["map"].elements(kMaxWords)) {
        apply_mapping(setting.text(kMaxTextBytes), mapping_);
      }
    }
    if (!root["environment"].present()) return;
    if (!root["environment"].is_object()) root["environment"].expected("an object of texts");
    for (const auto& [key, value] : document["environment"].items()) {
      environment_[key] = root["environment"][key].text(kMaxTextBytes);
    }
  }

  std::string name() const override { return name_; }
  Claims claims() const override { return {}; }  // known once there is a profile

  std::string missing(const Interruption&) const override {
    if (command_.empty() || !find_tool(command_[0]).empty()) return "";
    return "no program " + command_[0];
  }

  std::string extension() const override { return extension_; }

  Launch launch(const LaunchOrder& order) const override {
    Launch launch;
    for (const std::string& word : command_) launch.prefix.push_back(filled(word, order));
    if (!launch.prefix.empty()) launch.prefix[0] = find_tool(launch.prefix[0]);
    for (const auto& [key, value] : environment_) launch.environment[key] = filled(value, order);
    return launch;
  }

  Profile read(const std::filesystem::path& output, const workloads::Ledger& ledger,
               const Interruption&) const override {
    std::error_code ignored;
    if (!std::filesystem::exists(output, ignored))
      throw io::InputError(name_ + " wrote no profile");
    return read_foreign_profile(output, mapping_, ledger);
  }

 private:
  std::string name_, extension_ = ".profile";
  std::vector<std::string> command_;
  std::map<std::string, std::string> environment_;
  ProfileMapping mapping_ = default_mapping();
};

}  // namespace

std::unique_ptr<ProfilerAdapter> described_profiler(const std::filesystem::path& description) {
  return std::make_unique<Described>(description);
}

}  // namespace plumbline::harness
