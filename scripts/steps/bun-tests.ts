// Runs test files with `bun test` and reads from its report how many passed, failed and were skipped.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseReport } from './junit-report.ts';
import { type Counts, repository, runCommand } from './step.ts';

/** Test files by what they need: `unit` nothing, `root` the real kernel, the others a daemon. */
export type TestKind = 'unit' | 'root' | 'conformance' | 'integration' | 'e2e' | 'differential' | 'peers';

/** The files of one kind, relative to the repository, in a stable order. */
export function findTests(kind: TestKind): string[] {
  const isRoot = (path: string) => path.endsWith('.root.test.ts');
  const beside = ['src', 'scripts', 'bench', 'test/support'].flatMap(testsBelow);
  switch (kind) {
    case 'unit':
      return [...beside.filter(path => !isRoot(path)), 'test/architecture.test.ts'];
    case 'root':
      return beside.filter(isRoot);
    default:
      return testsBelow(`test/${kind}`);
  }
}

function testsBelow(folder: string): string[] {
  return [...new Bun.Glob(`${folder}/**/*.test.ts`).scanSync({ cwd: repository })].sort();
}

/** Runs the files in one `bun test`; a run that failed without a failed test counts as one failure. */
export async function runTests(
  files: readonly string[],
  options: { timeoutMs?: number; env?: Record<string, string>; parallel?: boolean } = {},
): Promise<Counts> {
  if (files.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  const folder = mkdtempSync(join(tmpdir(), 'berth-junit-'));
  try {
    const report = join(folder, 'junit.xml');
    const flags = [
      '--only-failures',
      '--reporter=junit',
      `--reporter-outfile=${report}`,
      `--timeout=${options.timeoutMs ?? 20_000}`,
      // A process for each processor, which keeps what it has loaded from file to file.
      ...(options.parallel ? ['--parallel', '--no-isolate'] : []),
    ];
    const code = await runCommand(['bun', 'test', ...flags, ...files.map(file => `./${file}`)], options.env);
    const counts = parseReport(readReport(report));
    if (code === 0 || counts.failed > 0) return counts;
    // A file that could not be loaded, an error between tests, a killed run: no test of the report stands for these.
    const said = `bun test ended with ${code}, but no test failed: see its output`;
    return { ...counts, failed: 1, failures: [{ test: 'all', said }] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readReport(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
