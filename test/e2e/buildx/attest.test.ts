// What real builds say of their results: provenance and package lists, with images that leave and beside files.
import { expect } from 'bun:test';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Buildx } from '../../support/builds/buildx.ts';
import { buildxScenarios } from '../../support/builds/buildx-scenarios.ts';
import { startBerthRegistry } from '../../support/registries/registries.ts';

const status = 'Package: hello\\nStatus: install ok installed\\nArchitecture: amd64\\nVersion: 2.10-3\\n';
const dockerfile = `FROM busybox AS it
ARG PRIVATE=no
RUN --mount=type=secret,id=key mkdir -p /var/lib/dpkg; printf "${status}" > /var/lib/dpkg/status
`;
/** Says of each thing it is to look at what files are there. */
const generator = `FROM busybox
COPY <<"EOF" /scan
cd $BUILDKIT_SCAN_DESTINATION
for place in $BUILDKIT_SCAN_SOURCE $(find $BUILDKIT_SCAN_SOURCE_EXTRAS -mindepth 1 -maxdepth 1); do
  name=$(basename $place)
  found=$(cd $place && echo $(ls | grep -v -w -e bin -e dev -e etc -e home -e proc -e root -e sys -e tmp -e usr -e var))
  echo '{"predicateType": "https://spdx.dev/Document", "predicate": {"name": "'$name'", "found": "'$found'", "extra": "'$BUILDKIT_SCAN_EXTRA'"}}' > $name.spdx.json
done
EOF
ENTRYPOINT ["sh"]
CMD ["/scan"]
`;
const scanned = `ARG BUILDKIT_SBOM_SCAN_CONTEXT=true
FROM busybox AS before
ARG BUILDKIT_SBOM_SCAN_STAGE=true
RUN [ -z "$BUILDKIT_SBOM_SCAN_STAGE" ] && touch /made
FROM scratch
COPY --from=before /made /result
`;
const args = ['--build-arg', 'PRIVATE=told-nobody', '--label', 'of=me'];

/** The statements of the attestations in a layout, by their predicates' types. */
function statementsIn(layout: string): Record<string, { subject: { name: string }[]; predicate: unknown }> {
  const read = (digest: string) => JSON.parse(readFileSync(join(layout, 'blobs', digest.replace(':', '/')), 'utf8'));
  const index = read(JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')).manifests[0].digest);
  const attested = index.manifests?.find(
    ({ annotations }: { annotations?: Record<string, string> }) =>
      annotations?.['vnd.docker.reference.type'] === 'attestation-manifest',
  );
  const statements = (attested ? read(attested.digest).layers : []).map(({ digest }: { digest: string }) =>
    read(digest),
  );
  return Object.fromEntries(statements.map((one: { predicateType: string }) => [one.predicateType, one]));
}

/** What the statements of a layout's only attestation manifest say, in order. */
function predicatesIn(layout: string): { readonly name: string }[] {
  const read = (digest: string) => JSON.parse(readFileSync(join(layout, 'blobs', digest.replace(':', '/')), 'utf8'));
  const index = read(JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')).manifests[0].digest);
  const [, attested] = index.manifests;
  return read(attested.digest).layers.map(({ digest }: { digest: string }) => read(digest).predicate);
}

async function layoutOf(buildx: Buildx, name: string, options: readonly string[]): Promise<string> {
  const layout = join(buildx.folder, name);
  const folder = buildx.context({ Dockerfile: dockerfile });
  await buildx.build([...args, ...options, '-t', 'e2e/attested:1', '-o', `type=oci,dest=${layout},tar=false`, folder]);
  return layout;
}

const v02 = 'https://slsa.dev/provenance/v0.2';
const v1 = 'https://slsa.dev/provenance/v1';
const spdx = 'https://spdx.dev/Document';

/** Of provenance that tells all. */
interface Max {
  readonly buildConfig: {
    readonly llbDefinition: readonly { id: string; op: { Op: { source?: { identifier: string } } } }[];
    readonly digestMapping: Readonly<Record<string, string>>;
  };
  readonly metadata: {
    readonly 'https://mobyproject.org/buildkit@v1#metadata': { layers: Readonly<Record<string, unknown[][]>> };
  };
}

buildxScenarios(['busybox'], {
  'provenance must tell as much as its mode says, in either version': async buildx => {
    const min = statementsIn(await layoutOf(buildx, 'min', ['--provenance=mode=min', '--target', 'it']));
    expect(Object.keys(min)).toEqual([v02]);
    expect(min[v02]).toMatchObject({
      subject: [{ name: 'pkg:docker/e2e/attested@1?platform=linux%2Famd64' }],
      predicate: {
        materials: [{ uri: 'pkg:docker/busybox@latest?platform=linux%2Famd64' }],
        invocation: { parameters: { frontend: 'dockerfile.v0', args: { target: 'it' } } },
        metadata: { completeness: { parameters: false } },
      },
    });
    expect(JSON.stringify(min)).not.toContain('told-nobody');
    // Whoever asks without saying how much gets all.
    const all = statementsIn(await layoutOf(buildx, 'all', ['--provenance=true']));
    expect(JSON.stringify(all)).toContain('told-nobody');
    const max = statementsIn(
      await layoutOf(buildx, 'max', ['--attest', 'type=provenance,mode=max,builder-id=https://b']),
    );
    expect(max[v02]?.predicate).toMatchObject({
      builder: { id: 'https://b' },
      invocation: {
        parameters: {
          args: { 'build-arg:PRIVATE': 'told-nobody', 'label:of': 'me' },
          secrets: [{ id: 'key', optional: true }],
        },
      },
      metadata: {
        completeness: { parameters: true },
        'https://mobyproject.org/buildkit@v1#metadata': {
          source: { infos: [{ filename: 'Dockerfile', data: Buffer.from(dockerfile).toString('base64') }] },
        },
      },
    });
    const told = max[v02]?.predicate ?? {};
    const { buildConfig, metadata } = told as unknown as Max;
    const base = /^docker-image:\/\/docker.io\/library\/busybox:latest@sha256:/;
    expect(buildConfig.llbDefinition[0]?.op.Op.source?.identifier).toMatch(base);
    const steps = buildConfig.llbDefinition.map(({ id }) => id);
    expect(Object.values(buildConfig.digestMapping).sort()).toEqual([...steps].sort());
    const { layers } = metadata['https://mobyproject.org/buildkit@v1#metadata'];
    expect(layers['step0:0']?.[0]).toHaveLength(1);
    expect(layers[`${steps.at(-2)}:0`]?.[0]?.[0]).toEqual(layers['step0:0']?.[0]?.[0]);
    expect(JSON.stringify(min)).not.toContain('buildConfig');
    const next = statementsIn(await layoutOf(buildx, 'next', ['--provenance=version=v1,mode=min']));
    expect(next[v1]?.predicate).toMatchObject({
      buildDefinition: { externalParameters: { configSource: { path: 'Dockerfile' } } },
      runDetails: { metadata: { buildkit_completeness: { request: false } } },
    });
  },

  'package lists must come where they are asked for, and nothing where nothing is': async buildx => {
    const listed = statementsIn(await layoutOf(buildx, 'listed', ['--sbom=true']));
    expect(Object.keys(listed)).toEqual([spdx]);
    expect(listed[spdx]?.predicate).toMatchObject({ packages: [{ name: 'hello', versionInfo: '2.10-3' }] });
    expect(statementsIn(await layoutOf(buildx, 'silent', []))).toEqual({});
    expect(statementsIn(await layoutOf(buildx, 'refused', ['--provenance=false', '--sbom=false']))).toEqual({});
    const folder = buildx.context({ Dockerfile: dockerfile });
    expect(await buildx.failure(['--attest', 'type=other', folder])).toContain('unknown attestation type "other"');
    expect(await buildx.failure(['--provenance=mode=most', folder])).toContain('invalid mode "most"');
  },

  'a generator must make the package lists, of what asks for it, too': async buildx => {
    const scanner = buildx.context({ Dockerfile: generator });
    await buildx.build(['-t', 'e2e-generator', scanner]);
    const files = { Dockerfile: scanned, f: '', g: '' };
    const folder = buildx.context(files);
    const layout = join(buildx.folder, 'generated');
    const options = ['--attest', 'type=sbom,generator=e2e-generator,EXTRA=word', '--provenance=false'];
    const said = await buildx.build([...options, '-o', `type=oci,dest=${layout},tar=false`, folder]);
    expect(said).toContain('] generating sbom using docker.io/library/e2e-generator:latest');
    expect(predicatesIn(layout).map(({ name }) => name)).toEqual(['sbom', 'sbom-before', 'sbom-context']);
    expect(predicatesIn(layout)).toMatchObject([
      { found: 'result', extra: 'word' },
      { found: 'made' },
      { found: 'Dockerfile f g' },
    ]);
    const out = join(buildx.folder, 'generated-files');
    await buildx.build([...options, '-o', out, folder]);
    expect(readdirSync(out).sort()).toEqual([
      'result',
      'sbom-before.spdx.json',
      'sbom-context.spdx.json',
      'sbom.spdx.json',
    ]);
    const told = JSON.parse(readFileSync(join(out, 'sbom.spdx.json'), 'utf8'));
    expect(told.subject).toMatchObject([{ name: 'result' }]);
  },

  'a generator that makes no list must be what a build fails of': async buildx => {
    const folder = buildx.context({ Dockerfile: scanned, f: '', g: '' });
    const failure = async (command: string) => {
      const scanner = buildx.context({ Dockerfile: `FROM busybox\nCMD ${command}\n` });
      await buildx.build(['-t', 'e2e-generator:bad', scanner]);
      const args = [
        '--attest',
        'type=sbom,generator=e2e-generator:bad',
        '--provenance=false',
        '-o',
        join(folder, 'out'),
      ];
      return await buildx.failure([...args, folder]);
    };
    expect(await failure('[]')).toContain('scanner docker.io/library/e2e-generator:bad does not have cmd');
    expect(await failure('["sh", "-c", "exit 3"]')).toContain('did not complete successfully: exit code: 3');
    expect(await failure('["sh", "-c", "echo > $BUILDKIT_SCAN_DESTINATION/x"]')).toContain('x is no JSON object');
    const link = '["sh", "-c", "ln -s ../../../../etc/passwd $BUILDKIT_SCAN_DESTINATION/x"]';
    expect(await failure(link)).toContain('x is no JSON object');
    expect(await buildx.failure(['--sbom=generator=A:B', folder])).toContain('failed to parse sbom scanner A:B');
    expect(existsSync(join(folder, 'out'))).toBe(false);
  },

  'a push must bring attestations that others read': async buildx => {
    await using registry = await startBerthRegistry();
    const [asked, unasked] = [`${registry.address}/e2e/asked:1`, `${registry.address}/e2e/unasked:1`];
    const folder = buildx.context({ Dockerfile: dockerfile });
    const inspect = async (name: string, what: string) =>
      JSON.parse(await buildx.ok(['buildx', 'imagetools', 'inspect', name, '--format', `{{json .${what}}}`]));
    await buildx.build([...args, '-t', asked, '--push', '--provenance=mode=max', '--sbom=true', folder]);
    expect(await inspect(asked, 'Provenance')).toMatchObject({
      SLSA: { invocation: { parameters: { args: { 'label:of': 'me' } } } },
    });
    expect(await inspect(asked, 'SBOM')).toMatchObject({ SPDX: { packages: [{ name: 'hello' }] } });
    // Nobody asked: a push brings what may be told to everybody.
    await buildx.build([...args, '-t', unasked, '--push', folder]);
    expect(await inspect(unasked, 'Provenance')).toMatchObject({ SLSA: { invocation: {} } });
    expect(JSON.stringify(await inspect(unasked, 'Provenance'))).not.toContain('told-nobody');
    await buildx.build([...args, '-t', unasked, '--push', '--provenance=false', folder]);
    expect(await inspect(unasked, 'Provenance')).toEqual({});
    // A local image keeps what was asked for until it leaves.
    const later = `${registry.address}/e2e/later:1`;
    await buildx.build(['-t', later, '--provenance=true', folder]);
    await buildx.ok(['push', later]);
    expect(await inspect(later, 'Provenance')).toMatchObject({ SLSA: { buildType: expect.any(String) } });
  },

  'files that are exported must have theirs beside them': async buildx => {
    const folder = buildx.context({ Dockerfile: 'FROM scratch\nCOPY f /d/f\n', f: 'x\n' });
    const out = join(buildx.folder, 'out-attested');
    await buildx.build(['--provenance=true', '--sbom=true', '-o', out, folder]);
    expect(readFileSync(join(out, 'd/f'), 'utf8')).toBe('x\n');
    expect(JSON.parse(readFileSync(join(out, 'provenance.json'), 'utf8'))).toMatchObject({
      predicateType: v02,
      subject: [
        { name: 'd/f', digest: { sha256: '73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac' } },
      ],
    });
    expect(JSON.parse(readFileSync(join(out, 'sbom.spdx.json'), 'utf8'))).toMatchObject({ predicateType: spdx });
    const silent = join(buildx.folder, 'out-silent');
    await buildx.build(['-o', silent, folder]);
    expect(existsSync(join(silent, 'provenance.json'))).toBe(false);
  },
});
