// A bill of materials of an image in SPDX 2.3, of what its package manager knows.
import type { InstalledPackage } from './package-list.ts';

export const sbomType = 'https://spdx.dev/Document';

/** `id` makes the document's name unique; `distribution` is the ID of os-release. */
export function sbom(
  packages: readonly InstalledPackage[],
  o: { id: string; distribution: string; now: Date },
): Record<string, unknown> {
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: 'sbom',
    documentNamespace: `https://berth.invalid/sbom/${encodeURIComponent(o.id)}`,
    creationInfo: { created: `${o.now.toISOString().slice(0, 19)}Z`, creators: ['Tool: berth'] },
    packages: packages.map(entry => describe(entry, o.distribution)),
    relationships: packages.map(entry => ({
      spdxElementId: 'SPDXRef-DOCUMENT',
      relatedSpdxElement: identifier(entry),
      relationshipType: 'DESCRIBES',
    })),
  };
}

function describe(entry: InstalledPackage, distribution: string): Record<string, unknown> {
  const { name, version, architecture, type } = entry;
  const locator = `pkg:${type}/${distribution}/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}`;
  return {
    SPDXID: identifier(entry),
    name,
    versionInfo: version,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: locator }],
  };
}

/** Letters, digits, dots and dashes are all that SPDX allows. */
const identifier = ({ type, name, architecture }: InstalledPackage) =>
  `SPDXRef-Package-${type}-${`${name}-${architecture}`.replace(/[^A-Za-z0-9.-]/g, '-')}`;
