// ING-1 and ING-2, other ingress controllers, and OpenShift Routes.
#include "network/ingress_exposure.h"

#include <gtest/gtest.h>

#include "network/exposure_fixture.h"

namespace kray {
namespace {

using test::an_ingress_gateway;
using test::an_object;
using test::chain_of;
using test::ExposedWorld;
using test::head_service;
using test::the_head;

std::string an_ingress(const std::string& spec, const std::string& annotations = "") {
  return "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, namespace: ray, "
         "annotations: {" +
         annotations + "}}\nspec: {" + spec + "}\n";
}

const std::string kRule =
    "rules: [{host: ray.example.org, http: {paths: [{path: /demo, pathType: Prefix, backend: {service: "
    "{name: head, "
    "port: {number: 80}}}}]}}]";
const std::string kWorld = the_head() + head_service();

TEST(IngressExposure, AnIngressOfAnyClassIsAWayWithAnUnknownController) {
  const ExposedWorld world(kWorld + an_ingress("ingressClassName: nginx, " + kRule));
  const Exposure way = world.only_way();
  EXPECT_EQ(way.kind, ExposureKind::ingress);
  EXPECT_EQ(way.port, 8265);
  EXPECT_EQ(way.hosts, std::vector<std::string>{"ray.example.org"});
  EXPECT_EQ(way.path, (PathCondition{PathCondition::Kind::prefix, "/demo"}));
  EXPECT_EQ(chain_of(way), "Ingress/web, Service/head");
  EXPECT_EQ(way.certainty, Answer::unknown);
  EXPECT_EQ(way.reason, "the controller of ingress class 'nginx' is not in the input");
  ASSERT_TRUE(way.gateway.has_value());
  EXPECT_TRUE(way.gateway->service_account.empty());
  EXPECT_FALSE(way.gateway->is_istio);
  EXPECT_TRUE(way.authentication.empty());
}

TEST(IngressExposure, AClassInTheInputMakesItCertain) {
  const std::string of_class = an_object("networking.k8s.io/v1", "IngressClass", "", "nginx",
                                         "spec: {controller: k8s.io/ingress-nginx}");
  EXPECT_EQ(
      ExposedWorld(kWorld + of_class + an_ingress("ingressClassName: nginx, " + kRule)).only_way().certainty,
      Answer::yes);
}

TEST(IngressExposure, BackendsByNameAndByDefault) {
  const std::string backend = "{service: {name: head, port: {name: dashboard}}}";
  EXPECT_EQ(ExposedWorld(kWorld + an_ingress("defaultBackend: " + backend)).only_way().port, 8265);
  const std::string wrong = "{service: {name: head, port: {number: 81}}}";
  EXPECT_TRUE(ExposedWorld(kWorld + an_ingress("defaultBackend: " + wrong)).of("ray/head").empty());
  const std::string other = "{service: {name: other, port: {number: 80}}}";
  EXPECT_TRUE(ExposedWorld(kWorld + an_ingress("defaultBackend: " + other)).of("ray/head").empty());
}

TEST(IngressExposure, AnnotationsThatAskClientsWhoTheyAre) {
  const auto asked = [](const std::string& annotation) {
    return ExposedWorld(kWorld + an_ingress("ingressClassName: x, " + kRule, annotation))
        .only_way()
        .authentication;
  };
  const auto nginx = asked("nginx.ingress.kubernetes.io/auth-url: 'https://auth.example.org'");
  ASSERT_EQ(nginx.size(), 1U);
  EXPECT_EQ(nginx[0].kind, Authentication::Kind::ingress_annotation);
  EXPECT_EQ(nginx[0].covers_all, Answer::yes);
  const auto traefik = asked("traefik.ingress.kubernetes.io/router.middlewares: ray-auth@kubernetescrd");
  ASSERT_EQ(traefik.size(), 1U);
  EXPECT_EQ(traefik[0].kind, Authentication::Kind::possible);
  EXPECT_TRUE(asked("alb.ingress.kubernetes.io/auth-type: none").empty());
  EXPECT_TRUE(asked("nginx.ingress.kubernetes.io/rewrite-target: /").empty());
}

// ING-1
TEST(IngressExposure, IstiosClassLeadsThroughTheGatewaysPods) {
  const ExposedWorld world(kWorld + an_ingress_gateway() +
                           an_ingress(kRule, "kubernetes.io/ingress.class: istio"));
  const Exposure way = world.only_way();
  EXPECT_EQ(chain_of(way), "Service/istio-ingressgateway, Ingress/web, Service/head");
  EXPECT_EQ(way.certainty, Answer::yes);
  EXPECT_EQ(way.gateway->ns, "istio-system");
  EXPECT_EQ(way.gateway->service_account, "gateway-sa");
  EXPECT_TRUE(way.gateway->is_istio);
}

TEST(IngressExposure, WhichIngressesIstioServes) {
  const auto is_served = [](const std::string& objects, const ExposureSettings& settings = {}) {
    return ExposedWorld(kWorld + an_ingress_gateway() + objects, settings).only_way().gateway->is_istio;
  };
  const std::string of_class = an_object("networking.k8s.io/v1", "IngressClass", "", "mesh",
                                         "spec: {controller: istio.io/ingress-controller}");
  EXPECT_TRUE(is_served(of_class + an_ingress("ingressClassName: mesh, " + kRule)));
  EXPECT_FALSE(is_served(an_ingress("ingressClassName: istio, " + kRule)));  // no such IngressClass
  EXPECT_FALSE(is_served(an_ingress(kRule)));
  ExposureSettings settings;
  settings.ingress_controller_mode = ExposureSettings::IngressControllerMode::as_default;
  EXPECT_TRUE(is_served(an_ingress(kRule), settings));
  settings.ingress_controller_mode = ExposureSettings::IngressControllerMode::off;
  EXPECT_FALSE(is_served(an_ingress(kRule, "kubernetes.io/ingress.class: istio"), settings));
}

// ING-2
TEST(IngressExposure, IstioIgnoresADefaultBackend) {
  const std::string spec = "defaultBackend: {service: {name: head, port: {number: 80}}}";
  EXPECT_TRUE(
      ExposedWorld(kWorld + an_ingress_gateway() + an_ingress(spec, "kubernetes.io/ingress.class: istio"))
          .of("ray/head")
          .empty());
}

TEST(IngressExposure, OpenShiftRoutes) {
  const auto route = [](const std::string& port) {
    return an_object(
        "route.openshift.io/v1", "Route", "ray", "r",
        "spec: {host: ray.example.org, to: {kind: Service, name: head}, port: {targetPort: " + port + "}}");
  };
  const ExposedWorld world(kWorld + route("dashboard"));
  const Exposure way = world.only_way();
  EXPECT_EQ(way.kind, ExposureKind::openshift_route);
  EXPECT_EQ(way.port, 8265);
  EXPECT_EQ(ExposedWorld(kWorld + route("8265")).only_way().port, 8265);
  EXPECT_TRUE(ExposedWorld(kWorld + route("9")).of("ray/head").empty());
}

TEST(IngressExposure, RoutersOfTraefikAndContour) {
  const ExposedWorld world_of_traefik(
      kWorld + an_object("traefik.io/v1alpha1", "IngressRoute", "ray", "t",
                         "spec: {routes: [{match: \"Host(`ray.example.org`)\", middlewares: [{name: "
                         "login}], services: [{name: head, port: 80}]}]}"));
  const Exposure traefik = world_of_traefik.only_way();
  EXPECT_EQ(traefik.port, 8265);
  EXPECT_EQ(traefik.certainty, Answer::unknown);
  EXPECT_EQ(traefik.needs, std::vector<std::string>{"Host(`ray.example.org`)"});
  ASSERT_EQ(traefik.authentication.size(), 1U);
  EXPECT_EQ(traefik.authentication[0].kind, Authentication::Kind::possible);
  const std::string contour =
      "spec: {virtualhost: {fqdn: ray.example.org}, routes: [{services: [{name: head, port: ";
  EXPECT_EQ(
      ExposedWorld(kWorld + an_object("projectcontour.io/v1", "HTTPProxy", "ray", "c", contour + "80}]}]}"))
          .only_way()
          .hosts,
      std::vector<std::string>{"ray.example.org"});
  EXPECT_TRUE(
      ExposedWorld(kWorld + an_object("projectcontour.io/v1", "HTTPProxy", "ray", "c", contour + "81}]}]}"))
          .of("ray/head")
          .empty());
}

}  // namespace
}  // namespace kray
