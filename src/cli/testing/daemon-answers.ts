// What the pretended daemon answers: objects as a real daemon gave them, and lists made up to be awkward.

import fixtures from './fixtures.json' with { type: 'json' };
import type { Answers } from './recorder.ts';

const hour = 3600;
// Far from the borders where "3 hours" becomes "4 hours" while a test runs.
const now = Math.floor(Date.now() / 1000) - 600;

const base = {
  ImageID: `sha256:${'1'.repeat(64)}`,
  HostConfig: { NetworkMode: 'bridge' },
  NetworkSettings: { Networks: { bridge: {} } },
};

const containers = [
  {
    ...base,
    Id: 'a'.repeat(64),
    Names: ['/web', '/other/link'],
    Image: 'nginx:1.27',
    Command: '/docker-entrypoint.sh nginx -g "daemon off;"',
    Created: now - 3 * hour,
    Ports: [
      { IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
      { IP: '::', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
      { IP: '0.0.0.0', PrivatePort: 90, PublicPort: 90, Type: 'udp' },
      { IP: '0.0.0.0', PrivatePort: 91, PublicPort: 91, Type: 'udp' },
      { PrivatePort: 443, Type: 'tcp' },
      { PrivatePort: 444, Type: 'tcp' },
    ],
    Labels: { 'com.example.some-thing': 'x', b: '', a: '<1&2>' },
    State: 'running',
    Status: 'Up 3 hours (healthy)',
    Mounts: [
      {
        Type: 'volume',
        Name: 'f'.repeat(64),
        Source: '',
        Destination: '/d',
        Driver: 'local',
        Mode: '',
        RW: true,
        Propagation: '',
      },
      { Type: 'bind', Source: '/srv', Destination: '/s', Mode: '', RW: true, Propagation: 'rprivate' },
    ],
    SizeRw: 12288,
    SizeRootFs: 187654321,
  },
  {
    ...base,
    Id: `b${'c'.repeat(63)}`,
    Names: ['/söme-näme'],
    Image: `sha256:${'1'.repeat(64)}`,
    Command: "sh -c 'exit 3'",
    Created: now - 40 * 24 * hour,
    Ports: [],
    Labels: {},
    State: 'exited',
    Status: 'Exited (3) 5 weeks ago',
    Mounts: [],
  },
  {
    ...base,
    Id: 'd'.repeat(64),
    Names: ['/x'],
    Image: `busybox:1@sha256:${'2'.repeat(64)}`,
    Command: 'true',
    Created: now - 400 * 24 * hour,
    Ports: null,
    Labels: null,
    State: 'created',
    Status: 'Created',
    Mounts: [],
  },
];

const image = { ParentId: '', SharedSize: -1, Containers: -1, Labels: null };
const images = [
  {
    ...image,
    Id: `sha256:${'a'.repeat(64)}`,
    RepoTags: ['nginx:1.27', 'nginx:latest'],
    RepoDigests: [`nginx@sha256:${'e'.repeat(64)}`],
    Created: now - 50 * hour,
    Size: 187654321,
  },
  {
    ...image,
    Id: `sha256:${'d'.repeat(64)}`,
    RepoTags: ['registry.example.com:5000/team/app:v1'],
    RepoDigests: [],
    Created: now - 5 * hour,
    Size: 5e9,
  },
  { ...image, Id: `sha256:${'b'.repeat(64)}`, RepoTags: [], RepoDigests: [], Created: 0, Size: 999 },
  {
    ...image,
    Id: `sha256:${'c'.repeat(64)}`,
    RepoTags: [],
    RepoDigests: [`debian@sha256:${'f'.repeat(64)}`],
    Created: now - 70 * 24 * hour,
    Size: 1000,
  },
];

const manifest = (digit: number, platform: object, rest: object) => ({
  ID: `sha256:${String(digit).repeat(64)}`,
  Descriptor: { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: '', size: 500 },
  Available: true,
  Size: { Total: 7654321, Content: 1234567 },
  Kind: 'image',
  ImageData: { Platform: { os: 'linux', ...platform }, Containers: [], Size: { Unpacked: 6000000 } },
  ...rest,
});

const inUse = {
  ImageData: { Platform: { os: 'linux', architecture: 'amd64' }, Containers: ['x'], Size: { Unpacked: 6000000 } },
};

/** The images once more, as they come with `manifests`. */
const multiPlatform = images.map((entry, index) =>
  index === 0
    ? {
        ...entry,
        Manifests: [
          // Docker marks what is in use only where a platform of some image is, too.
          manifest(1, { architecture: 'amd64' }, inUse),
          manifest(2, { architecture: 'arm64', variant: 'v8' }, { Available: false }),
          manifest(3, {}, { Kind: 'attestation', ImageData: undefined, AttestationData: { For: '' } }),
        ],
      }
    : { ...entry, Containers: index },
);

const jsonLines = (...messages: object[]) => messages.map(message => `${JSON.stringify(message)}\n`).join('');
const layer = (id: string, status: string, progressDetail: object = {}) => ({ status, progressDetail, id });

const pulled = jsonLines(
  { status: 'Pulling from library/busybox', id: 'latest' },
  layer('aaaaaaaaaaaa', 'Pulling fs layer'),
  layer('bbbbbbbbbbbb', 'Already exists'),
  layer('aaaaaaaaaaaa', 'Downloading', { current: 12345, total: 1234567 }),
  layer('aaaaaaaaaaaa', 'Pull complete'),
  { status: `Digest: sha256:${'9'.repeat(64)}` },
  { status: 'Status: Downloaded newer image for busybox:latest' },
);
const pushed = jsonLines(
  { status: 'The push refers to repository [docker.io/team/app]' },
  layer('aaaaaaaaaaaa', 'Preparing'),
  layer('aaaaaaaaaaaa', 'Pushing', { current: 512, total: 1024 }),
  layer('aaaaaaaaaaaa', 'Pushed'),
  { status: 'latest: digest: sha256:99 size: 527' },
  { progressDetail: {}, aux: { Tag: 'latest', Digest: 'sha256:99', Size: 527 } },
);
const failed = jsonLines(
  { status: 'Pulling from library/broken', id: 'latest' },
  { errorDetail: { message: 'unexpected EOF' }, error: 'unexpected EOF' },
);
const partial = jsonLines(
  { status: 'The push refers to repository [docker.io/library/partial]' },
  {
    progressDetail: {},
    aux: {
      manifestPushedInsteadOfIndex: true,
      originalIndex: { digest: 'sha256:11' },
      selectedManifest: { digest: 'sha256:22' },
    },
  },
);

const found = [
  {
    star_count: 12,
    is_official: true,
    name: 'busybox',
    is_automated: false,
    description: 'Busybox base image.\nwith a line that goes on and on and on',
  },
  { star_count: 0, is_official: false, name: 'x/y', is_automated: true, description: '' },
];

const volumes = [
  { Driver: 'local', Labels: { a: 'b' }, Mountpoint: '/v/zeta', Name: 'zeta', Options: null, Scope: 'local' },
  { Driver: 'nfs', Labels: null, Mountpoint: '/v/alpha', Name: 'alpha', Options: {}, Scope: 'global' },
];

const usage = {
  name: '/web',
  id: 'a'.repeat(64),
  read: new Date().toISOString(),
  preread: new Date(Date.now() - 1000).toISOString(),
  pids_stats: { current: 17, limit: 100 },
  blkio_stats: {
    io_service_bytes_recursive: [
      { major: 8, minor: 0, op: 'Read', value: 123456789 },
      { major: 8, minor: 0, op: 'write', value: 4096 },
      { major: 8, minor: 0, op: 'Total', value: 123460885 },
    ],
  },
  cpu_stats: {
    cpu_usage: { total_usage: 2_500_000_000, usage_in_kernelmode: 0, usage_in_usermode: 0 },
    system_cpu_usage: 102_000_000_000,
    online_cpus: 4,
    throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
  },
  precpu_stats: {
    cpu_usage: { total_usage: 2_000_000_000, usage_in_kernelmode: 0, usage_in_usermode: 0 },
    system_cpu_usage: 100_000_000_000,
    throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
  },
  memory_stats: { usage: 300_000_000, stats: { total_inactive_file: 100_000_000 }, limit: 1_073_741_824 },
  networks: { eth0: interfaceCounters(1000, 20), eth1: interfaceCounters(234567, 3) },
};

const layers = [
  {
    Id: `sha256:${'1'.repeat(64)}`,
    Created: now - 3 * hour,
    CreatedBy: 'CMD ["nginx" "-g" "daemon off;"]',
    Tags: ['nginx:1.27'],
    Size: 0,
    Comment: 'buildkit.dockerfile.v0',
  },
  {
    Id: '<missing>',
    Created: now - 24 * hour,
    CreatedBy: '/bin/sh -c set -x\t&& apt-get install -y nginx-and-a-very-long-list-of-other-packages',
    Tags: null,
    Size: 112_345_678,
    Comment: '',
  },
  { Id: '<missing>', Created: 0, CreatedBy: '', Tags: null, Size: 1_234, Comment: 'Imported from -' },
];

function interfaceCounters(received: number, sent: number) {
  const packets = { rx_packets: 1, rx_errors: 0, rx_dropped: 0, tx_packets: 1, tx_errors: 0, tx_dropped: 0 };
  return { rx_bytes: received, tx_bytes: sent, ...packets };
}

const diskUsage = {
  LayersSize: 5_200_000_000,
  Images: images.map((entry, index) => ({ ...entry, SharedSize: index * 100, Containers: index % 2 })),
  Containers: containers,
  Volumes: volumes.map((volume, index) => ({ ...volume, UsageData: { RefCount: index, Size: 512_000 * (index + 1) } })),
  BuildCache: [
    {
      ...{ ID: 'cache1', Type: 'regular', Description: 'x', InUse: false, Shared: false, Size: 5000, UsageCount: 2 },
      ...{ CreatedAt: new Date((now - 5 * hour) * 1000).toISOString(), LastUsedAt: null },
    },
    {
      ...{ ID: 'c'.repeat(25), Type: 'source.local', InUse: true, Shared: true, Size: 70000, UsageCount: 1 },
      ...{ CreatedAt: new Date((now - 50 * hour) * 1000).toISOString(), Description: '' },
      LastUsedAt: new Date((now - 7 * hour) * 1000).toISOString(),
    },
  ],
};

const missing = (kind: string, name: string) => ({ status: 404, json: { message: `No such ${kind}: ${name}` } });

/** Answers of the pretended daemon. Objects called `missing…` are not there. */
export const daemonAnswers: Answers = [
  [
    / \/[a-z]+\/missing[^/]*(\/|$)/,
    request => missing(request.path.split('/')[1]!.replace(/s$/, ''), request.path.split('/')[2]!),
  ],
  [/^GET \/containers\/json$/, { json: containers }],
  [/^GET \/containers\/[^/]+\/json$/, { json: fixtures.container }],
  [/^GET \/images\/json$/, request => ({ json: request.query.manifests ? multiPlatform : images })],
  [/^GET \/images\/search$/, { json: found }],
  [/^GET \/images\/get$/, { text: 'an archive' }],
  [
    /^POST \/images\/load$/,
    { text: jsonLines({ stream: 'Loaded image: busybox:latest\n' }), headers: { 'Content-Type': 'application/json' } },
  ],
  [
    /^POST \/images\/create$/,
    ({ query }) => {
      if (query.fromImage?.includes('missing')) return missing('image', query.fromImage);
      return { text: query.fromImage?.includes('broken') ? failed : pulled };
    },
  ],
  [/^POST \/images\/.*missing1\/push$/, missing('image', 'missing1')],
  [/^POST \/images\/.*partial\/push$/, { text: partial }],
  [/^POST \/images\/.*\/push$/, { text: pushed }],
  [/^GET \/images\/.+\/history$/, { json: layers }],
  [/^GET \/images\/.+\/json$/, { json: fixtures.image }],
  [/^GET \/volumes$/, { json: { Volumes: volumes, Warnings: null } }],
  [/^GET \/volumes\/[^/]+$/, { json: volumes[0] }],
  [/^GET \/info$/, { json: fixtures.info }],
  [/^GET \/version$/, { json: fixtures.version }],
  [/^POST \/containers\/[^/]+\/wait$/, { json: { StatusCode: 4 } }],
  [/^POST \/containers\/prune$/, { json: { ContainersDeleted: ['a', 'b'], SpaceReclaimed: 1234567 } }],
  [
    /^POST \/images\/prune$/,
    { json: { ImagesDeleted: [{ Untagged: 'x:1' }, { Deleted: 'sha256:1' }], SpaceReclaimed: 0 } },
  ],
  [/^POST \/networks\/prune$/, { json: { NetworksDeleted: ['net1'] } }],
  [/^POST \/build\/prune$/, { json: { CachesDeleted: ['c1', 'c2'], SpaceReclaimed: 2000 } }],
  [/^GET \/containers\/[^/]+\/stats$/, { json: usage }],
  [/^POST \/containers\/warned\/update$/, { json: { Warnings: ['careful', 'twice'] } }],
  [/^POST \/containers\/[^/]+\/update$/, { json: { Warnings: null } }],
  [/^GET \/system\/df$/, { json: diskUsage }],
  [/^POST \/volumes\/prune$/, { json: { VolumesDeleted: ['a'], SpaceReclaimed: 10 } }],
  [/^DELETE \/images\//, { json: [{ Untagged: 'x:1' }, { Deleted: 'sha256:1' }] }],
  [
    /^GET \/containers\/[^/]+\/top$/,
    {
      json: {
        Titles: ['PID', 'CMD'],
        Processes: [
          ['1', 'sleep 5'],
          ['22', 'sh'],
        ],
      },
    },
  ],
  [
    /^POST \/volumes\/create$/,
    {
      status: 201,
      json: { Name: 'made', Driver: 'local', Mountpoint: '', Labels: null, Scope: 'local', Options: null },
    },
  ],
  [/^POST \/images\/[^/]+\/tag$/, { status: 201, text: '' }],
  [/^POST \/containers\/[^/]+\/(start|stop|restart|kill|rename|pause|unpause)$/, { status: 204, text: '' }],
  [/^DELETE \//, { status: 204, text: '' }],
];
