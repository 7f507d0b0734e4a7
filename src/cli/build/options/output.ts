// `--output`, `--push`, `--load`: what becomes of the result.
import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { BuildOutput } from '../../../client/index.ts';
import type { TreeWriter } from '../../../lib/tar/tree/tree-writer.ts';
import { parseGoBool } from '../../../lib/text/go-values.ts';
import type { Descriptor } from '../../../oci/descriptor.ts';
import { hostTreeWriter } from '../../copy/host-files.ts';
import type { Io } from '../../io.ts';
import { parseFields } from './fields.ts';
import { addToLayout, namedAs, taggedAs } from './layout.ts';

/** An exporter as BuildKit names it, and where on this side its result goes. */
export interface Export {
  readonly type: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly output: BuildOutput | undefined;
  /** The directory of an OCI layout, which gets the blobs. */
  readonly layout?: string;
}

interface OutputOptions {
  readonly outputs: readonly string[];
  readonly push: boolean;
  readonly load: boolean;
  /** Full names of the image. */
  readonly names: readonly string[];
  /** Exporter attributes by name. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** Without any `--output`, the image goes to the daemon's. Throws a plain Error with buildx's wording. */
export function parseOutputs(options: OutputOptions, io: Io): Export[] {
  const { push, load, names, annotations } = options;
  const exports = options.outputs.filter(Boolean).map(text => parseOutput(text, io));
  if (push) addPush(exports);
  // What is pushed is kept, too.
  if (load && !exports.some(({ type }) => type === 'docker' || type === 'image'))
    exports.push(imageExport({}, 'docker'));
  if (exports.length === 0) exports.push(imageExport({}));
  return exports
    .filter(({ type }) => type !== 'cacheonly')
    .map(({ type, attributes, output, layout }) => {
      if (!['image', 'oci', 'docker'].includes(type)) return { type, attributes, output };
      const name = attributes.name ?? names.join(',');
      if (attributes.push === 'true' && name === '') throw new Error('tag is needed when pushing to registry');
      const all = { ...attributes, ...annotations, ...(name !== '' && { name }) };
      // An image the daemon keeps is what Docker's own exporter makes.
      const stays = parseGoBool(attributes.store ?? 'true') !== false;
      const kept = (type === 'image' && stays) || (type === 'docker' && !output && !layout);
      return { type: kept ? 'moby' : type, attributes: all, output, ...(layout && { layout }) };
    });
}

function addPush(exports: Export[]): void {
  const at = exports.findIndex(({ type }) => type === 'image');
  const found = exports[at];
  if (found) exports[at] = { ...found, attributes: { ...found.attributes, push: 'true' } };
  else exports.push(imageExport({ push: 'true' }));
}

const imageExport = (attributes: Record<string, string>, type = 'image'): Export => ({
  type,
  attributes,
  output: undefined,
});

function parseOutput(text: string, io: Io): Export {
  // One field that names no type is a place, whatever is in it.
  if (!text.startsWith('type=') && !/[,"]/.test(text)) {
    return text === '-' ? toDestination('tar', { dest: '-' }, io) : toDestination('local', { dest: text }, io);
  }
  const { type = 'local', ...attributes } = Object.fromEntries(parseFields(text));
  if (type === 'registry') return imageExport({ ...attributes, push: attributes.push ?? 'true' });
  if (type === 'image' || type === 'cacheonly') return imageExport(attributes, type);
  return toDestination(type, attributes, io);
}

function toDestination(type: string, attributes: Readonly<Record<string, string>>, io: Io): Export {
  const { dest, ...rest } = attributes;
  if (type === 'local' || rest.tar === 'false') {
    if (!dest) throw new Error(`dest is required for ${type} exporter${type === 'local' ? '' : ' with tar=false'}`);
    if (dest === '-') throw new Error('dest cannot be stdout for local exporter');
    const path = resolve(io.directory, dest);
    if (isDirectory(path) === false) throw new Error(`destination directory ${dest} is a file`);
    if (type !== 'local') return { type, attributes: rest, output: undefined, layout: path };
    return { type, attributes: rest, output: { kind: 'directory', open: () => openDirectory(path) } };
  }
  if (type === 'docker' && dest === undefined) return imageExport(rest, type);
  if (!['tar', 'oci', 'docker'].includes(type)) return { type, attributes, output: undefined };
  if (dest === undefined || dest === '-' || dest === '') return { type, attributes: rest, output: toStdout(type, io) };
  const path = resolve(io.directory, dest);
  if (isDirectory(path)) throw new Error(`destination file ${dest} is a directory`);
  if (!isDirectory(dirname(path))) throw new Error(`failed to open open ${dest}: no such file or directory`);
  return { type, attributes: rest, output: { kind: 'file', path } };
}

/** Undefined for what is not there, which whoever writes may make. */
function isDirectory(path: string): boolean | undefined {
  try {
    return statSync(path).isDirectory();
  } catch {
    return undefined;
  }
}

/** The directory that a build knows as `export`. Throws a plain Error for several. */
export function layoutStores(exports: readonly Export[]): Record<string, string> {
  const [layout, ...more] = exports.flatMap(one => one.layout ?? []);
  if (more.length > 0) throw new Error('only one output can be a directory with an OCI layout (tar=false)');
  return layout === undefined ? {} : { export: layout };
}

/** Names in their directories what came into OCI layouts. */
export function finishLayouts(exports: readonly Export[], response: Readonly<Record<string, string>>): void {
  const descriptor = response['containerimage.descriptor'];
  if (descriptor === undefined) return;
  const names = (response['image.name'] ?? '').split(',').filter(Boolean);
  const entries = names.length > 0 ? names.map(namedAs) : [taggedAs('latest')];
  for (const { layout } of exports) {
    if (layout) addToLayout(layout, JSON.parse(Buffer.from(descriptor, 'base64').toString()) as Descriptor, entries);
  }
}

function openDirectory(path: string): Promise<TreeWriter> {
  mkdirSync(path, { recursive: true });
  return hostTreeWriter(path, { keepKinds: false });
}

function toStdout(type: string, { stdout }: Io): BuildOutput {
  if (stdout.isTerminal) throw new Error(`dest file is required for ${type} exporter. refusing to write to console`);
  return {
    kind: 'stream',
    async write(data) {
      if (!stdout.write(data)) await stdout.drained();
    },
  };
}

/** `--annotation [level[,level]:]key=value` as attributes of exporters. Throws a plain Error. */
export function annotationAttributes(annotations: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const text of annotations) {
    const equals = text.indexOf('=');
    if (equals < 0)
      throw new Error(`parse annotations: invalid annotation ${JSON.stringify(text)}, expected key=value`);
    const named = text.slice(0, equals);
    const colon = named.indexOf(':');
    const levels = colon < 0 ? [''] : named.slice(0, colon).split(',').map(annotationLevel);
    for (const level of levels) {
      found[`annotation${level && `-${level}`}.${named.slice(colon + 1)}`] = text.slice(equals + 1);
    }
  }
  return found;
}

/** `manifest`, `index[linux/amd64]`. */
function annotationLevel(text: string): string {
  if (/^(index|manifest)(-descriptor)?(\[[^\]]+\])?$/.test(text)) return text;
  throw new Error(`parse annotations: unknown annotation type ${JSON.stringify(text)}`);
}
