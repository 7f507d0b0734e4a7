// What a manifest that is pushed says, as far as a registry has to know.
import { errorMessage } from '../../lib/errors.ts';
import { type Descriptor, mediaTypes, parseDescriptor } from '../../oci/descriptor.ts';
import { parseManifest } from '../../oci/manifest.ts';
import { Refusal } from '../refusal.ts';
import { indexEntries } from './index-entries.ts';

export interface ReadManifest {
  readonly mediaType: string;
  /** Blobs that must be in the repository. */
  readonly blobs: readonly Descriptor[];
  /** Manifests that must be in the repository. */
  readonly manifests: readonly Descriptor[];
  /** What it refers to, which may come later or never. */
  readonly subject?: Descriptor;
  readonly artifactType?: string;
  readonly annotations?: Record<string, string>;
}

const imageTypes: readonly string[] = [mediaTypes.ociManifest, mediaTypes.dockerManifest];
const indexTypes: readonly string[] = [mediaTypes.ociIndex, mediaTypes.dockerList];
const schemaOne = /^application\/vnd\.docker\.distribution\.manifest\.v1\+/;

/** Bytes that a manifest may have: what the specification wants everybody to support. */
export const manifestLimit = 4 * 1024 * 1024;

/** Without its parameters, in lower case. */
export const bareType = (contentType: string) => (contentType.split(';')[0] ?? '').trim().toLowerCase();

/** Throws the refusal for what is no manifest, or none of the type it is sent as. */
export function readManifest(bytes: Buffer, contentType: string | undefined): ReadManifest {
  const sentAs = contentType === undefined ? '' : bareType(contentType);
  if (schemaOne.test(sentAs)) throw invalidManifest('schema 1 manifests are not supported: push with a newer client');
  let parsed: ReturnType<typeof parseManifest>;
  try {
    parsed = parseManifest(bytes);
  } catch (error) {
    throw invalidManifest(errorMessage(error));
  }
  const content = 'index' in parsed ? parsed.index : parsed.manifest;
  const mediaType = chooseType(content.mediaType, sentAs, 'index' in parsed ? indexTypes : imageTypes);
  const { subject, artifactType, annotations } = content;
  const listed = 'index' in parsed ? indexEntries(parsed.index.manifests) : undefined;
  const config = 'manifest' in parsed ? [parsed.manifest.config] : [];
  const layers = 'manifest' in parsed ? parsed.manifest.layers : (listed?.blobs ?? []);
  return {
    mediaType,
    blobs: [...config, ...layers.filter(mustBeHere)],
    manifests: listed?.manifests ?? [],
    ...(subject === undefined ? {} : { subject: checked(() => parseDescriptor(subject, 'manifest: subject')) }),
    ...optional('artifactType', artifactTypeOf(artifactType, parsed)),
    ...optional('annotations', annotations && checkAnnotations(annotations)),
  };
}

function chooseType(declared: unknown, sentAs: string, allowed: readonly string[]): string {
  if (declared !== undefined && typeof declared !== 'string') throw invalidManifest('manifest: invalid mediaType');
  const isGeneric = sentAs === '' || sentAs === 'application/json' || sentAs === 'application/octet-stream';
  if (declared !== undefined && !isGeneric && declared !== sentAs) {
    throw invalidManifest(`manifest: mediaType is ${declared}, but it was sent as ${sentAs}`);
  }
  const type = declared ?? (isGeneric ? (allowed[0] as string) : sentAs);
  if (!allowed.includes(type)) throw invalidManifest(`manifest: unsupported mediaType ${type}`);
  return type;
}

/** As referrers show it: an image that names no type has that of its configuration. */
function artifactTypeOf(declared: unknown, parsed: ReturnType<typeof parseManifest>): string | undefined {
  if (typeof declared === 'string' && declared !== '') return declared;
  return 'manifest' in parsed ? parsed.manifest.config.mediaType : undefined;
}

/** A layer with addresses of its own is fetched from there. */
const mustBeHere = ({ urls }: Descriptor) => !Array.isArray(urls) || urls.length === 0;

function checkAnnotations(value: unknown): Record<string, string> {
  const isStrings =
    typeof value === 'object' && value !== null && Object.values(value).every(one => typeof one === 'string');
  if (!isStrings || Array.isArray(value)) throw invalidManifest('manifest: annotations: not a map of strings');
  return value as Record<string, string>;
}

function checked<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw invalidManifest(errorMessage(error));
  }
}

const optional = <K extends string, V>(key: K, value: V | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { [key in K]?: V };

const invalidManifest = (message: string) => new Refusal('MANIFEST_INVALID', { message });
