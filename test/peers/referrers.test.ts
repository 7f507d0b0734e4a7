// Debian's docker-registry keeps no list of referrers: our client keeps one under the tag that the specification names.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { Distribution, type Repository } from '../../src/distribution/index.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { mediaTypes } from '../../src/oci/descriptor.ts';
import { sha256 } from '../../src/oci/digest.ts';
import { peerProgram } from '../support/peer-programs.ts';
import { startBerthRegistry, startPeerRegistry, type TestRegistry } from '../support/registries/registries.ts';
import { run } from '../support/run.ts';

const installed = peerProgram('docker-registry') !== undefined;
const skopeo = peerProgram('skopeo');
const registries = new Map<string, TestRegistry | undefined>();
let distribution: Distribution;
beforeAll(async () => {
  registries.set('berth', await startBerthRegistry());
  registries.set('docker-registry', await startPeerRegistry());
  distribution = new Distribution({}, { logger: silentLogger });
}, 60_000);
afterAll(async () => {
  distribution.close();
  for (const registry of registries.values()) await registry?.[Symbol.asyncDispose]();
}, 60_000);

async function pushManifest(repository: Repository, extra: object) {
  async function* bytes() {
    yield Buffer.from('{}');
  }
  const config = { mediaType: mediaTypes.ociConfig, digest: sha256('{}'), size: 2 };
  await repository.uploadBlob({ ...config, open: bytes });
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [], ...extra };
  const document = Buffer.from(JSON.stringify(manifest));
  const digest = sha256(document);
  await repository.putManifest(digest, { bytes: document, mediaType: mediaTypes.ociManifest });
  return { mediaType: mediaTypes.ociManifest, digest, size: document.length };
}

for (const name of ['berth', 'docker-registry']) {
  test.skipIf(name !== 'berth' && !installed)(
    `${name}: what refers to an image is found, until it is removed`,
    async () => {
      const host = registries.get(name)?.address ?? '';
      const repository = distribution.repository(
        { domain: host, path: 'app' },
        { actions: ['pull', 'push', 'delete'] },
      );
      const subject = await pushManifest(repository, {});
      const described = { artifactType: 'application/sbom', annotations: { n: '1' } };
      const [one, two] = [
        await pushManifest(repository, { subject, ...described }),
        await pushManifest(repository, { subject }),
      ];
      const found = async () => (await repository.referrers(subject.digest)).manifests;
      expect((await found()).map(entry => entry.digest).sort()).toEqual([one.digest, two.digest].sort());
      expect((await found()).find(entry => entry.digest === one.digest)).toEqual({ ...one, ...described });
      if (skopeo && name !== 'berth') {
        const tag = `docker://${host}/app:${subject.digest.replace(':', '-')}`;
        const { stdout } = await run([...skopeo, 'inspect', '--raw', '--tls-verify=false', tag]);
        expect(JSON.parse(stdout).manifests).toEqual(await found());
      }
      await repository.deleteManifest(one.digest);
      expect((await found()).map(entry => entry.digest)).toEqual([two.digest]);
    },
    60_000,
  );
}
