// Requests that are well-formed and ask for what cannot be.

import type { Malformed } from './malformed-requests.ts';
import { request } from './raw-http.ts';

/** Bodies of a create that must be refused before anything is made. */
const creates: [about: string, body: Record<string, unknown>, query?: string][] = [
  ['no image', {}],
  ['an image with a bad name', { Image: 'UPPER//case' }],
  ['an image with control characters', { Image: 'busy\u0007box' }],
  ['little memory', { HostConfig: { Memory: 1 } }],
  ['negative memory', { HostConfig: { Memory: -5 } }],
  ['swap below memory', { HostConfig: { Memory: 64_000_000, MemorySwap: 1_000_000 } }],
  ['swap without memory', { HostConfig: { MemorySwap: 64_000_000 } }],
  ['reservation above memory', { HostConfig: { Memory: 64_000_000, MemoryReservation: 128_000_000 } }],
  ['swappiness', { HostConfig: { MemorySwappiness: 500 } }],
  ['more processors than there are', { HostConfig: { NanoCpus: 1e15 } }],
  ['negative processors', { HostConfig: { NanoCpus: -1 } }],
  ['processors in two ways', { HostConfig: { NanoCpus: 1e9, CpuQuota: 5000 } }],
  ['a period out of range', { HostConfig: { CpuPeriod: 1 } }],
  ['a small quota', { HostConfig: { CpuQuota: 10 } }],
  ['processor sets', { HostConfig: { CpusetCpus: 'all' } }],
  ['memory nodes', { HostConfig: { CpusetMems: 'none' } }],
  ['out-of-memory score', { HostConfig: { OomScoreAdj: 100_000 } }],
  ['shared memory below nothing', { HostConfig: { ShmSize: -1 } }],
  ['restart policy', { HostConfig: { RestartPolicy: { Name: 'sometimes' } } }],
  ['retries below nothing', { HostConfig: { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: -3 } } }],
  ['retries of always', { HostConfig: { RestartPolicy: { Name: 'always', MaximumRetryCount: 3 } } }],
  ['auto-remove with restarts', { HostConfig: { AutoRemove: true, RestartPolicy: { Name: 'always' } } }],
  ['stop signal', { StopSignal: 'SIGNOPE' }],
  ['an exposed port', { ExposedPorts: { 'abc/tcp': {} } }],
  ['a port beyond the last', { ExposedPorts: { '70000/tcp': {} } }],
  ['an unknown protocol', { ExposedPorts: { '80/carrier-pigeon': {} } }],
  ['a host port', { HostConfig: { PortBindings: { '80/tcp': [{ HostPort: 'eighty' }] } } }],
  ['a host port beyond the last', { HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '99999' }] } } }],
  ['a bind without a target', { HostConfig: { Binds: [':'] } }],
  ['a bind to the root', { HostConfig: { Binds: ['/tmp:/'] } }],
  ['a relative target', { HostConfig: { Binds: ['/tmp:relative'] } }],
  ['a bind in an unknown mode', { HostConfig: { Binds: ['/tmp:/x:sideways'] } }],
  ['a volume with a path as its name', { HostConfig: { Binds: ['../../etc:/x'] } }],
  ['a volume with control characters', { HostConfig: { Binds: ['a\u0001b:/x'] } }],
  ['one target twice', { HostConfig: { Binds: ['a:/x', 'b:/x'] } }],
  ['an unknown type of mount', { HostConfig: { Mounts: [{ Type: 'hologram', Target: '/x' }] } }],
  ['a mount without a target', { HostConfig: { Mounts: [{ Type: 'volume', Source: 'a' }] } }],
  ['a subpath that leaves its volume', volumeSubpath('../../..')],
  ['a tmpfs without a path', { HostConfig: { Tmpfs: { relative: '' } } }],
  ['an extra host', { HostConfig: { ExtraHosts: ['nonsense'] } }],
  ['a network mode', { HostConfig: { NetworkMode: 'container:' } }],
  ['a namespace of processes', { HostConfig: { PidMode: 'yours' } }],
  ['a namespace of IPC', { HostConfig: { IpcMode: 'yours' } }],
  ['a namespace of hosts', { HostConfig: { UTSMode: 'yours' } }],
  ['capabilities', { HostConfig: { CapAdd: ['CAP_EVERYTHING_AND_MORE'] } }],
  ['unknown security options', { HostConfig: { SecurityOpt: ['magic'] } }],
  ['a runtime', { HostConfig: { Runtime: 'no-such-runtime' } }],
  ['a log driver', { HostConfig: { LogConfig: { Type: 'carrier-pigeon' } } }],
  ['options of a log driver', { HostConfig: { LogConfig: { Type: 'json-file', Config: { nonsense: '1' } } } }],
  ['a health check', { Healthcheck: { Test: ['CMD'], Interval: 5 } }],
  ['a working folder', { WorkingDir: 'relative' }],
  ['a cut-off name', { Image: 'busybox' }, 'name=-dash'],
  ['a name with a slash', { Image: 'busybox' }, 'name=a%2Fb'],
  ['a name with a way up', { Image: 'busybox' }, 'name=..%2F..%2Fetc'],
  ['a name with a line break', { Image: 'busybox' }, 'name=a%0Ab'],
  ['a name with a zero', { Image: 'busybox' }, 'name=a%00b'],
  ['a name with an escape', { Image: 'busybox' }, 'name=a%1B%5B31mb'],
  ['a name of one letter', { Image: 'busybox' }, 'name=a'],
  ['a name that is no UTF-8', { Image: 'busybox' }, 'name=%FF%FE'],
  ['a broken escape', { Image: 'busybox' }, 'name=%ZZ'],
  ['a platform that is none', { Image: 'busybox' }, 'platform=a/b/c/d/e'],
];

function volumeSubpath(Subpath: string) {
  return { HostConfig: { Mounts: [{ Type: 'volume', Source: 'v', Target: '/x', VolumeOptions: { Subpath } }] } };
}

export function absurdCreates(): Malformed[] {
  return creates.map(([about, body, query]) => {
    const document = JSON.stringify({ Image: about === 'no image' ? '' : 'busybox', ...body });
    return { about, bytes: request('POST', `/containers/create${query ? `?${query}` : ''}`, document) };
  });
}

/** Other operations on `name`, a container that runs; `outside` is a file of the host that it does not have. */
export function absurdCalls(name: string, outside: string): Malformed[] {
  const get = (target: string) => ({ about: `GET ${target}`, bytes: request('GET', target) });
  const post = (target: string, body?: unknown) => ({
    about: `POST ${target} ${JSON.stringify(body)?.slice(0, 60)}`,
    bytes: request('POST', target, body === undefined ? undefined : JSON.stringify(body)),
  });
  const up = encodeURIComponent(`${'../'.repeat(12)}${outside}`);
  const on = `/containers/${name}`;
  return [
    ...['..%2F..%2Fetc%2Fpasswd', '%00', '%2e%2e', 'a%0Ab', 'x'.repeat(8000), '%', '%ZZ', '%FF'].map(id =>
      get(`/containers/${id}/json`),
    ),
    ...[up, encodeURIComponent(outside), '%00', '', 'a%00b'].map(path => get(`${on}/archive?path=${path}`)),
    get(`${on}/archive`),
    ...['since=yesterday', 'until=1e', 'tail=-', ''].map(query => get(`${on}/logs?${query}`)),
    get(`${on}/logs?stdout=1&since=tomorrow`),
    ...['since=x', 'until=x', 'filters=%7B%22no%22%3A%5B%22such%22%5D%7D'].map(query => get(`/events?${query}`)),
    ...[
      '%7B%22status%22%3A%5B%22asleep%22%5D%7D',
      '%7B%22nosuch%22%3A%5B%22x%22%5D%7D',
      '%7B%22exited%22%3A%5B%22x%22%5D%7D',
    ].map(filters => get(`/containers/json?all=1&filters=${filters}`)),
    ...['signal=NOPE', 'signal=-1', 'signal=4096', 'signal=%00'].map(query => post(`${on}/kill?${query}`)),
    ...['h=x&w=5', 'h=1&w=x'].map(query => post(`${on}/resize?${query}`)),
    ...['name=', 'name=a%0Ab', 'name=..', 'name=-x', 'name=a%2Fb', `name=${'%00'}`].map(query =>
      post(`${on}/rename?${query}`),
    ),
    post(`${on}/wait?condition=never`),
    post(`${on}/stop?signal=NOPE`),
    post(`${on}/attach?detachKeys=ctrl-nonsense&stream=1`),
    post(`${on}/update`, { Memory: 1 }),
    post(`${on}/update`, { RestartPolicy: { Name: 'sometimes' } }),
    post(`${on}/update`, { NanoCpus: 1e15 }),
    post(`${on}/exec`, {}),
    post(`${on}/exec`, { Cmd: [] }),
    post(`${on}/exec`, { Cmd: ['true'], DetachKeys: 'ctrl-nonsense' }),
    post('/exec/nosuch/start', {}),
    post('/exec/..%2F..%2Fx/start', {}),
    post('/commit?container=nosuch', {}),
    post(`/commit?container=${name}&repo=UPPER%20CASE`, {}),
    post(`/commit?container=${name}&changes=NONSENSE%20x`, {}),
    post('/images/busybox/tag?repo=a%00b&tag=c'),
    post(`/images/busybox/tag?repo=x&tag=${'t'.repeat(500)}`),
    post('/volumes/create', { Name: '../../etc' }),
    post('/volumes/create', { Name: 'a\u0000b' }),
    post('/volumes/create', { Name: 'fine', Driver: 'nosuch' }),
    post('/volumes/create', { Name: 'fine', DriverOpts: { nonsense: '1' } }),
    get('/volumes/..%2F..%2Fetc'),
    get('/images/..%2F..%2Fetc/json'),
    get('/images/a%00b/json'),
    get('/v99.0/version'),
    get('/no/such/page'),
    get('/'),
  ];
}
