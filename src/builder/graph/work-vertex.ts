// A piece of work of one build that is no step of its graph: reading its Dockerfile, an export.
import { sha256 } from '../../oci/digest.ts';
import type { Vertex } from '../progress.ts';

/** Of the same name in another build it is another vertex: clients show several builds at once. */
export function workVertex(name: string, build: string): Vertex {
  return { digest: sha256(JSON.stringify([build, name])), name, inputs: [] };
}

/** The name of the vertex that reads a Dockerfile. */
export const definitionVertexName = (dockerfile: string) => `[internal] load build definition from ${dockerfile}`;
