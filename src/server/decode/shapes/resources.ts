// Bodies of operations on networks, volumes, plugins and the system.

import { endpointSettings } from './containers.ts';

const configReference = { Network: 'string' } as const;

const ipamConfig = {
  Subnet: 'string',
  IPRange: 'string',
  Gateway: 'string',
  AuxiliaryAddresses: { '*': 'string' },
} as const;

const ipam = { Driver: 'string', Config: [ipamConfig], Options: { '*': 'string' } } as const;

export const networkCreateRequest = {
  Name: 'string',
  Driver: 'string',
  Scope: 'string',
  Internal: 'bool',
  Attachable: 'bool',
  Ingress: 'bool',
  ConfigOnly: 'bool',
  ConfigFrom: configReference,
  IPAM: ipam,
  EnableIPv4: 'bool',
  EnableIPv6: 'bool',
  Options: { '*': 'string' },
  Labels: { '*': 'string' },
} as const;

export const networkConnectRequest = { Container: 'string', EndpointConfig: endpointSettings } as const;

export const networkDisconnectRequest = { Container: 'string', Force: 'bool' } as const;

const topology = { Segments: { '*': 'string' } } as const;

const clusterVolumeSpec = {
  Group: 'string',
  AccessMode: {
    Scope: 'string',
    Sharing: 'string',
    MountVolume: 'any',
    Secrets: [{ Key: 'string', Secret: 'string' }],
    AccessibilityRequirements: { Requisite: [topology], Preferred: [topology] },
    CapacityRange: { RequiredBytes: 'int', LimitBytes: 'int' },
    Availability: 'string',
  },
} as const;

export const volumeCreateOptions = {
  Name: 'string',
  Driver: 'string',
  DriverOpts: { '*': 'string' },
  Labels: { '*': 'string' },
  ClusterVolumeSpec: clusterVolumeSpec,
} as const;

export const volumeUpdateRequest = { Spec: clusterVolumeSpec } as const;

export const pluginPrivilege = { Name: 'string', Description: 'string', Value: ['string'] } as const;

export const authConfig = {
  username: 'string',
  password: 'string',
  email: 'string',
  serveraddress: 'string',
  auth: 'string',
  identitytoken: 'string',
  registrytoken: 'string',
} as const;
