// Pins the format of questions: what each field means, what leaving it out means, and which lines are
// refused.
#include "reach/query_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "manifest/json_reader.h"

namespace kray {
namespace {

using testing::HasSubstr;

class Line {
 public:
  explicit Line(const std::string& text)
      : file_("requests.jsonl", text),
        outcome_(read_json(file_, 0, static_cast<uint32_t>(text.size()), Limits{})) {}

  Result<QueryRequest> read() const { return read_query_request(NodeRef(outcome_.trees.at(0).get(), 0)); }

 private:
  SourceFile file_;
  ReadOutcome outcome_;
};

QueryRequest question(const std::string& text) {
  const Line line(text);
  Result<QueryRequest> request = line.read();
  EXPECT_TRUE(request.ok()) << text << ": " << (request.ok() ? "" : request.error().to_string());
  return request.ok() ? std::move(request.value()) : QueryRequest{};
}

std::string refused(const std::string& text) {
  const Line line(text);
  const Result<QueryRequest> request = line.read();
  return request.ok() ? "accepted" : request.error().to_string();
}

constexpr const char* kTo = R"("destination":{"pod":"ray/head","ip":"10.0.0.9","port":8265})";

TEST(QueryRequest, ReadsEveryField) {
  const Line line(
      R"({"id":"r1","source":{"pod":"a/p","namespace":"a","serviceAccount":"s","labels":{"app":"x"},
    "sidecar":true,"principal":"spiffe://td/ns/a/sa/s","trustDomain":"td","tls":"no-alpn","sni":"h","ip":"10.0.0.1"},
    "destination":{"pod":"ray/head","ip":"10.0.0.9","port":8265,"via":"service:ray/svc:80"},"protocol":"http",
    "http":{"method":"GET","path":"/a?b","host":"h:1","headers":[["x","1"],["x","2"]]},
    "jwt":{"iss":"i","sub":"s","claims":{"a":["b"]}},"expected":"allow","tags":["t"]})");
  const Result<QueryRequest> result = line.read();
  ASSERT_TRUE(result.ok()) << result.error().to_string();
  const QueryRequest& request = result.value();
  EXPECT_EQ(request.id, "r1");
  EXPECT_EQ(request.source.pod, "a/p");
  EXPECT_EQ(request.source.service_account, "s");
  EXPECT_EQ(request.source.labels->at("app"), "x");
  EXPECT_EQ(request.source.sidecar, true);
  EXPECT_EQ(request.source.principal, "spiffe://td/ns/a/sa/s");
  EXPECT_EQ(request.source.tls, ClientTls::mtls_without_alpn);
  EXPECT_EQ(request.source.sni, "h");
  EXPECT_EQ(request.source.ip, parse_ip("10.0.0.1"));
  EXPECT_EQ(request.destination.port, 8265);
  EXPECT_EQ(request.destination.via, QueryDestination::Via::service);
  EXPECT_EQ(request.destination.service, "ray/svc");
  EXPECT_EQ(request.destination.service_port, 80);
  EXPECT_EQ(request.payload, Payload::http);
  EXPECT_EQ(request.http.path, "/a?b");
  ASSERT_EQ(request.http.headers.size(), 2U);
  EXPECT_EQ(request.http.headers[1].value, "2");
  EXPECT_FALSE(request.http.has_further_headers);
  EXPECT_EQ(request.http.jwt.value.issuer, "i");
  EXPECT_EQ(request.http.jwt.value.claims["a"].at(0).text(), "b");
}

TEST(QueryRequest, LeavesOutWhatIsNotSaid) {
  const QueryRequest request = question(std::string(R"({"source":{"ip":"10.0.0.1"},)") + kTo + "}");
  EXPECT_FALSE(request.source.principal);
  EXPECT_FALSE(request.source.sidecar);
  EXPECT_EQ(request.payload, Payload::not_stated);
  EXPECT_FALSE(request.http.path);
  EXPECT_TRUE(request.http.has_further_headers);
  EXPECT_FALSE(request.http.jwt.is_known());
  const QueryRequest described =
      question(std::string(R"({"source":{"ip":"10.0.0.1"},"http":{"path":"/"},)") + kTo + "}");
  EXPECT_FALSE(described.http.has_further_headers);
  EXPECT_TRUE(described.http.jwt.is_absent());
}

TEST(QueryRequest, KnowsProtocols) {
  const auto with = [](const char* protocol) {
    return question(std::string(R"({"source":{"outside":true},"protocol":")") + protocol + "\"," + kTo + "}");
  };
  EXPECT_EQ(with("tcp").payload, Payload::bytes);
  EXPECT_EQ(with("udp").transport, Transport::udp);
  EXPECT_EQ(with("sctp").transport, Transport::sctp);
  EXPECT_EQ(with("http").transport, Transport::tcp);
}

TEST(QueryRequest, DerivesTheIdentityWhereItIsToldWhatTheClientIs) {
  const auto derives = [](const std::string& source, const std::string& via) {
    return question(R"({"source":)" + source + R"(,"destination":{"pod":"a/b","port":1)" + via + "}}")
               .identity == QueryRequest::Identity::derived;
  };
  EXPECT_TRUE(derives(R"({"namespace":"a","sidecar":true})", ""));
  EXPECT_TRUE(derives(R"({"namespace":"a","sidecar":false})", ""));
  EXPECT_TRUE(derives(R"({"pod":"a/p"})", R"(,"via":"podIP")"));
  EXPECT_FALSE(derives(R"({"pod":"a/p"})", ""));
  EXPECT_FALSE(derives(R"({"pod":"a/p","principal":"spiffe://t/ns/a/sa/b"})", R"(,"via":"podIP")"));
}

TEST(QueryRequest, RefusesWhatItWouldMisunderstand) {
  const std::string to = kTo;
  const std::pair<std::string, const char*> cases[] = {
      {"[]", "a question is a JSON object"},
      {"{" + to + "}", "source: is missing"},
      {R"({"source":{"outside":true}})", "destination: is missing"},
      {R"({"source":{"principle":"x"},)" + to + "}", "source/principle: there is no such field"},
      {R"({"source":{"pod":1},)" + to + "}", "source/pod: expected a string, found an integer"},
      {R"({"source":{"ip":"10.0.0"},)" + to + "}", "'10.0.0' is no IP address"},
      {R"({"source":{"sidecar":"yes"},)" + to + "}", "source/sidecar: expected true or false"},
      {R"({"source":{"labels":{"a":1}},)" + to + "}", "source/labels: a label is no string"},
      {R"({"source":{"tls":"maybe"},)" + to + "}", "none of always, no-alpn, no-cert"},
      {R"({"source":{},)" + to + "}", "nothing says who asks"},
      {R"({"source":{"outside":true},"destination":{"port":1}})", "neither 'pod' nor 'ip'"},
      {R"({"source":{"outside":true},"destination":{"pod":"a/b"}})", "'port' is missing"},
      {R"({"source":{"outside":true},"destination":{"pod":"a/b","port":0}})", "'0' is no port number"},
      {R"({"source":{"outside":true},"destination":{"pod":"a/b","port":70000}})",
       "'70000' is no port number"},
      {R"({"source":{"outside":true},"destination":{"pod":"a/b","port":"80"}})", "'80' is no port number"},
      {R"({"source":{"outside":true},"destination":{"pod":"a/b","port":1,"via":"service:a"}})",
       "neither podIP nor"},
      {R"({"source":{"outside":true},"protocol":"quic",)" + to + "}", "'quic' is none of"},
      {R"({"source":{"outside":true},"http":{"verb":"GET"},)" + to + "}",
       "http/verb: there is no such field"},
      {R"({"source":{"outside":true},"http":{"headers":[["a"]]},)" + to + "}", "a pair of name and value"},
      {R"({"source":{"outside":true},"jwt":"x",)" + to + "}", "jwt: expected an object"},
  };
  for (const auto& [line, message] : cases) EXPECT_THAT(refused(line), HasSubstr(message)) << line;
}

}  // namespace
}  // namespace kray
