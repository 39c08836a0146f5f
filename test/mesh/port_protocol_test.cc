// istiod's conversion of Service ports, word by word.
#include "mesh/port_protocol.h"

#include <gtest/gtest.h>

namespace kray {
namespace {

PortProtocol by_name(std::string_view name, int64_t port = 80) {
  return declared_protocol({.app_protocol = {}, .name = name, .transport = "TCP", .port = port});
}
PortProtocol by_app(std::string_view app, std::string_view name = "tcp") {
  return declared_protocol({.app_protocol = app, .name = name, .transport = "", .port = 80});
}

TEST(DeclaredProtocol, ByTheBeginningOfTheName) {
  for (const char* http : {"http", "HTTP", "http2-x", "grpc", "grpc-web", "grpc-web-x", "http_proxy"})
    EXPECT_EQ(by_name(http), PortProtocol::http) << http;
  for (const char* tcp : {"tcp", "tcp-http", "https", "tls-x", "mongo", "redis", "mysql"})
    EXPECT_EQ(by_name(tcp), PortProtocol::tcp) << tcp;
  for (const char* other : {"", "dashboard", "httpx", "http1", "serve", "xtcp"})
    EXPECT_EQ(by_name(other), PortProtocol::automatic) << other;
  EXPECT_EQ(by_name("udp"), PortProtocol::udp);
  EXPECT_EQ(declared_protocol({.app_protocol = {}, .name = "http", .transport = "UDP", .port = 80}),
            PortProtocol::udp);
}

TEST(DeclaredProtocol, AppProtocolWinsEvenIfItSaysNothing) {
  EXPECT_EQ(by_app("http"), PortProtocol::http);
  EXPECT_EQ(by_app("kubernetes.io/h2c"), PortProtocol::http);
  EXPECT_EQ(by_app("kubernetes.io/ws"), PortProtocol::http);
  EXPECT_EQ(by_app("kubernetes.io/wss"), PortProtocol::tcp);
  EXPECT_EQ(by_app("tcp", "http"), PortProtocol::tcp);
  EXPECT_EQ(by_app("", "http"), PortProtocol::automatic);
  EXPECT_EQ(by_app("other", "http"), PortProtocol::automatic);
}

TEST(DeclaredProtocol, ServersThatSpeakFirst) {
  for (const int64_t port : {25, 53, 3306, 27017}) EXPECT_EQ(by_name("", port), PortProtocol::tcp) << port;
  EXPECT_EQ(by_name("http", 3306), PortProtocol::http);
  EXPECT_EQ(by_name("", 5432), PortProtocol::automatic);
}

TEST(ProtocolOfPort, DependsOnAllDeclarations) {
  const std::vector<PortDeclaration> declarations = {{8265, PortProtocol::tcp, {}, "a", nullptr},
                                                     {8265, PortProtocol::tcp, {}, "b", nullptr},
                                                     {8080, PortProtocol::tcp, {}, "a", nullptr},
                                                     {8080, PortProtocol::http, {}, "b", nullptr}};
  EXPECT_EQ(protocol_of_port(declarations, 8265), PortProtocol::tcp);
  EXPECT_EQ(protocol_of_port(declarations, 8080), std::nullopt);
  EXPECT_EQ(protocol_of_port(declarations, 6379), PortProtocol::automatic);
}

}  // namespace
}  // namespace kray
