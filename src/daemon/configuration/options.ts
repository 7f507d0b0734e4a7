// Every option of the daemon: its flag, its key in daemon.json and its kind. Names are Docker's.

/** `list` and `map` flags may be repeated; a `map` takes `key=value`; `size` takes `64m`. */
export type OptionKind = 'string' | 'bool' | 'int' | 'size' | 'list' | 'map';

export interface DaemonOption {
  readonly flag: string;
  readonly short?: string;
  /** Where it differs from the flag, as `hosts` does from `--host`. */
  readonly key?: string;
  readonly kind: OptionKind;
  readonly help: string;
  /** Cannot be written in daemon.json. */
  readonly flagOnly?: true;
  /** Not shown in the help. */
  readonly hidden?: true;
}

export const daemonOptions: readonly DaemonOption[] = [
  { flag: 'add-runtime', key: 'runtimes', kind: 'map', help: 'Register an additional OCI runtime (name=path)' },
  {
    flag: 'allow-insecure-tcp',
    kind: 'bool',
    help: 'Listen on TCP beyond loopback even where clients need no certificate: everybody who can connect is root',
  },
  { flag: 'bip', kind: 'string', help: 'IPv4 address and prefix of the default bridge' },
  {
    flag: 'bridge',
    short: 'b',
    kind: 'string',
    help: 'Default bridge: made when it is missing, used as it is and left when it is there',
  },
  { flag: 'builder', kind: 'map', help: '', hidden: true },
  { flag: 'cgroup-parent', kind: 'string', help: 'Parent cgroup of all containers' },
  { flag: 'config-file', kind: 'string', help: 'Daemon configuration file', flagOnly: true },
  {
    flag: 'cpu-rt-period',
    kind: 'int',
    help: 'Period of real-time scheduling in microseconds (0 only: containers have none)',
  },
  { flag: 'cpu-rt-runtime', kind: 'int', help: 'Real-time microseconds of a period (0 only: containers have none)' },
  { flag: 'data-root', kind: 'string', help: 'Directory of images, containers and volumes' },
  { flag: 'debug', short: 'D', kind: 'bool', help: 'Enable debug mode' },
  {
    flag: 'default-cgroupns-mode',
    kind: 'string',
    help: 'Cgroup namespace of containers that name none (host, private)',
  },
  { flag: 'default-gateway', kind: 'string', help: 'Default route of containers on the default bridge' },
  { flag: 'default-ipc-mode', kind: 'string', help: 'IPC mode of containers that name none (private, shareable)' },
  { flag: 'default-runtime', kind: 'string', help: 'OCI runtime of containers that name none' },
  { flag: 'default-shm-size', kind: 'size', help: 'Size of /dev/shm in containers' },
  {
    flag: 'default-ulimit',
    key: 'default-ulimits',
    kind: 'map',
    help: 'Limit of containers that do not name it (name=soft[:hard])',
  },
  { flag: 'dns', kind: 'list', help: 'DNS server of containers' },
  { flag: 'dns-opt', key: 'dns-opts', kind: 'list', help: 'DNS option of containers' },
  { flag: 'dns-search', kind: 'list', help: 'DNS search domain of containers' },
  { flag: 'exec-opt', key: 'exec-opts', kind: 'list', help: 'native.cgroupdriver=cgroupfs' },
  { flag: 'exec-root', kind: 'string', help: 'Directory of run-time state' },
  { flag: 'feature', key: 'features', kind: 'map', help: 'buildkit=false: clients build by the classic protocol' },
  { flag: 'fixed-cidr', kind: 'string', help: 'Range that containers of the default bridge get addresses from' },
  { flag: 'group', short: 'G', kind: 'string', help: 'Group of the unix socket' },
  { flag: 'help', short: 'h', kind: 'bool', help: 'Print usage', flagOnly: true },
  {
    flag: 'host',
    short: 'H',
    key: 'hosts',
    kind: 'list',
    help: 'Where to listen (unix:///path, tcp://host:port or fd://)',
  },
  {
    flag: 'host-gateway-ip',
    key: 'host-gateway-ips',
    kind: 'list',
    help: 'Address that host-gateway stands for in --add-host',
  },
  { flag: 'http-proxy', kind: 'string', help: 'HTTP proxy URL for what goes to registries' },
  { flag: 'https-proxy', kind: 'string', help: 'HTTPS proxy URL for what goes to registries' },
  { flag: 'icc', kind: 'bool', help: 'Let containers of the default bridge talk to each other' },
  { flag: 'init', kind: 'bool', help: 'Put an init in front of every container process' },
  { flag: 'init-path', kind: 'string', help: 'Path of that init' },
  {
    flag: 'insecure-registry',
    key: 'insecure-registries',
    kind: 'list',
    help: 'Registry (host[:port] or network) that needs no trusted certificate and may speak HTTP',
  },
  { flag: 'ip', kind: 'string', help: 'Address that ports are published on by default' },
  { flag: 'ip-forward', kind: 'bool', help: 'Enable net.ipv4.ip_forward' },
  { flag: 'ip-masq', kind: 'bool', help: 'Masquerade what leaves the bridge' },
  { flag: 'label', key: 'labels', kind: 'list', help: 'key=value labels of the engine' },
  { flag: 'live-restore', kind: 'bool', help: 'Keep containers alive while the daemon is down (always on)' },
  { flag: 'log-driver', kind: 'string', help: 'Default log driver of containers' },
  { flag: 'log-format', kind: 'string', help: "Format of the daemon's own log (text, json)" },
  {
    flag: 'log-level',
    short: 'l',
    kind: 'string',
    help: "Level of the daemon's own log (debug, info, warn, error, fatal)",
  },
  { flag: 'log-opt', key: 'log-opts', kind: 'map', help: 'Default log driver options of containers' },
  { flag: 'metrics-addr', kind: 'string', help: 'Where Prometheus finds metrics (host:port)' },
  { flag: 'max-concurrent-downloads', kind: 'int', help: 'Layers that all pulls download at a time (0: no limit)' },
  { flag: 'max-concurrent-uploads', kind: 'int', help: 'Layers that all pushes upload at a time (0: no limit)' },
  { flag: 'max-download-attempts', kind: 'int', help: 'How often a download that breaks off is gone on with' },
  { flag: 'mtu', kind: 'int', help: 'MTU of the default bridge' },
  {
    flag: 'no-new-privileges',
    kind: 'bool',
    help: 'No process of a container gains privileges, unless it is asked for',
  },
  { flag: 'no-proxy', kind: 'string', help: 'Hosts and networks that are reached without the proxy' },
  { flag: 'pidfile', short: 'p', kind: 'string', help: 'File with the process id of the daemon' },
  {
    flag: 'seccomp-profile',
    kind: 'string',
    help: 'Seccomp profile of containers that name none (path, builtin, unconfined)',
  },
  { flag: 'selinux-enabled', kind: 'bool', help: 'Refused: there is no SELinux labelling' },
  {
    flag: 'registry-mirror',
    key: 'registry-mirrors',
    kind: 'list',
    help: 'Mirror of Docker Hub, or <registry>=URL of another registry',
  },
  { flag: 'shutdown-timeout', kind: 'int', help: 'Seconds that requests may take to finish at a stop' },
  { flag: 'storage-driver', short: 's', kind: 'string', help: 'Storage driver (overlay2)' },
  { flag: 'tls', kind: 'bool', help: 'Use TLS on TCP; implied by --tlsverify' },
  { flag: 'tlscacert', kind: 'string', help: 'Trust clients with certificates signed by this CA only' },
  { flag: 'tlscert', kind: 'string', help: 'Path of the TLS certificate' },
  { flag: 'tlskey', kind: 'string', help: 'Path of the TLS key' },
  { flag: 'tlsverify', kind: 'bool', help: 'Use TLS on TCP and verify the client' },
  {
    flag: 'userns-remap',
    kind: 'string',
    help: 'User and group whose subordinate ids containers run with (user:group)',
  },
  { flag: 'validate', kind: 'bool', help: 'Validate the configuration and exit', flagOnly: true },
  { flag: 'version', short: 'v', kind: 'bool', help: 'Print version and exit', flagOnly: true },
];

/** The key an option has in daemon.json. */
export const optionKey = (option: DaemonOption) => option.key ?? option.flag;
