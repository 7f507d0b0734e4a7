// Bodies of container and exec operations.

export const healthConfig = {
  Test: ['string'],
  Interval: 'int',
  Timeout: 'int',
  Retries: 'int',
  StartPeriod: 'int',
  StartInterval: 'int',
} as const;

const throttleDevice = { Path: 'string', Rate: 'int' } as const;

const deviceMapping = { PathOnHost: 'string', PathInContainer: 'string', CgroupPermissions: 'string' } as const;

const deviceRequest = {
  Driver: 'string',
  Count: 'int',
  DeviceIDs: ['string'],
  Capabilities: [['string']],
  Options: { '*': 'string' },
} as const;

const resources = {
  CpuShares: 'int',
  Memory: 'int',
  CgroupParent: 'string',
  BlkioWeight: 'int',
  BlkioWeightDevice: [{ Path: 'string', Weight: 'int' }],
  BlkioDeviceReadBps: [throttleDevice],
  BlkioDeviceWriteBps: [throttleDevice],
  BlkioDeviceReadIOps: [throttleDevice],
  BlkioDeviceWriteIOps: [throttleDevice],
  CpuPeriod: 'int',
  CpuQuota: 'int',
  CpuRealtimePeriod: 'int',
  CpuRealtimeRuntime: 'int',
  CpusetCpus: 'string',
  CpusetMems: 'string',
  Devices: [deviceMapping],
  DeviceCgroupRules: ['string'],
  DeviceRequests: [deviceRequest],
  KernelMemoryTCP: 'int',
  MemoryReservation: 'int',
  MemorySwap: 'int',
  MemorySwappiness: 'int',
  NanoCpus: 'int',
  OomKillDisable: 'bool',
  Init: 'bool',
  PidsLimit: 'int',
  Ulimits: [{ Name: 'string', Soft: 'int', Hard: 'int' }],
  CpuCount: 'int',
  CpuPercent: 'int',
  IOMaximumIOps: 'int',
  IOMaximumBandwidth: 'int',
} as const;

const restartPolicy = { Name: 'string', MaximumRetryCount: 'int' } as const;

export const mount = {
  Target: 'string',
  Source: 'string',
  Type: 'string',
  ReadOnly: 'bool',
  Consistency: 'string',
  BindOptions: {
    Propagation: 'string',
    NonRecursive: 'bool',
    CreateMountpoint: 'bool',
    ReadOnlyNonRecursive: 'bool',
    ReadOnlyForceRecursive: 'bool',
  },
  VolumeOptions: {
    NoCopy: 'bool',
    Labels: { '*': 'string' },
    DriverConfig: { Name: 'string', Options: { '*': 'string' } },
    Subpath: 'string',
  },
  ImageOptions: { Subpath: 'string' },
  TmpfsOptions: { SizeBytes: 'int', Mode: 'int', Options: [['string']] },
} as const;

const hostConfig = {
  ...resources,
  Binds: ['string'],
  ContainerIDFile: 'string',
  LogConfig: { Type: 'string', Config: { '*': 'string' } },
  NetworkMode: 'string',
  PortBindings: { '*': [{ HostIp: 'string', HostPort: 'string' }] },
  RestartPolicy: restartPolicy,
  AutoRemove: 'bool',
  VolumeDriver: 'string',
  VolumesFrom: ['string'],
  Mounts: [mount],
  ConsoleSize: ['int'],
  Annotations: { '*': 'string' },
  CapAdd: 'strings',
  CapDrop: 'strings',
  CgroupnsMode: 'string',
  Dns: ['string'],
  DnsOptions: ['string'],
  DnsSearch: ['string'],
  ExtraHosts: ['string'],
  GroupAdd: ['string'],
  IpcMode: 'string',
  Cgroup: 'string',
  Links: ['string'],
  OomScoreAdj: 'int',
  PidMode: 'string',
  Privileged: 'bool',
  PublishAllPorts: 'bool',
  ReadonlyRootfs: 'bool',
  SecurityOpt: ['string'],
  StorageOpt: { '*': 'string' },
  Tmpfs: { '*': 'string' },
  UTSMode: 'string',
  UsernsMode: 'string',
  ShmSize: 'int',
  Sysctls: { '*': 'string' },
  Runtime: 'string',
  Isolation: 'string',
  MaskedPaths: ['string'],
  ReadonlyPaths: ['string'],
} as const;

const endpointIPAMConfig = { IPv4Address: 'string', IPv6Address: 'string', LinkLocalIPs: ['string'] } as const;

export const endpointSettings = {
  IPAMConfig: endpointIPAMConfig,
  Links: ['string'],
  MacAddress: 'string',
  Aliases: ['string'],
  DriverOpts: { '*': 'string' },
  GwPriority: 'int',
  NetworkID: 'string',
  EndpointID: 'string',
  Gateway: 'string',
  IPAddress: 'string',
  IPPrefixLen: 'int',
  IPv6Gateway: 'string',
  GlobalIPv6Address: 'string',
  GlobalIPv6PrefixLen: 'int',
  DNSNames: ['string'],
} as const;

const networkingConfig = { EndpointsConfig: { '*': endpointSettings } } as const;

export const containerConfig = {
  Hostname: 'string',
  Domainname: 'string',
  User: 'string',
  AttachStdin: 'bool',
  AttachStdout: 'bool',
  AttachStderr: 'bool',
  ExposedPorts: { '*': 'any' },
  Tty: 'bool',
  OpenStdin: 'bool',
  StdinOnce: 'bool',
  Env: ['string'],
  Cmd: 'strings',
  Healthcheck: healthConfig,
  ArgsEscaped: 'bool',
  Image: 'string',
  Volumes: { '*': 'any' },
  WorkingDir: 'string',
  Entrypoint: 'strings',
  NetworkDisabled: 'bool',
  MacAddress: 'string',
  OnBuild: ['string'],
  Labels: { '*': 'string' },
  StopSignal: 'string',
  StopTimeout: 'int',
  Shell: 'strings',
} as const;

export const containerCreateRequest = {
  ...containerConfig,
  HostConfig: hostConfig,
  NetworkingConfig: networkingConfig,
} as const;

export const containerUpdateRequest = { ...resources, RestartPolicy: restartPolicy } as const;

export const execConfig = {
  AttachStdin: 'bool',
  AttachStdout: 'bool',
  AttachStderr: 'bool',
  ConsoleSize: ['int'],
  DetachKeys: 'string',
  Tty: 'bool',
  Env: ['string'],
  Cmd: ['string'],
  Privileged: 'bool',
  User: 'string',
  WorkingDir: 'string',
} as const;

export const execStartConfig = { Detach: 'bool', Tty: 'bool', ConsoleSize: ['int'] } as const;
