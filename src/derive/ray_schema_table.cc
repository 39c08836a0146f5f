// The fields of the Ray CRDs, version by version: facts of the CRD files of KubeRay 1.3.2, 1.6.2 and 1.7
// (specs/kuberay-kubeflow.md A.1 to A.3, section 0 A), in a notation of our own that ray_schema.cc reads.
//
// A type is a name and its fields in braces. A field is `name`, marks, `:` and its type.
// Types: s string, b boolean, i and l integers of 32 and 64 bits, n number, q quantity (integer or
// string), x integer or string, o anything, [T] list, <T> map, {…} a mapping without a name.
// Behind a scalar: (a|b) the values allowed, >=n the least.
// Marks of a field:
//   @1.5     known from that version on (the first of the three that has it, unless known better)
//   #1.4     gone from that version on
//   ~        not in v1alpha1
//   !        required; !<1.4 required before that version and in v1alpha1, !>1.6 from it on in v1,
//            !~ in v1alpha1 only
//   =value   default, filled in where the field is missing
#include "derive/ray_schema_table.h"

namespace kray {

std::string_view ray_schema_text() {
  return R"schema(
RayClusterSpec {
  authOptions@1.5~:{enableK8sTokenAuth:b mode:s(disabled|token) secretName:s}
  autoscalerOptions:AutoscalerOptions enableInTreeAutoscaling:b
  gcsFaultToleranceOptions~:GcsFaultToleranceOptions headGroupSpec!:HeadGroupSpec
  headServiceAnnotations:<s> historyServerOptions@1.7:HistoryServerOptions
  managedBy~:s(ray.io/kuberay-operator|kueue.x-k8s.io/multikueue) networkPolicy@1.7:NetworkPolicySpec
  rayVersion:s suspend:b tlsOptions@1.7:{enabled:b} upgradeStrategy@1.6~:{type:s(Recreate|None)}
  workerGroupSpecs:[WorkerGroupSpec]
}
RayJobSpec {
  activeDeadlineSeconds~:i backoffLimit~=0:i clusterSelector:<s> deletionPolicy#1.4~:s(DeleteCluster|DeleteWorkers|DeleteSelf|DeleteNone)
   deletionStrategy@1.4~:DeletionStrategy entrypoint!~:s entrypointNumCpus:n entrypointNumGpus:n
  entrypointResources:s jobId:s managedBy~:s(ray.io/kuberay-operator|kueue.x-k8s.io/multikueue)
  metadata:<s> preRunningDeadlineSeconds@1.6~:i>=1 rayClusterSpec:RayClusterSpec runtimeEnvYAML:s
  shutdownAfterJobFinishes:b submissionMode~=K8sJobMode:s submitterConfig~:{backoffLimit:i}
  submitterPodTemplate:PodTemplateSpec suspend:b ttlSecondsAfterFinished=0:i
}
RayServiceSpec {
  deploymentUnhealthySecondThreshold:i excludeHeadPodFromServeSvc~:b
  managedBy@1.6~:s(ray.io/kuberay-operator|kueue.x-k8s.io/multikueue)
  rayClusterConfig!>1.6:RayClusterSpec rayClusterDeletionDelaySeconds@1.6~:i>=0 serveConfigV2:s
  serveService:Service serviceUnhealthySecondThreshold:i suspend@1.7:b
  upgradeStrategy~:{clusterUpgradeOptions@1.5:{gatewayClassName!:s intervalSeconds!:i
  maxSurgePercent=100:i stepSizePercent!:i} type:s}
}
RayCronJobSpec {
  jobTemplate!:RayJobSpec schedule!:s suspend:b timeZone@1.7:s
}
HeadGroupSpec {
  enableIngress:b headService:Service ingressOptions@1.7:{host:s path:s
  pathType:s(Exact|Prefix|ImplementationSpecific) tls:[{hosts:[s] secretName:s}]} labels@1.5~:<s>
  rayStartParams!<1.4:<s> resources@1.5~:<s> serviceType:s template!:PodTemplateSpec
}
WorkerGroupSpec {
  groupName!:s idleTimeoutSeconds~:i labels@1.5~:<s> maxReplicas!=2147483647:i minReplicas!=0:i
  numOfHosts~=1:i priority@1.7=0:i rayStartParams!<1.4:<s> replicas=0:i resources@1.5~:<s>
  scaleStrategy:{workersToDelete:[s]} suspend~:b template!:PodTemplateSpec
}
AutoscalerOptions {
  args@1.7:[s] command@1.7:[s] env:[EnvVar] envFrom:[EnvFromSource] idleTimeoutSeconds:i image:s
  imagePullPolicy:s resources:ResourceRequirements securityContext:SecurityContext
  upscalingMode:s(Default|Aggressive|Conservative) version@1.4~:s(v1|v2) volumeMounts:[VolumeMount]
}

Affinity {
  nodeAffinity:NodeAffinity podAffinity:PodAffinity podAntiAffinity:PodAffinity
}
Container {
  args:[s] command:[s] env:[EnvVar] envFrom:[EnvFromSource] image:s imagePullPolicy:s
  lifecycle:Lifecycle livenessProbe:Probe name!:s ports:[ContainerPort] readinessProbe:Probe
  resizePolicy:[{resourceName!:s restartPolicy!:s}] resources:ResourceRequirements restartPolicy:s
  restartPolicyRules@1.6:[{action!:s exitCodes:{operator!:s values:[i]}}]
  securityContext:SecurityContext startupProbe:Probe stdin:b stdinOnce:b terminationMessagePath:s
  terminationMessagePolicy:s tty:b volumeDevices:[{devicePath!:s name!:s}] volumeMounts:[VolumeMount]
  workingDir:s
}
ContainerPort {
  containerPort!:i hostIP:s hostPort:i name:s protocol=TCP:s
}
DeletionPolicy {
  policy:s(DeleteCluster|DeleteWorkers|DeleteSelf|DeleteNone)
}
DeletionStrategy {
  deletionRules:[{condition!:{jobDeploymentStatus:s(Failed) jobStatus:s(SUCCEEDED|FAILED)
  ttlSeconds=0:i>=0} policy!:s(DeleteCluster|DeleteWorkers|DeleteSelf|DeleteNone)}]
  onFailure:DeletionPolicy onSuccess:DeletionPolicy
}
DownwardAPI {
  defaultMode:i items:[DownwardAPIFile]
}
DownwardAPIFile {
  fieldRef:FieldSelector mode:i path!:s resourceFieldRef:ResourceFieldSelector
}
DownwardAPIFiles {
  items:[DownwardAPIFile]
}
EnvFromSource {
  configMapRef:{name="":s optional:b} prefix:s secretRef:{name="":s optional:b}
}
EnvVar {
  name!:s value:s valueFrom:EnvVarSource
}
EnvVarSource {
  configMapKeyRef:KeySelector fieldRef:FieldSelector fileKeyRef@1.6:FileKeySelector
  resourceFieldRef:ResourceFieldSelector secretKeyRef:KeySelector
}
EphemeralContainer {
  args:[s] command:[s] env:[EnvVar] envFrom:[EnvFromSource] image:s imagePullPolicy:s
  lifecycle:Lifecycle livenessProbe:Probe name!:s ports:[ContainerPort] readinessProbe:Probe
  resizePolicy:[{resourceName!:s restartPolicy!:s}] resources:ResourceRequirements restartPolicy:s
  restartPolicyRules@1.6:[{action!:s exitCodes:{operator!:s values:[i]}}]
  securityContext:SecurityContext startupProbe:Probe stdin:b stdinOnce:b targetContainerName:s
  terminationMessagePath:s terminationMessagePolicy:s tty:b volumeDevices:[{devicePath!:s name!:s}]
  volumeMounts:[VolumeMount] workingDir:s
}
EphemeralVolume {
  volumeClaimTemplate:{metadata:ObjectMeta spec!:{accessModes:[s] dataSource:{apiGroup:s kind!:s
  name!:s} dataSourceRef:{apiGroup:s kind!:s name!:s namespace:s} resources:{limits:<q> requests:<q>}
  selector:LabelSelector storageClassName:s volumeAttributesClassName:s volumeMode:s volumeName:s}}
}
FieldSelector {
  apiVersion:s fieldPath!:s
}
FileKeySelector {
  key!:s optional=false:b path!:s volumeName!:s
}
GcsFaultToleranceOptions {
  backend@1.7:s(redis|rocksdb) externalStorageNamespace:s redisAddress!<1.7:s
  redisPassword:RedisCredential redisUsername:RedisCredential storage@1.7:{accessModes:[s] claimName:s
  deletionPolicy:s(DeleteWithCluster|Retain) size:q storageClassName:s subPath:s}
}
HTTPGetAction {
  host:s httpHeaders:[{name!:s value!:s}] path:s port!:x scheme:s
}
HistoryServerOptions {
  collectorOptions:{env:[EnvVar] image:s imagePullPolicy:s resources:ResourceRequirements}
}
ISCSIVolume {
  chapAuthDiscovery:b chapAuthSession:b fsType:s initiatorName:s iqn!:s iscsiInterface=default:s lun!:i
  portals:[s] readOnly:b secretRef:{name="":s} targetPortal!:s
}
KeySelector {
  key!:s name="":s optional:b
}
KeyToPath {
  key!:s mode:i path!:s
}
LabelSelector {
  matchExpressions:[Requirement] matchLabels:<s>
}
Lifecycle {
  postStart:LifecycleHandler preStop:LifecycleHandler stopSignal@1.6:s
}
LifecycleHandler {
  exec:{command:[s]} httpGet:HTTPGetAction sleep:{seconds!:l} tcpSocket:{host:s port!:x}
}
NetworkPolicyPeer {
  ipBlock:{cidr!:s except:[s]} namespaceSelector:LabelSelector podSelector:LabelSelector
}
NetworkPolicyPort {
  endPort:i port:x protocol:s
}
NetworkPolicyRules {
  egressRules:[{ports:[NetworkPolicyPort] to:[NetworkPolicyPeer]}]
  ingressRules:[{from:[NetworkPolicyPeer] ports:[NetworkPolicyPort]}]
}
NetworkPolicySpec {
  head:NetworkPolicyRules mode=DenyAll:s(DenyAll|DenyAllIngress|DenyAllEgress) worker:NetworkPolicyRules
  workerGroups:[{egressRules:[{ports:[NetworkPolicyPort] to:[NetworkPolicyPeer]}] groupName!:s
  ingressRules:[{from:[NetworkPolicyPeer] ports:[NetworkPolicyPort]}]}]
}
NodeAffinity {
  preferredDuringSchedulingIgnoredDuringExecution:[{preference!:NodeSelectorTerm weight!:i}]
  requiredDuringSchedulingIgnoredDuringExecution:{nodeSelectorTerms!:[{matchExpressions:[Requirement]
  matchFields:[{key!:s operator!:s values:[s]}]}]}
}
NodeSelectorTerm {
  matchExpressions:[Requirement] matchFields:[{key!:s operator!:s values:[s]}]
}
ObjectMeta {
  annotations:<s> finalizers:[s] labels:<s> name:s namespace:s
}
PodAffinity {
  preferredDuringSchedulingIgnoredDuringExecution:[{podAffinityTerm!:PodAffinityTerm weight!:i}]
  requiredDuringSchedulingIgnoredDuringExecution:[{labelSelector:LabelSelector matchLabelKeys:[s]
  mismatchLabelKeys:[s] namespaceSelector:LabelSelector namespaces:[s] topologyKey!:s}]
}
PodAffinityTerm {
  labelSelector:LabelSelector matchLabelKeys:[s] mismatchLabelKeys:[s] namespaceSelector:LabelSelector
  namespaces:[s] topologyKey!:s
}
PodSecurityContext {
  appArmorProfile:Profile fsGroup:l fsGroupChangePolicy:s runAsGroup:l runAsNonRoot:b runAsUser:l
  seLinuxChangePolicy:s seLinuxOptions:SELinuxOptions seccompProfile:Profile supplementalGroups:[l]
  supplementalGroupsPolicy:s sysctls:[{name!:s value!:s}] windowsOptions:WindowsOptions
}
PodSpec {
  activeDeadlineSeconds:l affinity:Affinity automountServiceAccountToken:b containers!:[Container]
  dnsConfig:{nameservers:[s] options:[{name:s value:s}] searches:[s]} dnsPolicy:s enableServiceLinks:b
  ephemeralContainers:[EphemeralContainer] hostAliases:[{hostnames:[s] ip!:s}] hostIPC:b hostNetwork:b
  hostPID:b hostUsers:b hostname:s hostnameOverride@1.6:s imagePullSecrets:[{name="":s}]
  initContainers:[Container] nodeName:s nodeSelector:<s> os:{name!:s} overhead:<q> preemptionPolicy:s
  priority:i priorityClassName:s readinessGates:[{conditionType!:s}] resourceClaims:[{name!:s
  resourceClaimName:s resourceClaimTemplateName:s}] resources:ResourceRequirements restartPolicy:s
  runtimeClassName:s schedulerName:s schedulingGates:[{name!:s}] schedulingGroup@1.7:{podGroupName:s}
  securityContext:PodSecurityContext serviceAccount:s serviceAccountName:s setHostnameAsFQDN:b
  shareProcessNamespace:b subdomain:s terminationGracePeriodSeconds:l tolerations:[{effect:s key:s
  operator:s tolerationSeconds:l value:s}] topologySpreadConstraints:[TopologySpreadConstraint]
  volumes:[Volume] workloadRef@1.6#1.7:{name!:s podGroup!:s podGroupReplicaKey:s}
}
PodTemplateSpec {
  metadata:ObjectMeta spec:PodSpec
}
Probe {
  exec:{command:[s]} failureThreshold:i grpc:{port!:i service="":s} httpGet:HTTPGetAction
  initialDelaySeconds:i periodSeconds:i successThreshold:i tcpSocket:{host:s port!:x}
  terminationGracePeriodSeconds:l timeoutSeconds:i
}
Profile {
  localhostProfile:s type!:s
}
ProjectedVolume {
  defaultMode:i sources:[{clusterTrustBundle:{labelSelector:LabelSelector name:s optional:b path!:s
  signerName:s} configMap:{items:[KeyToPath] name="":s optional:b} downwardAPI:DownwardAPIFiles
  podCertificate@1.6:{certificateChainPath:s credentialBundlePath:s keyPath:s keyType!:s
  maxExpirationSeconds:i signerName!:s userAnnotations:<s>} secret:{items:[KeyToPath] name="":s
  optional:b} serviceAccountToken:{audience:s expirationSeconds:l path!:s}}]
}
RBDVolume {
  fsType:s image!:s keyring=/etc/ceph/keyring:s monitors!:[s] pool=rbd:s readOnly:b
  secretRef:{name="":s} user=admin:s
}
RedisCredential {
  value:s valueFrom:EnvVarSource
}
Requirement {
  key!:s operator!:s values:[s]
}
ResourceFieldSelector {
  containerName:s divisor:q resource!:s
}
ResourceRequirements {
  claims:[{name!:s request:s}] limits:<q> requests:<q>
}
SELinuxOptions {
  level:s role:s type:s user:s
}
ScaleIOVolume {
  fsType=xfs:s gateway!:s protectionDomain:s readOnly:b secretRef!:{name="":s} sslEnabled:b
  storageMode=ThinProvisioned:s storagePool:s system!:s volumeName:s
}
SecurityContext {
  allowPrivilegeEscalation:b appArmorProfile:Profile capabilities:{add:[s] drop:[s]} privileged:b
  procMount:s readOnlyRootFilesystem:b runAsGroup:l runAsNonRoot:b runAsUser:l
  seLinuxOptions:SELinuxOptions seccompProfile:Profile windowsOptions:WindowsOptions
}
Service {
  apiVersion:s kind:s metadata:ObjectMeta spec:{allocateLoadBalancerNodePorts:b clusterIP:s
  clusterIPs:[s] externalIPs:[s] externalName:s externalTrafficPolicy:s healthCheckNodePort:i
  internalTrafficPolicy:s ipFamilies:[s] ipFamilyPolicy:s loadBalancerClass:s loadBalancerIP:s
  loadBalancerSourceRanges:[s] ports:[ServicePort] publishNotReadyAddresses:b selector:<s>
  sessionAffinity:s sessionAffinityConfig:{clientIP:{timeoutSeconds:i}} trafficDistribution:s type:s}
  status:o
}
ServicePort {
  appProtocol:s name:s nodePort:i port!:i protocol=TCP:s targetPort:x
}
TopologySpreadConstraint {
  labelSelector:LabelSelector matchLabelKeys:[s] maxSkew!:i minDomains:i nodeAffinityPolicy:s
  nodeTaintsPolicy:s topologyKey!:s whenUnsatisfiable!:s
}
Volume {
  awsElasticBlockStore:{fsType:s partition:i readOnly:b volumeID!:s} azureDisk:{cachingMode:s
  diskName!:s diskURI!:s fsType=ext4:s kind:s readOnly=false:b} azureFile:{readOnly:b secretName!:s
  shareName!:s} cephfs:{monitors!:[s] path:s readOnly:b secretFile:s secretRef:{name="":s} user:s}
  cinder:{fsType:s readOnly:b secretRef:{name="":s} volumeID!:s} configMap:{defaultMode:i
  items:[KeyToPath] name="":s optional:b} csi:{driver!:s fsType:s nodePublishSecretRef:{name="":s}
  readOnly:b volumeAttributes:<s>} downwardAPI:DownwardAPI emptyDir:{medium:s sizeLimit:q}
  ephemeral:EphemeralVolume fc:{fsType:s lun:i readOnly:b targetWWNs:[s] wwids:[s]}
  flexVolume:{driver!:s fsType:s options:<s> readOnly:b secretRef:{name="":s}} flocker:{datasetName:s
  datasetUUID:s} gcePersistentDisk:{fsType:s partition:i pdName!:s readOnly:b} gitRepo:{directory:s
  repository!:s revision:s} glusterfs:{endpoints!:s path!:s readOnly:b} hostPath:{path!:s type:s}
  image:{pullPolicy:s reference:s} iscsi:ISCSIVolume name!:s nfs:{path!:s readOnly:b server!:s}
  persistentVolumeClaim:{claimName!:s readOnly:b} photonPersistentDisk:{fsType:s pdID!:s}
  portworxVolume:{fsType:s readOnly:b volumeID!:s} projected:ProjectedVolume quobyte:{group:s readOnly:b
  registry!:s tenant:s user:s volume!:s} rbd:RBDVolume scaleIO:ScaleIOVolume secret:{defaultMode:i
  items:[KeyToPath] optional:b secretName:s} storageos:{fsType:s readOnly:b secretRef:{name="":s}
  volumeName:s volumeNamespace:s} vsphereVolume:{fsType:s storagePolicyID:s storagePolicyName:s
  volumePath!:s}
}
VolumeMount {
  mountPath!:s mountPropagation:s name!:s readOnly:b recursiveReadOnly:s subPath:s subPathExpr:s
}
WindowsOptions {
  gmsaCredentialSpec:s gmsaCredentialSpecName:s hostProcess:b runAsUserName:s
}
)schema";
}

}  // namespace kray
