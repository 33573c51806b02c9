#include "harness/profilers/claims.h"

#include <utility>

namespace plumbline::harness {
namespace {

std::vector<std::string> names_where(const Claims& claims, bool wanted) {
  std::vector<std::string> names;
  for (std::size_t category = 0; category < format::kCategoryCount; ++category) {
    if (claims.categories[category] == wanted) names.emplace_back(format::kCategoryIds[category]);
  }
  const std::array<std::pair<std::string_view, bool>, 4> more = {{
      {"endpoints", claims.endpoints},
      {"spans", claims.spans},
      {"conservation", claims.accounts},
      {"functions", claims.functions},
  }};
  for (const auto& [name, offered] : more) {
    if (offered == wanted) names.emplace_back(name);
  }
  return names;
}

}  // namespace

Claims all_claims() {
  Claims claims;
  claims.categories.fill(true);
  claims.endpoints = claims.spans = claims.accounts = claims.functions = true;
  return claims;
}

std::vector<std::string> claimed(const Claims& claims) { return names_where(claims, true); }

std::vector<std::string> not_offered(const Claims& claims) { return names_where(claims, false); }

}  // namespace plumbline::harness
