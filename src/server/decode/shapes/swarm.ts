// Bodies of operations on a swarm.

const driver = { Name: 'string', Options: { '*': 'string' } } as const;

export const swarmSpec = {
  Name: 'string',
  Labels: { '*': 'string' },
  Orchestration: { TaskHistoryRetentionLimit: 'int' },
  Raft: {
    SnapshotInterval: 'int',
    KeepOldSnapshots: 'int',
    LogEntriesForSlowFollowers: 'int',
    ElectionTick: 'int',
    HeartbeatTick: 'int',
  },
  Dispatcher: { HeartbeatPeriod: 'int' },
  CAConfig: {
    NodeCertExpiry: 'int',
    ExternalCAs: [{ Protocol: 'string', URL: 'string', Options: { '*': 'string' }, CACert: 'string' }],
    SigningCACert: 'string',
    SigningCAKey: 'string',
    ForceRotate: 'int',
  },
  EncryptionConfig: { AutoLockManagers: 'bool' },
  TaskDefaults: { LogDriver: { Name: 'string', Options: { '*': 'string' } } },
} as const;

export const swarmInitRequest = {
  ListenAddr: 'string',
  AdvertiseAddr: 'string',
  DataPathAddr: 'string',
  DataPathPort: 'int',
  DefaultAddrPool: ['string'],
  ForceNewCluster: 'bool',
  SubnetSize: 'int',
  Spec: swarmSpec,
} as const;

export const swarmJoinRequest = {
  ListenAddr: 'string',
  AdvertiseAddr: 'string',
  DataPathAddr: 'string',
  RemoteAddrs: ['string'],
  JoinToken: 'string',
} as const;

export const swarmUnlockRequest = { UnlockKey: 'string' } as const;

export const nodeSpec = { Name: 'string', Labels: { '*': 'string' }, Role: 'string', Availability: 'string' } as const;

export const secretSpec = {
  Name: 'string',
  Labels: { '*': 'string' },
  Data: 'string',
  Driver: driver,
  Templating: driver,
} as const;

export const configSpec = { Name: 'string', Labels: { '*': 'string' }, Data: 'string', Templating: driver } as const;
