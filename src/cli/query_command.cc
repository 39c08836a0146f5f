// `kray-audit query`: one request, or a file of them, decided.
//
// Flags are turned into a line of the same form that a file holds, so that one reader serves both.
#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "audit/cluster_model.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/input_options.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "manifest/json_reader.h"
#include "reach/query.h"
#include "report/json_writer.h"
#include "report/query_json.h"
#include "report/query_text.h"
#include "source/input.h"

namespace kray {
namespace {

constexpr const char* kExamples = R"(Examples:
  kray-audit query . --from team-a/Notebook/lab --to team-a/RayCluster/demo/head:8265
  kray-audit query . --from namespace:team-b --sidecar --to team-a/RayCluster/demo/head:6379
  kray-audit query . --from outside --to team-a/RayCluster/demo/head:8265 --http 'GET /api/jobs/'
  kray-audit query . --requests questions.jsonl > answers.jsonl

A client is a pod (NAMESPACE/NAME), a pod class (NAMESPACE/KIND/NAME[/GROUP], see 'kray-audit inventory'),
an imagined pod (namespace:NAMESPACE), an address (ip:ADDRESS), 'outside', or gateway:NAMESPACE/KIND/NAME.

Exit codes: 0 answered, 1 not as --expect says, 2 usage, 3 input could not be read or parsed,
4 something could not be decided (--require-complete), 70 internal error.)";

struct QueryArguments {
  InputArguments inputs;
  std::string requests;
  std::string from;
  std::string to;
  std::string via;
  std::string service_account;
  std::vector<std::string> labels;
  bool sidecar = false;
  bool no_sidecar = false;
  std::string principal;
  bool anonymous = false;
  std::string ip;
  std::string protocol;
  std::string http;
  std::string host;
  std::vector<std::string> headers;
  bool explain = false;
  bool json = false;
  bool require_complete = false;
  std::string expect;
  std::string colour = "auto";
};

int report_usage(const Error& error) {
  spdlog::error("{}", error.to_string());
  return kUsage;
}

using LineWriter = rapidjson::Writer<rapidjson::StringBuffer>;

void put_if_any(LineWriter& json, std::string_view key, std::string_view value) {
  if (!value.empty()) put_text(json, key, value);
}

// What stands behind "word:" in the text; nothing if it begins otherwise.
std::optional<std::string_view> after(std::string_view text, std::string_view word) {
  if (!text.starts_with(word) || text.size() == word.size()) return std::nullopt;
  return text.substr(word.size());
}

std::optional<Error> put_labels(LineWriter& json, const std::vector<std::string>& labels) {
  if (labels.empty()) return std::nullopt;
  json.Key("labels");
  json.StartObject();
  for (const std::string& label : labels) {
    const size_t sign = label.find('=');
    if (sign == std::string::npos || sign == 0)
      return Error{"--label", fmt::format("'{}' is not KEY=VALUE", label), ""};
    put_text(json, std::string_view(label).substr(0, sign), std::string_view(label).substr(sign + 1));
  }
  json.EndObject();
  return std::nullopt;
}

std::optional<Error> put_source(LineWriter& json, const QueryArguments& arguments) {
  json.Key("source");
  json.StartObject();
  if (const auto ns = after(arguments.from, "namespace:")) {
    put_text(json, "namespace", *ns);
    if (!arguments.sidecar && !arguments.no_sidecar && arguments.principal.empty() && !arguments.anonymous)
      return Error{"--from", "an imagined pod may have a sidecar or not", "say --sidecar or --no-sidecar"};
  } else if (const auto ip = after(arguments.from, "ip:")) {
    put_text(json, "ip", *ip);
  } else if (const auto gateway = after(arguments.from, "gateway:")) {
    put_text(json, "gateway", *gateway);
  } else if (arguments.from == "outside") {
    json.Key("outside");
    json.Bool(true);
  } else {
    put_text(json, "pod", arguments.from);
  }
  put_if_any(json, "ip", arguments.ip);
  put_if_any(json, "serviceAccount", arguments.service_account);
  put_if_any(json, "principal", arguments.principal);
  if (arguments.sidecar || arguments.no_sidecar) {
    json.Key("sidecar");
    json.Bool(arguments.sidecar);
  }
  if (auto error = put_labels(json, arguments.labels)) return error;
  json.EndObject();
  return std::nullopt;
}

std::optional<Error> put_destination(LineWriter& json, const QueryArguments& arguments) {
  const size_t colon = arguments.to.rfind(':');
  const std::string port = colon == std::string::npos ? "" : arguments.to.substr(colon + 1);
  const bool is_number = !port.empty() && port.size() <= 5 &&
                         std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number) return Error{"--to", fmt::format("'{}' does not end in :PORT", arguments.to), ""};
  json.Key("destination");
  json.StartObject();
  put_text(json, "pod", std::string_view(arguments.to).substr(0, colon));
  json.Key("port");
  json.Int(std::stoi(port));
  put_if_any(json, "via", arguments.via);
  json.EndObject();
  return std::nullopt;
}

std::optional<Error> put_http(LineWriter& json, const QueryArguments& arguments) {
  if (arguments.http.empty()) {
    if (arguments.host.empty() && arguments.headers.empty()) return std::nullopt;
    return Error{"", "--host and --header describe a request: say --http too", ""};
  }
  const size_t blank = arguments.http.find(' ');
  if (blank == std::string::npos || blank + 1 >= arguments.http.size() || arguments.http[blank + 1] != '/')
    return Error{"--http", fmt::format("'{}' is not 'METHOD /path'", arguments.http), ""};
  json.Key("http");
  json.StartObject();
  put_text(json, "method", std::string_view(arguments.http).substr(0, blank));
  put_text(json, "path", std::string_view(arguments.http).substr(blank + 1));
  put_if_any(json, "host", arguments.host);
  if (!arguments.headers.empty()) {
    json.Key("headers");
    json.StartArray();
    for (const std::string& header : arguments.headers) {
      const size_t colon = header.find(':');
      if (colon == std::string::npos || colon == 0)
        return Error{"--header", fmt::format("'{}' is not 'NAME: VALUE'", header), ""};
      const size_t value = header.find_first_not_of(' ', colon + 1);
      json.StartArray();
      json.String(header.c_str(), static_cast<rapidjson::SizeType>(colon));
      json.String(value == std::string::npos ? "" : header.c_str() + value);
      json.EndArray();
    }
    json.EndArray();
  }
  json.EndObject();
  return std::nullopt;
}

Result<std::string> line_of_flags(const QueryArguments& arguments) {
  rapidjson::StringBuffer buffer;
  LineWriter json(buffer);
  json.StartObject();
  if (auto error = put_source(json, arguments)) return *error;
  if (auto error = put_destination(json, arguments)) return *error;
  put_if_any(json, "protocol",
             !arguments.http.empty() && arguments.protocol.empty() ? "http" : arguments.protocol);
  if (auto error = put_http(json, arguments)) return *error;
  json.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize());
}

// The client in a sentence.
std::string words_of_client(const QueryArguments& arguments) {
  std::string words = arguments.from;
  if (const auto ns = after(arguments.from, "namespace:"))
    words = fmt::format("a pod of namespace '{}'", *ns);
  if (const auto ip = after(arguments.from, "ip:")) words = *ip;
  if (const auto gateway = after(arguments.from, "gateway:"))
    words = fmt::format("somebody outside the cluster, through {},", *gateway);
  if (arguments.from == "outside") words = "somebody outside the cluster";
  if (arguments.sidecar) words += " with a sidecar";
  if (arguments.no_sidecar) words += " without a sidecar";
  return words;
}

int exit_code_of(const QueryAnswer& answer, const QueryArguments& arguments) {
  if (arguments.expect == "allow" && answer.allowed != Answer::yes) return kFindings;
  if (arguments.expect == "deny" && answer.allowed != Answer::no) return kFindings;
  return arguments.require_complete && answer.allowed == Answer::unknown ? kIncomplete : kClean;
}

int answer_flags(QueryEngine& engine, const QueryArguments& arguments) {
  const Result<std::string> line = line_of_flags(arguments);
  if (!line.ok()) return report_usage(line.error());
  const SourceFile source("the question", line.value());
  const ReadOutcome outcome = read_json(source, 0, static_cast<uint32_t>(line.value().size()), Limits{});
  Result<QueryRequest> request = read_query_request(NodeRef(outcome.trees.at(0).get(), 0));
  if (!request.ok()) return report_usage(request.error());
  // A pod that is named asks as itself, unless the question says what it presents.
  const bool says_identity = request.value().source.principal || arguments.anonymous;
  request.value().identity = says_identity ? QueryRequest::Identity::stated : QueryRequest::Identity::derived;
  const QueryAnswer answer = engine.answer(request.value(), true);
  const std::optional<Error> error = write_output("", [&](std::ostream& out) {
    if (arguments.json) {
      std::string text;
      append_query_json(answer, request.value().id, text);
      out << text;
      return;
    }
    const size_t colon = arguments.to.rfind(':');
    const AskedQuestion question{
        .from = words_of_client(arguments),
        .to = fmt::format("port {} of {}", arguments.to.substr(colon + 1), arguments.to.substr(0, colon))};
    write_query_text(answer, question, arguments.explain, text_options(arguments.colour, true), out);
  });
  if (error) return report_usage(*error);
  return exit_code_of(answer, arguments);
}

// A line that is no question is answered as such, so that answers keep their places.
std::string unreadable_answer(const Error& error) {
  std::string text;
  QueryAnswer answer;
  answer.reason = "not a question: " + error.to_string();
  append_query_json(answer, "", text);
  return text;
}

// Lines are answered one by one, and written in blocks.
class LineRunner {
 public:
  LineRunner(QueryEngine& engine, const QueryArguments& arguments, std::ostream& out)
      : engine_(engine), arguments_(arguments), out_(out) {}

  void run(const SourceFile& file) {
    const std::string_view text = file.text();
    uint32_t number = 0;
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      ++number;
      if (text.substr(begin, end - begin).find_first_not_of(" \t\r") != std::string_view::npos)
        answer(file, static_cast<uint32_t>(begin), static_cast<uint32_t>(end), number);
      begin = end + 1;
    }
    flush();
  }
  int exit_code() const { return exit_code_; }

 private:
  static constexpr size_t kBlock = size_t{1} << 16U;

  void answer(const SourceFile& file, uint32_t begin, uint32_t end, uint32_t number) {
    const ReadOutcome outcome = read_json(file, begin, end, Limits{});
    if (outcome.error) return refuse(file, number, {"", outcome.error->message, outcome.error->advice});
    Result<QueryRequest> request = read_query_request(NodeRef(outcome.trees.at(0).get(), 0));
    if (!request.ok()) return refuse(file, number, request.error());
    const std::string id = std::move(request.value().id);
    const QueryAnswer answer = engine_.answer(std::move(request.value()), arguments_.explain);
    append_query_json(answer, id, block_);
    if (exit_code_ == kClean) exit_code_ = exit_code_of(answer, arguments_);
    if (block_.size() >= kBlock) flush();
  }

  void refuse(const SourceFile& file, uint32_t number, const Error& error) {
    spdlog::error("{}:{}: {}", file.path, number, error.to_string());
    block_ += unreadable_answer(error);
    exit_code_ = kInputError;
  }

  void flush() {
    out_ << block_;
    block_.clear();
  }

  QueryEngine& engine_;
  const QueryArguments& arguments_;
  std::ostream& out_;
  std::string block_;
  int exit_code_ = kClean;
};

int answer_file(QueryEngine& engine, const QueryArguments& arguments) {
  const uint64_t most_bytes = arguments.inputs.max_file_size << 20U;
  Result<std::unique_ptr<SourceFile>> file = read_input({arguments.requests, arguments.requests}, most_bytes);
  if (!file.ok()) {
    spdlog::error("{}", file.error().to_string());
    return kInputError;
  }
  int exit_code = kClean;
  const std::optional<Error> error = write_output("", [&](std::ostream& out) {
    LineRunner runner(engine, arguments, out);
    runner.run(*file.value());
    exit_code = runner.exit_code();
  });
  return error ? report_usage(*error) : exit_code;
}

int run_query_command(const QueryArguments& arguments) {
  const bool asks_one = !arguments.from.empty() || !arguments.to.empty();
  if (asks_one == !arguments.requests.empty())
    return report_usage({"", "ask one question with --from and --to, or many with --requests", ""});
  if (asks_one && (arguments.from.empty() || arguments.to.empty()))
    return report_usage({"", "a question needs both --from and --to", ""});
  Result<AuditSettings> settings = read_settings(arguments.inputs);
  if (!settings.ok()) return report_usage(settings.error());
  const ClusterModel model(settings.value());
  for (const Error& error : model.errors()) spdlog::error("{}", error.to_string());
  if (model.inventory().objects().empty()) spdlog::error("no Kubernetes object in the input");
  // What could not be read may hold the policy that decides: no verdict stands on the rest.
  if (!model.errors().empty() || model.inventory().objects().empty()) return kInputError;
  QueryEngine engine({model.inventory(), model.pods(), model.injection(), model.mesh()});
  return asks_one ? answer_flags(engine, arguments) : answer_file(engine, arguments);
}

void add_client_options(CLI::App& command, QueryArguments& arguments) {
  command.add_option("--from", arguments.from, "Who asks")->type_name("CLIENT");
  command.add_option("--service-account", arguments.service_account, "Of an imagined pod (default: default)");
  command.add_option("--label", arguments.labels, "Label of an imagined pod")
      ->allow_extra_args(false)
      ->type_name("KEY=VALUE");
  auto* with = command.add_flag("--sidecar", arguments.sidecar, "The client has a sidecar");
  command.add_flag("--no-sidecar", arguments.no_sidecar, "The client has none")->excludes(with);
  auto* principal =
      command.add_option("--principal", arguments.principal,
                         "The client presents exactly this: spiffe://TRUST-DOMAIN/ns/NS/sa/ACCOUNT");
  command.add_flag("--anonymous", arguments.anonymous, "The client presents nothing")->excludes(principal);
  command.add_option("--ip", arguments.ip, "The client's address");
}

void add_request_options(CLI::App& command, QueryArguments& arguments) {
  command.add_option("--to", arguments.to, "What is asked: a pod or pod class, and its container port")
      ->type_name("POD:PORT");
  command.add_option("--via", arguments.via, "How the client dials: podIP or service:NAMESPACE/NAME:PORT");
  command.add_option("--protocol", arguments.protocol, "tcp, http, udp or sctp");
  command.add_option("--http", arguments.http, "The request: 'METHOD /path'");
  command.add_option("--host", arguments.host, "Its Host header");
  command.add_option("--header", arguments.headers, "A further header: 'NAME: VALUE'")
      ->allow_extra_args(false);
}

}  // namespace

void add_query_command(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<QueryArguments>();
  CLI::App* command = app.add_subcommand("query", "Decide whether a request gets through, and why");
  command->footer(kExamples);
  add_input_options(*command, arguments->inputs);
  add_client_options(*command, *arguments);
  add_request_options(*command, *arguments);
  command
      ->add_option("--requests", arguments->requests,
                   "Answer the questions of FILE, one a line ('-': standard input)")
      ->type_name("FILE.jsonl");
  command->add_flag("--explain", arguments->explain, "Show every step, with the ids of the specification");
  command->add_flag("--json", arguments->json, "Answer in JSON, as --requests does");
  command->add_flag("--require-complete", arguments->require_complete, "Exit code 4 if it cannot be told");
  command->add_option("--expect", arguments->expect, "Exit code 1 unless the verdict is this one")
      ->check(CLI::IsMember({"allow", "deny"}));
  add_colour_option(*command, arguments->colour);
  command->callback([arguments, &exit_code] { exit_code = run_query_command(*arguments); });
}

}  // namespace kray
