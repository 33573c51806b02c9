// One HTTP request of a browser to `plumbline serve`: may it have the page?
//
// Called by page_server.cc with what a client sent. Everything that is not a plain GET of the one
// address, from a page of our own or from none, gets an answer without content.
// Thread rule: pure. Failure: none; every input has an answer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace plumbline::harness {

inline constexpr std::size_t kMostRequestBytes = 8192;

struct ServedAddress {
  std::uint16_t port = 0;
  std::string token;  // random, in the path: who does not know it gets nothing
};

// "http://127.0.0.1:PORT/TOKEN/"
std::string url_of(const ServedAddress& address);

// True once the end of the header is there, or more than can be a request.
bool is_whole_request(std::string_view text);

// 200 for the page, else why not: 400, 403, 404, 405, 431.
int status_of(std::string_view request, const ServedAddress& address);

// The header of an answer, for so many bytes of content.
std::string answer_head(int status, std::string_view content_type, std::size_t content_bytes);

// "404 Not Found"
std::string_view status_text(int status);

}  // namespace plumbline::harness
