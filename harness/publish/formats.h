// The formats in which a result is published for people and tools that know nothing of ours.
//
// Called by `plumbline publish` and, for Markdown, by `plumbline run` under GitHub. One .cc a
// format. Names in a result are text from outside: each format first writes out what is not
// printable (io::terminal_safe) and cuts what is too long, then escapes by its own rules.
// Bounds: a format hands its text on row by row; beyond the result it holds at most a hash a row.
// Thread rule: pure functions of the result. Failure: what the sink throws.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "harness/results/results.h"

namespace plumbline::harness::publish {

using TextSink = std::function<void(std::string_view)>;

struct Format {
  std::string_view name;  // as `--as` takes it
  std::string_view what;
  void (*write)(const Results& results, const TextSink& sink);
};

std::span<const Format> formats();

void write_markdown(const Results& results, const TextSink& sink);
void write_junit(const Results& results, const TextSink& sink);
void write_csv(const Results& results, const TextSink& sink);
void write_csv_functions(const Results& results, const TextSink& sink);
void write_csv_confusion(const Results& results, const TextSink& sink);
void write_csv_links(const Results& results, const TextSink& sink);
void write_csv_assertions(const Results& results, const TextSink& sink);
void write_google_benchmark(const Results& results, const TextSink& sink);
void write_bencher(const Results& results, const TextSink& sink);
void write_github_benchmark(const Results& results, const TextSink& sink);

// What GitHub shows of one step; more than that it refuses as a whole.
inline constexpr std::size_t kStepSummaryBytes = 1'048'576;

// At most so many bytes. Rows that do not fit are left out, and counted in a line at the end. Below
// 16 KiB the head alone may be longer.
std::string markdown_of(const Results& results, std::size_t max_bytes);

// The whole text, for what is known to be small.
std::string text_of(const Format& format, const Results& results);

}  // namespace plumbline::harness::publish
