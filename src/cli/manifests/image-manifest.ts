// A manifest of one platform with what the user has said about it: an entry of a manifest list that is being made.
// Keys and their order are those of Docker's files, which both programs can read.

import type { Descriptor } from '../../oci/descriptor.ts';
import { sha256 } from '../../oci/digest.ts';
import { type Manifest, parseJson, parseManifest } from '../../oci/manifest.ts';
import type { Platform } from '../../oci/platform.ts';

/** `Ref` is the full reference it was found by. */
export interface ImageManifest {
  Ref: string;
  Descriptor: Descriptor & { platform: Platform };
  /** Its bytes, in base64. */
  Raw: string;
  SchemaV2Manifest?: Manifest;
  OCIManifest?: Manifest;
}

/** Puts one together from the bytes a registry sent. Throws `invalid` for what is no manifest of an image. */
export function imageManifest(
  ref: string,
  { mediaType, bytes, platform }: { mediaType: string; bytes: Buffer; platform: Platform },
): ImageManifest {
  const parsed = parseManifest(bytes, ref);
  if (!('manifest' in parsed)) throw new Error(`${ref} is a manifest list`);
  const isOci = mediaType.startsWith('application/vnd.oci.');
  return {
    Ref: ref,
    Descriptor: { mediaType, digest: sha256(bytes), size: bytes.length, platform: orderPlatform(platform) },
    Raw: bytes.toString('base64'),
    ...(isOci ? { OCIManifest: parsed.manifest } : { SchemaV2Manifest: parsed.manifest }),
  };
}

/** Reads a file of Docker's or ours. Throws a plain Error that names the key. */
export function parseImageManifest(text: string, file: string): ImageManifest {
  const value = parseJson(text, file) as Partial<ImageManifest> | null;
  const { Ref, Descriptor, Raw } = value ?? {};
  if (typeof Ref !== 'string') throw new Error(`${file}: Ref: not a string`);
  if (typeof Descriptor?.digest !== 'string' || typeof Descriptor.mediaType !== 'string') {
    throw new Error(`${file}: Descriptor: not a descriptor`);
  }
  // Files of Docker before 23 have only the parsed manifest, from which the bytes cannot be had back.
  if (typeof Raw !== 'string' || Raw === '') throw new Error(`${file}: Raw: missing`);
  const { architecture = '', os = '', ...rest }: Partial<Platform> = Descriptor.platform ?? {};
  const platform = orderPlatform({ architecture, os, ...rest });
  return { ...(value as ImageManifest), Descriptor: { ...Descriptor, platform } };
}

/** The manifest inside, parsed. */
export function manifestOf({ SchemaV2Manifest, OCIManifest, Raw }: ImageManifest): Manifest {
  return SchemaV2Manifest ?? OCIManifest ?? (JSON.parse(Buffer.from(Raw, 'base64').toString('utf8')) as Manifest);
}

/** The keys of a platform in the order of Docker's files, empty ones left out but the two that must be there. */
export function orderPlatform(platform: Platform): Platform {
  const { architecture, os, variant, 'os.version': version, 'os.features': features } = platform;
  return {
    architecture,
    os,
    ...(version && { 'os.version': version }),
    ...(features && features.length > 0 && { 'os.features': features }),
    ...(variant && { variant }),
  };
}
