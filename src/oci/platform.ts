// Platforms as OCI and Docker write them: `os/architecture[/variant]`.
import { invalid } from '../lib/errors.ts';
import { ownEntry } from '../lib/own-entry.ts';

export interface Platform {
  os: string;
  architecture: string;
  variant?: string;
  'os.version'?: string;
  'os.features'?: string[];
}

const architectures: Record<string, { architecture: string; variant?: string }> = {
  x64: { architecture: 'amd64' },
  x86_64: { architecture: 'amd64' },
  'x86-64': { architecture: 'amd64' },
  ia32: { architecture: '386' },
  i386: { architecture: '386' },
  i686: { architecture: '386' },
  aarch64: { architecture: 'arm64' },
  armhf: { architecture: 'arm', variant: 'v7' },
  armel: { architecture: 'arm', variant: 'v6' },
  arm: { architecture: 'arm', variant: 'v7' },
  ppc64: { architecture: 'ppc64le' },
};

// Go's names: a single word is the one or the other.
const otherSystems = ['aix', 'android', 'darwin', 'freebsd', 'netbsd', 'openbsd', 'plan9', 'solaris', 'windows'];
const knownArchitectures = [
  ...['386', 'amd64', 'arm', 'arm64', 'loong64', 'mips', 'mips64', 'mips64le', 'mipsle'],
  ...['ppc64', 'ppc64le', 'riscv', 'riscv64', 's390', 's390x', 'sparc64', 'wasm'],
];

// containerd's, whose messages show them.
const systemPattern = '^([A-Za-z0-9_-]+)(?:\\(([A-Za-z0-9_.%-]*)((?:\\+[A-Za-z0-9_.%-]+)*)\\))?$';
const componentPattern = '^[A-Za-z0-9_.-]+$';

/** The platform of a machine, by Node's or the kernel's name of its processor (`process.arch`, `uname -m`). */
export function linuxPlatform(machine: string): Platform {
  return { os: 'linux', ...(architectures[machine] ?? { architecture: machine }) };
}

/** What containerd's parser, whose words Docker's tools print, says of the first part that no platform has. */
export function invalidComponent(text: string): string | undefined {
  const [system = '', ...parts] = text.split('/');
  const say = (part: string, what: string, kind: string, pattern: string) =>
    `${JSON.stringify(part)} is an invalid ${what} of ${JSON.stringify(text)}: ${kind} specifier component must match ${JSON.stringify(pattern)}: invalid argument`;
  if (!new RegExp(systemPattern).test(system)) return say(system, 'OS component', 'OSAndVersion', systemPattern);
  // It splits into four at most.
  const others = parts.length > 3 ? [...parts.slice(0, 2), parts.slice(2).join('/')] : parts;
  const wrong = others.find(part => !new RegExp(componentPattern).test(part));
  return wrong === undefined ? undefined : say(wrong, 'component', 'platform', componentPattern);
}

/** Parses `linux/arm64/v8`, `linux/amd64`, `arm64`; throws `invalid`. What is not said is `linux` or the default. */
export function parsePlatform(text: string, host: Platform): Platform {
  const problem = invalidComponent(text);
  if (problem !== undefined) throw invalid(problem);
  const parts = text.toLowerCase().split('/');
  if (parts.length > 3) throw invalid(`"${text}": cannot parse platform specifier: invalid argument`);
  if (parts.length === 1) {
    const only = parts[0] as string;
    if (only === 'linux') return host;
    const system = only === 'macos' ? 'darwin' : only;
    if (otherSystems.includes(system)) return { os: system, architecture: host.architecture };
    const platform = normalizePlatform({ os: 'linux', architecture: only });
    if (knownArchitectures.includes(platform.architecture)) return platform;
    throw invalid(`"${text}": unknown operating system or architecture: invalid argument`);
  }
  const [os = '', architecture = '', variant] = parts;
  return normalizePlatform({ os, architecture, ...(variant === undefined ? {} : { variant }) });
}

/** The canonical form: aliases of processors resolved, `arm64/v8` and `amd64/v1` without their default variant. */
export function normalizePlatform(platform: Platform): Platform {
  const { variant, ...rest } = platform;
  const known = variant === undefined ? ownEntry(architectures, platform.architecture) : undefined;
  const architecture = ownEntry(architectures, platform.architecture)?.architecture ?? platform.architecture;
  const plain = variant === undefined ? known?.variant : variant.replace(/^(\d)/, 'v$1');
  const isDefault = (architecture === 'arm64' && plain === 'v8') || (architecture === 'amd64' && plain === 'v1');
  return { ...rest, architecture, ...(plain === undefined || plain === '' || isDefault ? {} : { variant: plain }) };
}

/** `linux/arm/v7`. */
export function formatPlatform(platform: Platform): string {
  return [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/');
}

/**
 * How well an image of platform `image` runs on `host`: 0 not at all, higher is better. An arm host runs older
 * arm variants, an arm64 host 32-bit arm, as containerd's `platforms.Only` decides.
 */
export function platformRank(image: Platform, host: Platform): number {
  const a = normalizePlatform(image);
  const b = normalizePlatform(host);
  if (a.os !== b.os) return 0;
  const variant = (platform: Platform) =>
    Number(platform.variant?.slice(1) ?? (platform.architecture === 'arm64' ? 8 : 1));
  if (a.architecture === b.architecture) return variant(a) <= variant(b) ? 100 + variant(a) : 0;
  if (a.architecture === 'arm' && b.architecture === 'arm64') return 1 + variant(a);
  return a.architecture === '386' && b.architecture === 'amd64' ? 1 : 0;
}
