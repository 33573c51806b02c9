#include "tests/harness/hostile_results.h"

namespace plumbline::harness::testing {
namespace {

CellRow cell(const std::string& scenario, const std::string& endpoint, Verdict verdict) {
  CellRow row;
  row.scenario = scenario;
  row.profiler = "plumbline";
  row.endpoint = endpoint;
  row.category = "cpu";
  row.truth_lo_ns = 100e6;
  row.truth_hi_ns = 101e6;
  row.attributed_ns = verdict == Verdict::kFail ? 150e6 : 100.5e6;
  row.error_ns = verdict == Verdict::kFail ? 49e6 : 0;
  row.error_pct = row.error_ns / 1e6;
  row.ci95_ns = {row.error_ns - 1e5, row.error_ns + 1e5};
  row.ci95_pct = Interval{*row.error_pct - 0.1, *row.error_pct + 0.1};
  row.repeats = 3;
  row.tolerance_ns = 1e6;
  for (const char* run : {"r/1", "r/2", "r/3"}) {
    row.per_run.push_back(
        {run, 100'000'000, 101'000'000, static_cast<std::int64_t>(row.attributed_ns)});
  }
  row.verdict = verdict;
  return row;
}

void add_hostile_tables(const std::string& name, Results& results) {
  RunRow run;
  run.id = run.scenario = run.profiler = name;
  run.reasons = {name};
  run.losses[name] = 1;
  results.runs.push_back(run);
  LinkRow link;
  link.scenario = link.profiler = link.reason = name;
  results.links.push_back(link);
  ConservationRow conservation;
  conservation.scenario = conservation.profiler = conservation.reason = name;
  results.conservation.push_back(conservation);
  OracleRow oracle;
  oracle.scenario = oracle.category = oracle.reason = name;
  results.oracle.push_back(oracle);
  SweepRow sweep{name, name, name, {{1, 2.0, Interval{1, 3}}}, {}};
  results.sweeps.push_back(sweep);
  FunctionRow function;
  function.scenario = function.profiler = function.endpoint = function.function = name;
  function.reason = name;
  results.functions.push_back(function);
  results.confusion.push_back({name, name, name, name, 1});
  AssertionRow assertion;
  assertion.scenario = assertion.profiler = assertion.endpoint = assertion.pattern = name;
  assertion.kind = "absence";
  assertion.gate.rule = assertion.reason = name;
  assertion.verdict = Verdict::kFail;
  results.assertions.push_back(assertion);
}

}  // namespace

const std::vector<std::string>& hostile_names() {
  static const std::vector<std::string> kNames = {
      std::string("nul\0byte", 8),
      "\x1b]0;owned\x07",
      "<script>alert(1)</script>",
      "<![CDATA[x]]>",
      "]]>",
      "a|b||c",
      "`code` ``` ~~~",
      "line\nbreak\r\n| forged | row |\n\n# heading",
      "tab\there",
      "not utf-8: \xff\xfe\xc0\xaf",
      "\xed\xa0\x80 surrogate",
      "not xml: \xef\xbf\xbe\xef\xbf\xbf",
      "=cmd|'/c calc'!A1",
      "+1+1",
      "-2+3",
      "@SUM(1)",
      "\t=1",
      "\r=1",
      " =1",
      "\xef\xbc\x9d"
      "1",
      "\"quoted\",\"cells\"",
      "'=1",
      "[link](javascript:alert(1))",
      "![image](http://x/y.png)",
      "@octocat #1 :tada: http://evil.example www.evil.example *b* _i_ ~s~ \\",
      "&lt;b&gt; &amp; &#0; &bogus;",
      "</details></testcase></system-out>",
      "\xe2\x80\xae"
      "right to left",
      "\x7f\xc2\x9b"
      "C1",
      "{\"a\": \"b\"}, [",
      "\\u0000 \\\" \\",
      std::string(60'000, 'x'),
      std::string(30'000, '\x01'),
  };
  return kNames;
}

Results hostile_results() {
  Results results;
  Environment& environment = results.environment;
  environment.kernel = environment.cpu_model = environment.clock = hostile_names()[2];
  environment.rseq = environment.git = environment.compiler = hostile_names()[7];
  environment.version = hostile_names()[5];
  environment.cpus = 1;
  for (const std::string& name : hostile_names()) {
    for (const Verdict verdict : {Verdict::kPass, Verdict::kFail, Verdict::kInconclusive,
                                  Verdict::kVacuous, Verdict::kSkipped}) {
      CellRow row = cell(name, name, verdict);
      row.profiler = row.category = row.reason = row.per_run[0].run = name;
      results.cells.push_back(row);
    }
    add_hostile_tables(name, results);
  }
  results.gate = GateUse{hostile_names()[2], hostile_names()[1], {}, hostile_names()};
  for (const std::string& name : hostile_names()) results.gate->entries.push_back({name, name, 1});
  results.summary.exit_code = 1;
  results.summary.fail = 1;
  results.summary.reason = hostile_names()[7];
  return results;
}

Results large_results(std::size_t cells) {
  Results results;
  results.cells.reserve(cells);
  for (std::size_t i = 0; i < cells; ++i) {
    results.cells.push_back(cell("scenario " + std::to_string(i % 10),
                                 "GET /item/" + std::to_string(i),
                                 i % 10 == 3 ? Verdict::kFail : Verdict::kPass));
  }
  results.summary.fail = static_cast<std::int64_t>(cells / 10);
  results.summary.exit_code = 1;
  results.summary.reason = "gate failed";
  return results;
}

Results small_results() {
  Results results;
  results.cells.push_back(cell("small", "GET /a", Verdict::kPass));
  results.summary.pass = 1;
  results.summary.reason = "every judged row is within its tolerance";
  return results;
}

}  // namespace plumbline::harness::testing
