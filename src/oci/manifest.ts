// Image manifests and indexes, OCI and Docker schema 2, read from foreign JSON.
import { invalid } from '../lib/errors.ts';
import { type Descriptor, isIndexType, parseDescriptor } from './descriptor.ts';

export interface Manifest {
  schemaVersion: 2;
  mediaType?: string;
  artifactType?: string;
  config: Descriptor;
  layers: Descriptor[];
  subject?: Descriptor;
  annotations?: Record<string, string>;
}

export interface Index {
  schemaVersion: 2;
  mediaType?: string;
  artifactType?: string;
  manifests: Descriptor[];
  subject?: Descriptor;
  annotations?: Record<string, string>;
}

/** Parses JSON foreign to us; throws `invalid` naming what it was meant to be. */
export function parseJson(bytes: Uint8Array | string, what: string): unknown {
  try {
    return JSON.parse(typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw invalid(`${what}: invalid JSON: ${(error as Error).message}`, error);
  }
}

/** Parses a manifest or an index, told apart by media type or, where there is none, by their keys. */
export function parseManifest(
  bytes: Uint8Array | string,
  what = 'manifest',
): { manifest: Manifest } | { index: Index } {
  const value = parseJson(bytes, what);
  if (typeof value !== 'object' || value === null) throw invalid(`${what}: not a JSON object`);
  const object = value as Record<string, unknown>;
  // Docker's own tools and others leave it out.
  if (![2, 0, undefined].includes(object.schemaVersion as number))
    throw invalid(`${what}: unsupported schemaVersion ${JSON.stringify(object.schemaVersion)}`);
  const mediaType = typeof object.mediaType === 'string' ? object.mediaType : undefined;
  if (isIndexType(mediaType) || (mediaType === undefined && Array.isArray(object.manifests))) {
    return { index: { ...object, schemaVersion: 2, manifests: descriptors(object.manifests, `${what}: manifests`) } };
  }
  const config = parseDescriptor(object.config, `${what}: config`);
  return { manifest: { ...object, schemaVersion: 2, config, layers: descriptors(object.layers, `${what}: layers`) } };
}

function descriptors(value: unknown, where: string): Descriptor[] {
  if (!Array.isArray(value)) throw invalid(`${where}: not a list`);
  return value.map((item, index) => parseDescriptor(item, `${where}[${index}]`));
}
