// BuildKit's exporters as what a build of ours shall do with its result.
import type { Duplex } from 'node:stream';
import type {
  AnnotationLevel,
  Annotations,
  BlobOptions,
  Compression,
  ExportRequest,
  TreeTarget,
} from '../../../../builder/index.ts';
import { invalid } from '../../../../lib/errors.ts';
import { parseGoBool } from '../../../../lib/text/go-values.ts';
import type { Attributes } from './attributes.ts';

/** Where results go that the client keeps itself, by the number of the exporter. */
export interface ExportSinks {
  file(exporter: number, signal: AbortSignal): Promise<Duplex>;
  /** Files as they are. */
  tree(exporter: number): TreeTarget;
  /** An image as a directory of an OCI layout. */
  layout(exporter: number): TreeTarget;
}

/** One exporter of a solve request. Throws `invalid` for an exporter or an attribute there is not. */
export function exportRequest(
  exporter: { readonly type: string; readonly attrs: Attributes },
  number: number,
  sinks: ExportSinks,
): ExportRequest {
  const { type, attrs } = exporter;
  const names = (attrs.name ?? '').split(',').filter(Boolean);
  const file: TreeTarget = { kind: 'tar', open: signal => sinks.file(number, signal) };
  switch (type) {
    case 'image':
    case 'moby':
      return {
        type: 'image',
        names,
        push: isTrue(attrs, 'push'),
        pushByDigest: isTrue(attrs, 'push-by-digest'),
        insecure: isTrue(attrs, 'registry.insecure'),
        // Docker's own exporter keeps every image: buildx 0.13 pushes it once more, by its name.
        store: type === 'moby' || attrs.store === undefined || isTrue(attrs, 'store'),
        ...blobOptions(attrs),
      };
    case 'oci':
    case 'docker': {
      const tar = attrs.tar === undefined || isTrue(attrs, 'tar');
      return { type, names, tar, target: tar ? file : sinks.layout(number), ...blobOptions(attrs) };
    }
    case 'tar':
      return { type, target: file, platformSplit: optional(attrs, 'platform-split') };
    case 'local':
      return { type, target: sinks.tree(number), platformSplit: optional(attrs, 'platform-split') };
    default:
      throw invalid(`exporter ${JSON.stringify(type)} could not be found`);
  }
}

function blobOptions(attributes: Attributes): BlobOptions {
  return {
    compression: compression(attributes.compression),
    compressionLevel: compressionLevel(attributes),
    forceCompression: isTrue(attributes, 'force-compression'),
    ociMediaTypes: optional(attributes, 'oci-mediatypes'),
    rewriteTimestamp: isTrue(attributes, 'rewrite-timestamp'),
    annotations: annotations(attributes),
  };
}

function compressionLevel({ 'compression-level': text = '', compression: type }: Attributes): number | undefined {
  if (text === '') return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw invalid(`non-int value ${text} specified for compression-level`);
  const level = Number(text);
  const [least, most] = type === 'zstd' ? [1, 22] : [0, 9];
  if (level >= least && level <= most) return level;
  throw invalid(`compression-level of ${type || 'gzip'} is from ${least} to ${most}: ${text}`);
}

const annotation = /^annotation(?:-((?:manifest|index)(?:-descriptor)?))?(?:\[([^\]]*)\])?\.(.+)$/s;

/** `annotation.key`, `annotation-index.key`, `annotation-manifest-descriptor[linux/amd64].key`. */
function annotations(attributes: Attributes): Annotations | undefined {
  const found = Object.entries(attributes).flatMap(([name, value]) => {
    const [, level = 'manifest', platform, key] = annotation.exec(name) ?? [];
    if (key === undefined) return [];
    return [{ level: level as AnnotationLevel, ...(platform !== undefined && { platform }), key, value }];
  });
  return found.length > 0 ? found : undefined;
}

function compression(value: string | undefined): Compression | undefined {
  if (value === undefined || value === '') return undefined;
  if (value === 'uncompressed' || value === 'gzip' || value === 'zstd') return value;
  throw invalid(`unsupported layer compression type ${JSON.stringify(value)}: use uncompressed, gzip or zstd`);
}

function optional(attributes: Attributes, name: string): boolean | undefined {
  return attributes[name] === undefined ? undefined : isTrue(attributes, name);
}

/** Go's strconv.ParseBool; an attribute without a value is set. */
function isTrue(attributes: Attributes, name: string): boolean {
  const value = attributes[name];
  if (value === undefined) return false;
  const parsed = value === '' || parseGoBool(value);
  if (parsed === undefined) throw invalid(`non-bool value ${JSON.stringify(value)} specified for ${name}`);
  return parsed;
}
