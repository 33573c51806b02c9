#include "harness/cli/http_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace plumbline::harness {
namespace {

constexpr std::string_view kEndOfHeader = "\r\n\r\n";

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (char& letter : lowered) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return lowered;
}

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

std::string_view next_line(std::string_view& rest) {
  const auto end = rest.find("\r\n");
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(rest.size(), line.size() + 2));
  return line;
}

struct Header {
  std::string host, origin;
  bool has_origin = false, has_body = false, is_sound = true;
  int hosts = 0;
};

Header header_of(std::string_view lines) {
  Header header;
  while (!lines.empty()) {
    const std::string_view line = next_line(lines);
    const auto colon = line.find(':');
    const bool is_field =
        colon != std::string_view::npos && colon > 0 && line.find_first_of(" \t") > colon;
    if (!is_field) {  // folded lines too: nothing that sends them is a browser
      header.is_sound = false;
      break;
    }
    const std::string name = lower(line.substr(0, colon));
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (name == "host") {
      header.host = lower(value);
      ++header.hosts;
    } else if (name == "origin") {
      header.origin = lower(value);
      header.has_origin = true;
    } else if (name == "content-length" || name == "transfer-encoding") {
      header.has_body = header.has_body || value != "0";
    }
  }
  return header;
}

bool has_controls(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char letter) {
    return static_cast<unsigned char>(letter) < 0x20 && letter != '\r' && letter != '\n' &&
           letter != '\t';
  });
}

// Takes as long whatever the difference: the token is not to be guessed letter by letter.
bool is_same(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    difference |= static_cast<unsigned>(a[i] ^ b[i]);
  }
  return difference == 0;
}

// "GET PATH HTTP/1.1" -> method and path, or nothing.
struct RequestLine {
  std::string_view method, path;
};
std::optional<RequestLine> request_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  const std::string_view version = line.substr(last + 1);
  const std::string_view path = line.substr(first + 1, last - first - 1);
  const bool is_sound = (version == "HTTP/1.1" || version == "HTTP/1.0") && path.starts_with('/') &&
                        path.find(' ') == std::string_view::npos;
  if (!is_sound) return std::nullopt;
  return RequestLine{line.substr(0, first), path};
}

}  // namespace

std::string url_of(const ServedAddress& address) {
  return fmt::format("http://127.0.0.1:{}/{}/", address.port, address.token);
}

bool is_whole_request(std::string_view text) {
  return text.find(kEndOfHeader) != std::string_view::npos || text.size() > kMostRequestBytes;
}

int status_of(std::string_view request, const ServedAddress& address) {
  const auto end = request.find(kEndOfHeader);
  if (end == std::string_view::npos || end > kMostRequestBytes) return 431;
  std::string_view lines = request.substr(0, end);
  if (has_controls(lines)) return 400;
  const auto line = request_line(next_line(lines));
  const Header header = header_of(lines);
  if (!line || !header.is_sound || header.hosts != 1) return 400;
  const std::string by_number = fmt::format("127.0.0.1:{}", address.port);
  const std::string by_name = fmt::format("localhost:{}", address.port);
  if (header.host != by_number && header.host != by_name) return 403;
  if (header.has_origin && header.origin != "http://" + header.host) return 403;
  if (line->method != "GET") return 405;
  if (header.has_body || request.size() > end + kEndOfHeader.size()) return 400;
  return is_same(line->path, "/" + address.token + "/") ? 200 : 404;
}

std::string_view status_text(int status) {
  switch (status) {
    case 200:
      return "200 OK";
    case 400:
      return "400 Bad Request";
    case 403:
      return "403 Forbidden";
    case 404:
      return "404 Not Found";
    case 405:
      return "405 Method Not Allowed";
    case 410:
      return "410 Gone";
    case 431:
      return "431 Request Header Fields Too Large";
    default:
      return "500 Internal Server Error";
  }
}

std::string answer_head(int status, std::string_view content_type, std::size_t content_bytes) {
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: {}; charset=utf-8\r\nContent-Length: {}\r\n{}"
      "Content-Security-Policy: frame-ancestors 'none'\r\nX-Content-Type-Options: nosniff\r\n"
      "Cross-Origin-Opener-Policy: same-origin\r\nCross-Origin-Resource-Policy: same-origin\r\n"
      "Referrer-Policy: no-referrer\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n",
      status_text(status), content_type, content_bytes, status == 405 ? "Allow: GET\r\n" : "");
}

}  // namespace plumbline::harness
