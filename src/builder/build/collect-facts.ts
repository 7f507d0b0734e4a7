// What a build can tell of itself once it has read everything.
import { type AskedFor, type BuildFacts, describeSources } from '../export/attest/build-facts.ts';
import type { Node } from '../graph/node.ts';
import type { BuildRequest } from '../request.ts';
import type { BuildInputs } from './build-inputs.ts';

const silent = { frontend: 'dockerfile.v0', args: {}, vcs: {} };

export function collectFacts(
  request: BuildRequest,
  made: Pick<BuildFacts, 'id' | 'startedAt' | 'platform' | 'dockerfile'> & {
    inputs: BuildInputs;
    results: BuildFacts['results'];
  },
): BuildFacts {
  const { inputs, ...own } = made;
  const targets = own.results.map(({ node }) => node);
  const { context, dockerfile, namedContexts = {}, words = silent } = request;
  const named = Object.values(namedContexts).flatMap(one => (one.kind === 'source' ? [one.source] : []));
  const file = dockerfile.kind === 'file' ? dockerfile.source : undefined;
  return {
    ...own,
    words,
    context: context?.origin,
    ...describeSources([context, file, ...named, ...inputs.sources]),
    bases: inputs.bases,
    secrets: askedFor('secret', targets),
    agents: askedFor('ssh', targets),
  };
}

/** What steps ask for by its ids; optional where every step can do without. */
function askedFor(type: 'secret' | 'ssh', targets: readonly Node[]): AskedFor[] {
  const found = new Map<string, boolean>();
  const seen = new Set<string>();
  const pending = [...targets];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (seen.has(node.vertex.digest)) continue;
    seen.add(node.vertex.digest);
    pending.push(...node.inputs);
    for (const mount of node.op.kind === 'run' ? node.op.mounts : []) {
      if (mount.type === type) found.set(mount.id, (found.get(mount.id) ?? true) && !mount.required);
    }
  }
  return [...found].map(([id, optional]) => ({ id, optional })).sort((a, b) => (a.id < b.id ? -1 : 1));
}
