// Bodies of operations on services.

import { healthConfig, mount } from './containers.ts';
import { pluginPrivilege } from './resources.ts';

const limit = { NanoCPUs: 'int', MemoryBytes: 'int', Pids: 'int' } as const;

const platform = { Architecture: 'string', OS: 'string' } as const;

const networkAttachmentConfig = { Target: 'string', Aliases: ['string'], DriverOpts: { '*': 'string' } } as const;

const endpointPortConfig = {
  Name: 'string',
  Protocol: 'string',
  TargetPort: 'int',
  PublishedPort: 'int',
  PublishMode: 'string',
} as const;

const endpointSpec = { Mode: 'string', Ports: [endpointPortConfig] } as const;

const resourceObject = {
  NanoCPUs: 'int',
  MemoryBytes: 'int',
  GenericResources: [
    { NamedResourceSpec: { Kind: 'string', Value: 'string' }, DiscreteResourceSpec: { Kind: 'string', Value: 'int' } },
  ],
} as const;

const taskSpec = {
  PluginSpec: { Name: 'string', Remote: 'string', Disabled: 'bool', PluginPrivilege: [pluginPrivilege] },
  ContainerSpec: {
    Image: 'string',
    Labels: { '*': 'string' },
    Command: ['string'],
    Args: ['string'],
    Hostname: 'string',
    Env: ['string'],
    Dir: 'string',
    User: 'string',
    Groups: ['string'],
    Privileges: {
      CredentialSpec: { Config: 'string', File: 'string', Registry: 'string' },
      SELinuxContext: { Disable: 'bool', User: 'string', Role: 'string', Type: 'string', Level: 'string' },
      Seccomp: { Mode: 'string', Profile: 'string' },
      AppArmor: { Mode: 'string' },
      NoNewPrivileges: 'bool',
    },
    TTY: 'bool',
    OpenStdin: 'bool',
    ReadOnly: 'bool',
    Mounts: [mount],
    StopSignal: 'string',
    StopGracePeriod: 'int',
    HealthCheck: healthConfig,
    Hosts: ['string'],
    DNSConfig: { Nameservers: ['string'], Search: ['string'], Options: ['string'] },
    Secrets: [
      { File: { Name: 'string', UID: 'string', GID: 'string', Mode: 'int' }, SecretID: 'string', SecretName: 'string' },
    ],
    OomScoreAdj: 'int',
    Configs: [
      {
        File: { Name: 'string', UID: 'string', GID: 'string', Mode: 'int' },
        Runtime: 'any',
        ConfigID: 'string',
        ConfigName: 'string',
      },
    ],
    Isolation: 'string',
    Init: 'bool',
    Sysctls: { '*': 'string' },
    CapabilityAdd: ['string'],
    CapabilityDrop: ['string'],
    Ulimits: [{ Name: 'string', Soft: 'int', Hard: 'int' }],
  },
  NetworkAttachmentSpec: { ContainerID: 'string' },
  Resources: { Limits: limit, Reservations: resourceObject },
  RestartPolicy: { Condition: 'string', Delay: 'int', MaxAttempts: 'int', Window: 'int' },
  Placement: {
    Constraints: ['string'],
    Preferences: [{ Spread: { SpreadDescriptor: 'string' } }],
    MaxReplicas: 'int',
    Platforms: [platform],
  },
  ForceUpdate: 'int',
  Runtime: 'string',
  Networks: [networkAttachmentConfig],
  LogDriver: { Name: 'string', Options: { '*': 'string' } },
} as const;

export const serviceSpec = {
  Name: 'string',
  Labels: { '*': 'string' },
  TaskTemplate: taskSpec,
  Mode: {
    Replicated: { Replicas: 'int' },
    Global: 'any',
    ReplicatedJob: { MaxConcurrent: 'int', TotalCompletions: 'int' },
    GlobalJob: 'any',
  },
  UpdateConfig: {
    Parallelism: 'int',
    Delay: 'int',
    FailureAction: 'string',
    Monitor: 'int',
    MaxFailureRatio: 'number',
    Order: 'string',
  },
  RollbackConfig: {
    Parallelism: 'int',
    Delay: 'int',
    FailureAction: 'string',
    Monitor: 'int',
    MaxFailureRatio: 'number',
    Order: 'string',
  },
  Networks: [networkAttachmentConfig],
  EndpointSpec: endpointSpec,
} as const;
