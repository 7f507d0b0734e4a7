// Where the files of a build come from, as the attributes of the frontend say it.
import type { BuildRequest, BuildSource, DockerfileInput, NamedContext } from '../../../../builder/index.ts';
import { invalid } from '../../../../lib/errors.ts';
import { type Attributes, prefixed } from './attributes.ts';
import { Evaluation } from './evaluation.ts';
import type { FrontendOptions } from './frontend-options.ts';

interface ContextParts extends Pick<FrontendOptions, 'sources' | 'blobs'> {
  readonly inputs: Evaluation['inputs'];
}

/** Throws `invalid` naming the context that makes no sense. */
export function contexts(
  attributes: Attributes,
  parts: ContextParts,
): Pick<BuildRequest, 'context' | 'dockerfile' | 'namedContexts'> {
  const { sources } = parts;
  const address = attributes.context;
  const own = files(parts, 'context');
  const keepGitDir = ['1', 'true'].includes(attributes['build-arg:BUILDKIT_CONTEXT_KEEP_GIT_DIR'] ?? '');
  const context =
    own ?? (address ? sources.remote(address, { keepGitDir }) : sources.local(attributes.contextkey || 'context'));
  const name = attributes.filename || 'Dockerfile';
  // A remote context brings its own Dockerfile unless the client says that it has one.
  const local = !(own || address) || attributes.dockerfilekey !== undefined;
  const source =
    files(parts, 'dockerfile') ?? (local ? sources.local(attributes.dockerfilekey || 'dockerfile') : context);
  const dockerfile: DockerfileInput = { kind: 'file', name, source };
  const named = Object.entries(prefixed(attributes, 'context:')).map(([key, value]) => [
    key,
    namedContext(key, value, parts),
  ]);
  return { context, dockerfile, namedContexts: Object.fromEntries(named) };
}

/** An input that is files from elsewhere: a client read its bake file there, and builds from there. */
function files({ inputs, sources }: ContextParts, name: string): BuildSource | undefined {
  const input = inputs[name];
  return input === undefined || input instanceof Evaluation ? undefined : sources.defined(input);
}

/** `docker-image://nginx`, `local:name`, `https://…`, `git://…`. */
function namedContext(name: string, value: string, parts: ContextParts): NamedContext {
  const { sources, inputs } = parts;
  const [scheme = '', ...rest] = value.split(':');
  const path = rest.join(':');
  switch (scheme) {
    case 'docker-image':
      return { kind: 'image', reference: path.replace(/^\/\//, '') };
    case 'local':
      return { kind: 'source', source: sources.local(path) };
    case 'input': {
      const input = inputs[path];
      if (!input) throw invalid(`invalid context ${name}: there is no input ${path}`);
      return input instanceof Evaluation ? input.context() : { kind: 'source', source: sources.defined(input) };
    }
    case 'oci-layout':
      return layout(name, path.replace(/^\/\//, ''), parts);
    case 'git':
    case 'http':
    case 'https':
    case 'ssh':
      return { kind: 'source', source: sources.remote(value) };
    default:
      if (/^git@/.test(value)) return { kind: 'source', source: sources.remote(value) };
      return { kind: 'unsupported', message: `unsupported context source ${scheme} for ${name}` };
  }
}

/** `<store>[:tag]@<digest>`: an image in a directory of the client, which it opens by that name. */
function layout(name: string, reference: string, { blobs }: ContextParts): NamedContext {
  const [, store, digest] = /^([^:@]+)(?::[^@]*)?@([a-z0-9]+:[0-9a-f]+)$/.exec(reference) ?? [];
  if (store === undefined || digest === undefined) {
    throw invalid(`build context ${name}: an oci-layout reference must have a digest: ${reference}`);
  }
  return { kind: 'layout', digest, blobs: blobs(`oci:${store}`) };
}
