// SLSA provenance of a build, as BuildKit words it (predicate v0.2).
import type { Digest } from '../../../oci/digest.ts';
import { formatPlatform, type Platform } from '../../../oci/platform.ts';

/** What the build was made of and how. */
export interface BuildFacts {
  readonly id: string;
  readonly startedAt: Date;
  readonly platform: Platform;
  readonly dockerfile: { readonly name: string; readonly content: Uint8Array };
  readonly target: string | undefined;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Base images: full name, and digest of the manifest (or configuration) they are known by here. */
  readonly materials: readonly { readonly name: string; readonly digest: Digest; readonly platform: Platform }[];
}

export const provenanceType = 'https://slsa.dev/provenance/v0.2';

/** `max` tells build arguments and the Dockerfile, too: what may be nobody's business. */
export function provenance(facts: BuildFacts, mode: 'min' | 'max', now: Date): Record<string, unknown> {
  const { id, startedAt, platform, dockerfile, target, buildArgs, labels, materials } = facts;
  const prefixed = (prefix: string, values: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}:${key}`, value]));
  const args = {
    ...(target && { target }),
    ...(mode === 'max' && { ...prefixed('build-arg', buildArgs), ...prefixed('label', labels) }),
  };
  const source = {
    filename: dockerfile.name,
    language: 'Dockerfile',
    data: Buffer.from(dockerfile.content).toString('base64'),
  };
  return {
    buildType: 'https://mobyproject.org/buildkit@v1',
    materials: materials.map(material => ({
      uri: packageUrl(material.name, material.platform),
      digest: digestSet(material.digest),
    })),
    invocation: {
      configSource: { entryPoint: dockerfile.name },
      parameters: { frontend: 'dockerfile.v0', args, locals: [{ name: 'context' }, { name: 'dockerfile' }] },
      environment: { platform: formatPlatform(platform) },
    },
    metadata: {
      buildInvocationID: id,
      buildStartedOn: startedAt.toISOString(),
      buildFinishedOn: now.toISOString(),
      completeness: { parameters: mode === 'max', environment: true, materials: false },
      reproducible: false,
      'https://mobyproject.org/buildkit@v1#metadata': mode === 'max' ? { source: { infos: [source] } } : {},
    },
    builder: { id: '' },
  };
}

/** `pkg:docker/busybox@latest?platform=linux%2Famd64` */
export function packageUrl(name: string, platform: Platform): string {
  const short = name.replace(/^docker\.io\/(library\/)?/, '');
  const at = short.lastIndexOf(':');
  const [repository, tag] = at > short.lastIndexOf('/') ? [short.slice(0, at), short.slice(at + 1)] : [short, 'latest'];
  return `pkg:docker/${repository}@${tag}?platform=${encodeURIComponent(formatPlatform(platform))}`;
}

export function digestSet(digest: Digest): Record<string, string> {
  const colon = digest.indexOf(':');
  return { [digest.slice(0, colon)]: digest.slice(colon + 1) };
}
