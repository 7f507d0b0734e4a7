// What a build leaves in files: the image's id, and what its exporters said.
import { unlinkSync, writeFileSync } from 'node:fs';
import { errorCode } from '../../../lib/errors.ts';
import { sortedKeys } from '../../../lib/text/go-json.ts';
import { parseGoBool } from '../../../lib/text/go-values.ts';
import { systemMessage } from '../../container-config/env.ts';
import type { Watch } from '../watched-build.ts';
import { warningsMetadata } from './build-warnings.ts';
import { readProvenance } from './read-provenance.ts';

type Response = Readonly<Record<string, string>>;

/** A build that is over. */
interface Finished {
  readonly ref: string;
  readonly response: Response;
}

/** The id of the image, or the digest of what was exported instead; '' where there is neither. */
export function imageId(response: Response): string {
  return response['containerimage.config.digest'] ?? response['containerimage.digest'] ?? '';
}

/** All that a metadata file has of one build. */
export async function describeBuild(
  { ref, response }: Finished,
  { buildkit, context }: Pick<Watch, 'buildkit' | 'context'>,
): Promise<Record<string, unknown>> {
  const { contextName, io } = context;
  const provenance = await readProvenance(buildkit, ref, io.environment);
  return buildMetadata(response, { ...provenance, 'buildx.build.ref': `${contextName}/${contextName}/${ref}` });
}

/** What a metadata file has of the warnings of all builds, if BUILDX_METADATA_WARNINGS asks for them. */
export function describeWarnings({ warnings, context }: Pick<Watch, 'warnings' | 'context'>): Record<string, unknown> {
  const wanted = parseGoBool(context.io.environment.BUILDX_METADATA_WARNINGS ?? '') === true;
  return wanted && warnings.length > 0 ? { 'buildx.build.warnings': warningsMetadata(warnings) } : {};
}

/** The exporters' answers; those that are documents, in base64, become documents. `extra` comes on top. */
function buildMetadata(response: Response, extra: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(response).map(([key, value]): [string, unknown] => [
    key,
    documentOf(key, value) ?? value,
  ]);
  return sortedKeys({ ...Object.fromEntries(entries), ...extra });
}

function documentOf(key: string, value: string): unknown {
  try {
    const text = key === 'result.json' ? value : Buffer.from(value, 'base64').toString();
    const document: unknown = JSON.parse(text);
    return typeof document === 'object' && document !== null && Object.keys(document).length > 0 ? document : undefined;
  } catch {
    return undefined;
  }
}

/** Indented as Go does, with no line end after it. */
export function writeMetadata(path: string, metadata: Readonly<Record<string, unknown>>): void {
  write(path, { text: JSON.stringify(metadata, undefined, 2), what: 'metadata file' });
}

export function writeId(path: string, id: string): void {
  write(path, { text: id, what: 'image ID file' });
}

/** The id of an earlier image must not be there when this build fails. Throws a plain Error in buildx's words. */
export function removeIdFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw new Error(`removing image ID file: remove ${path}: ${systemMessage(error)}`, { cause: error });
  }
}

function write(path: string, { text, what }: { text: string; what: string }): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new Error(`writing ${what}: open ${path}: ${systemMessage(error)}`, { cause: error });
  }
}
