// A registry in memory for tests: manifests and blobs by name, as much of the protocol as the command line uses.

import { sha256 } from '../../oci/digest.ts';

interface Manifest {
  mediaType: string;
  bytes: Buffer;
}

/** Stops with `close`. `host` is `127.0.0.1:port`; loopback needs no TLS. */
export interface MemoryRegistry {
  readonly host: string;
  /** By `repository:tag` and `repository@digest`. */
  readonly manifests: Map<string, Manifest>;
  /** `METHOD path` of every request. */
  readonly requests: string[];
  /** Puts an image of one layer there, and returns the digest of its manifest. */
  addImage(repository: string, tag: string, options: { architecture: string; oci: boolean }): string;
  close(): void;
}

const types = {
  oci: ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.oci.image.config.v1+json'],
  docker: ['application/vnd.docker.distribution.manifest.v2+json', 'application/vnd.docker.container.image.v1+json'],
} as const;

/** Starts one on a free port of loopback. */
export function startMemoryRegistry(): MemoryRegistry {
  const manifests = new Map<string, Manifest>();
  const blobs = new Map<string, Buffer>();
  const requests: string[] = [];
  const keep = (repository: string, reference: string, manifest: Manifest) => {
    const digest = sha256(manifest.bytes);
    manifests.set(`${repository}@${digest}`, manifest);
    if (!reference.includes(':')) manifests.set(`${repository}:${reference}`, manifest);
    return digest;
  };
  const addBlob = (repository: string, bytes: Buffer) => {
    const digest = sha256(bytes);
    blobs.set(`${repository}@${digest}`, bytes);
    return { digest, size: bytes.length };
  };
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const url = new URL(request.url);
      requests.push(`${request.method} ${url.pathname}${url.search}`);
      if (url.pathname === '/v2/') return Response.json({});
      if (url.pathname === '/v2/_catalog') return Response.json({ repositories: repositoriesOf(manifests) });
      const [, repository = '', kind, reference = ''] =
        /^\/v2\/(.+)\/(manifests|blobs|tags)\/(.*)$/.exec(url.pathname) ?? [];
      if (kind === 'tags') return Response.json({ name: repository, tags: tagsOf(manifests, repository) });
      if (kind === 'blobs') return blobAnswer(request, { repository, reference, url });
      if (request.method === 'PUT') {
        const bytes = Buffer.from(await request.arrayBuffer());
        const mediaType = request.headers.get('Content-Type') ?? '';
        const digest = keep(repository, reference, { mediaType, bytes });
        return new Response(null, { status: 201, headers: { 'Docker-Content-Digest': digest } });
      }
      return manifestAnswer(request.method, repository, reference);
    },
  });

  function manifestAnswer(method: string, repository: string, reference: string): Response {
    const key = `${repository}${reference.includes(':') ? '@' : ':'}${reference}`;
    const found = manifests.get(key);
    if (!found) return refuse(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
    const digest = sha256(found.bytes);
    if (method === 'DELETE') {
      for (const [name, manifest] of manifests) {
        if (name.startsWith(repository) && sha256(manifest.bytes) === digest) manifests.delete(name);
      }
      return new Response(null, { status: 202 });
    }
    const headers = { 'Content-Type': found.mediaType, 'Docker-Content-Digest': digest };
    return new Response(method === 'HEAD' ? null : new Uint8Array(found.bytes), { headers });
  }

  function blobAnswer(request: Request, place: { repository: string; reference: string; url: URL }): Response {
    const { repository, reference, url } = place;
    const mount = url.searchParams.get('mount');
    if (request.method === 'POST' && mount) {
      const blob = blobs.get(`${url.searchParams.get('from')}@${mount}`);
      if (!blob) return refuse(404, 'BLOB_UNKNOWN', 'blob unknown');
      blobs.set(`${repository}@${mount}`, blob);
      return new Response(null, { status: 201, headers: { Location: `/v2/${repository}/blobs/${mount}` } });
    }
    const blob = blobs.get(`${repository}@${reference}`);
    return blob ? new Response(new Uint8Array(blob)) : refuse(404, 'BLOB_UNKNOWN', 'blob unknown');
  }

  return {
    host: `127.0.0.1:${server.port}`,
    manifests,
    requests,
    addImage(repository, tag, { architecture, oci }) {
      const [mediaType, configType] = oci ? types.oci : types.docker;
      const config = addBlob(repository, Buffer.from(JSON.stringify({ architecture, os: 'linux' })));
      const layer = addBlob(repository, Buffer.from(`layer of ${repository}`));
      const manifest = {
        schemaVersion: 2,
        mediaType,
        config: { mediaType: configType, ...config },
        layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...layer }],
      };
      return keep(repository, tag, { mediaType, bytes: Buffer.from(JSON.stringify(manifest)) });
    },
    close: () => void server.stop(true),
  };
}

function refuse(status: number, code: string, message: string): Response {
  return Response.json({ errors: [{ code, message }] }, { status });
}

function repositoriesOf(manifests: Map<string, Manifest>): string[] {
  return [...new Set([...manifests.keys()].map(name => name.replace(/[:@].*$/, '')))].sort();
}

function tagsOf(manifests: Map<string, Manifest>, repository: string): string[] {
  const prefix = `${repository}:`;
  return [...manifests.keys()].filter(name => name.startsWith(prefix)).map(name => name.slice(prefix.length));
}
