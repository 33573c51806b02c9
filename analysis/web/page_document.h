// The page as one file: the built template with the data in it.
//
// Called by the commands `report` and `serve`. The template is analysis/web/dist/page.html, which
// is part of the program; the data is packed (gzip) and written as base64, so that nothing in it
// can be markup.
// Thread rule: pure. Failure: throws std::runtime_error when memory for packing is short.
#pragma once

#include <string>
#include <string_view>

namespace plumbline::analysis {

// As it was built: with the place for the data still in it.
std::string_view page_template();

// What stands in the template where the data belongs, once.
inline constexpr std::string_view kDataPlace = "<!--DATA-->";

std::string page_document(std::string_view data);

}  // namespace plumbline::analysis
