#include "harness/oracle/trace_pages.h"

#include "harness/oracle/value_at.h"

namespace plumbline::harness::oracle {
namespace {

constexpr std::size_t kPageHeaderBytes = 16;           // u64 time, u64 committed bytes and flags
constexpr std::uint64_t kSomethingMissing = 3U << 30;  // either of two flags
constexpr std::uint32_t kPadding = 29, kTimeExtend = 30, kTimeStamp = 31;
constexpr std::uint64_t kTopTimeBits = 0xF8ull << 56;  // not in a time stamp

class Page {
 public:
  Page(std::string_view page, TraceEntries& found) : found_(found) {
    const auto committed = value_at<std::uint64_t>(page, 8);
    if ((committed & kSomethingMissing) != 0) ++found_.gaps;
    const std::size_t length = committed & ~kSomethingMissing;
    time_ = value_at<std::uint64_t>(page, 0);
    if (kPageHeaderBytes + length > page.size()) {
      ++found_.gaps;
      return;
    }
    data_ = page.substr(kPageHeaderBytes, length);
  }

  void read() {
    while (at_ + 4 <= data_.size() && read_one()) {
    }
  }

 private:
  bool read_one() {
    const auto head = value_at<std::uint32_t>(data_, at_);
    const auto first = value_at<std::uint32_t>(data_, at_ + 4);
    const std::uint32_t type = head & 31;
    const std::uint64_t delta = head >> 5;
    const std::uint64_t wide = (std::uint64_t{first} << 27) + delta;
    if (type == kTimeExtend || type == kTimeStamp) {
      time_ = type == kTimeExtend ? time_ + wide : (time_ & kTopTimeBits) | wide;
      at_ += 8;
      return true;
    }
    if (type == kPadding && delta == 0) return false;  // the rest of the page is empty
    time_ += delta;
    const bool long_record = type == 0 || type == kPadding;
    const std::size_t length = long_record ? first : std::size_t{type} * 4;
    const std::size_t skipped = long_record ? 8 : 4;
    if (at_ + 4 + length > data_.size() || length + 4 < skipped) {
      ++found_.gaps;
      return false;
    }
    if (type != kPadding) {
      found_.entries.push_back(
          {static_cast<std::int64_t>(time_), data_.substr(at_ + skipped, length + 4 - skipped)});
    }
    at_ += 4 + length;
    return true;
  }

  TraceEntries& found_;
  std::string_view data_;
  std::uint64_t time_ = 0;
  std::size_t at_ = 0;
};

}  // namespace

TraceEntries read_trace_pages(std::string_view pages, std::size_t page_bytes) {
  TraceEntries found;
  for (std::size_t at = 0; at + page_bytes <= pages.size(); at += page_bytes) {
    Page(pages.substr(at, page_bytes), found).read();
  }
  return found;
}

}  // namespace plumbline::harness::oracle
