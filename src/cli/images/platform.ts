// `--platform os/arch[/variant]`.

import type { OCIPlatform } from '../../api/types/common.ts';
import { ownEntry } from '../../lib/own-entry.ts';
import { invalidComponent } from '../../oci/platform.ts';

const systems = new Set('linux windows darwin freebsd netbsd openbsd solaris aix android'.split(' '));
const architectures = new Set(
  'amd64 arm64 arm 386 ppc64le ppc64 s390x riscv64 mips64le mips64 mipsle mips loong64 wasm'.split(' '),
);
const aliases: Record<string, string> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  i386: '386',
  armhf: 'arm',
};

/** The parts of a platform. Throws a plain Error for one that cannot be. */
export function parsePlatform(text: string): OCIPlatform {
  const problem = invalidComponent(text);
  if (problem !== undefined) throw new Error(problem);
  const parts = text.split('/');
  if (parts.length > 3) throw new Error(`${JSON.stringify(text)}: cannot parse platform specifier: invalid argument`);
  const [first = '', second, third] = parts.map(part => part.toLowerCase());
  const one = second === undefined;
  const system = one ? (systems.has(first) ? first : 'linux') : first;
  const word = one ? (systems.has(first) ? 'amd64' : first) : second;
  const architecture = ownEntry(aliases, word) ?? word;
  if (one && !architectures.has(architecture)) {
    throw new Error(`${JSON.stringify(text)}: unknown operating system or architecture: invalid argument`);
  }
  const variant = normalVariant(architecture, third);
  // In the order in which Go writes them.
  return { architecture, os: system, ...(variant && { variant }) };
}

/** `7` of an arm is `v7`; `v1` of amd64 goes without saying. */
function normalVariant(architecture: string, variant: string | undefined): string | undefined {
  if (architecture === 'amd64' && variant === 'v1') return undefined;
  return architecture.startsWith('arm') ? variant?.replace(/^(?=\d)/, 'v') : variant;
}

/** The platform of a `--platform` flag, undefined when it is ''. Throws a plain Error with Docker's wording. */
export function readPlatformFlag(text: string): OCIPlatform | undefined {
  if (text === '') return undefined;
  try {
    return parsePlatform(text);
  } catch (error) {
    throw new Error(`invalid platform: ${(error as Error).message}`, { cause: error });
  }
}

/** A platform in the normal form of a query. Throws a plain Error with Docker's wording. */
export function platformQuery(text: string): string {
  let platform: OCIPlatform;
  try {
    platform = parsePlatform(text);
  } catch (error) {
    throw new Error(`error parsing specified platform: ${(error as Error).message}`, { cause: error });
  }
  const { os, architecture, variant } = platform;
  return [os, architecture, variant].filter(Boolean).join('/');
}
